// SPDX-License-Identifier: Apache-2.0
// Where the page at /r/NAME starts: a call, or the home page where the name cannot be a room.

import '../styles/base.css';
import { render } from 'preact';
import { loadEngine } from '../engine.ts';
import { isRoomName, roomFromPath, tokenFromUrl } from '../room-name.ts';
import { showCall } from './Screens.tsx';

const root = document.getElementById('app')!;
const name = roomFromPath(location.pathname);

if (name !== null && isRoomName(name)) {
  // First of all, as the longer download; its failure is told by the call.
  loadEngine().catch(() => {});
  showCall(root, name, tokenFromUrl(new URL(location.href)));
} else {
  const { Home } = await import('../home/Home.tsx');
  render(<Home badRoom={name ?? ''} />, root);
}
