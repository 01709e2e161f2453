// SPDX-License-Identifier: Apache-2.0
// Which screen of a call is shown.

import '../styles/call.css';
import { effect } from '@preact/signals';
import { render } from 'preact';
import { lazy } from '../lazy.tsx';
import { LobbyScreen } from '../lobby/Lobby.tsx';
import { Messages } from '../ui.tsx';
import { Call } from './call.ts';

const RoomScreen = lazy(() => import('../room/Room.tsx').then((module) => module.RoomScreen));
const AfterScreen = lazy(() => import('./After.tsx').then((module) => module.AfterScreen));

export function showCall(root: HTMLElement, roomName: string, token: string | null): void {
  const call = new Call(roomName, token);
  effect(() => {
    const people = call.room.value?.people.value.length;
    document.title = call.phase.value === 'room' ? `${people ? `(${people + 1}) ` : ''}${roomName} · Tessera` : `${roomName} · Tessera`;
  });
  window.addEventListener('pagehide', (event) => {
    if (event.persisted) return;
    call.room.value?.room.close();
    call.dispose();
  });
  render(<Screens call={call} />, root);
  void call.start();
  // Ready before Join is pressed.
  setTimeout(() => void RoomScreen.preload(), 1000);
}

function Screens({ call }: { call: Call }) {
  const room = call.room.value;
  const media = call.media.value;
  const phase = call.phase.value;
  return (
    <>
      {phase === 'after' && call.summary.value ? <AfterScreen call={call} summary={call.summary.value} />
        : phase === 'room' && room && media ? <RoomScreen call={call} room={room} media={media} />
        : <LobbyScreen call={call} />}
      <Messages />
    </>
  );
}
