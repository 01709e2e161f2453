// SPDX-License-Identifier: Apache-2.0
// Where the page starts: home at /, a call at /r/NAME. The call's code and the engine load only for a call.

import './styles/base.css';
import { render } from 'preact';
import { Home } from './home/Home.tsx';
import { isRoomName, roomFromPath, tokenFromUrl } from './room-name.ts';

const root = document.getElementById('app')!;
const name = roomFromPath(location.pathname);

if (name === null) {
  render(<Home />, root);
} else if (!isRoomName(name)) {
  render(<Home badRoom={name} />, root);
} else {
  // Both at once: the engine is the longer download.
  const engine = import('./engine.ts').then(({ loadEngine }) => loadEngine()).catch(() => {});
  const { showCall } = await import('./call/Screens.tsx');
  showCall(root, name, tokenFromUrl(new URL(location.href)));
  await engine;
}
