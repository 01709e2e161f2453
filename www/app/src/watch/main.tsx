// SPDX-License-Identifier: Apache-2.0
// Where the page at /w/NAME starts: a room that is only watched, or the home page where the name cannot be a room.

import '../styles/base.css';
import { render } from 'preact';
import { isRoomName, roomFromPath, tokenFromUrl } from '../room-name.ts';
import { WatchScreen } from './Watch.tsx';
import { Watching } from './watching.ts';

const root = document.getElementById('app')!;
const name = roomFromPath(location.pathname);

if (name !== null && isRoomName(name)) {
  const watching = new Watching(name, tokenFromUrl(new URL(location.href)));
  document.title = `${name} · Tessera`;
  window.addEventListener('pagehide', (event) => { if (!event.persisted) watching.leave(); });
  render(<WatchScreen watching={watching} />, root);
} else {
  const { Home } = await import('../home/Home.tsx');
  render(<Home badRoom={name ?? ''} />, root);
}
