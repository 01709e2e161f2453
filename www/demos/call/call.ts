// SPDX-License-Identifier: Apache-2.0
// Two participants of one room on one page, each with a connection of its own.

import { joinRoom, TesseraError, type Room } from 'tessera-rtc';
import source from './call.ts?raw';

const element = <T extends HTMLElement>(selector: string): T => document.querySelector<T>(selector)!;
const start = element<HTMLButtonElement>('#start');
const wave = element<HTMLButtonElement>('#wave');
const stop = element<HTMLButtonElement>('#stop');
const status = element<HTMLOutputElement>('#status');
const route = element<HTMLOutputElement>('#route');

element('#source').textContent = source;

const name = `demo-${crypto.randomUUID().slice(0, 8)}`;
let rooms: Room[] = [];
let watching: ReturnType<typeof setInterval> | undefined;

/** Everything a page needs for a call: join, show whoever comes, listen. */
async function join(who: string, seen: HTMLElement): Promise<Room> {
  const room = await joinRoom({ url: location.origin, room: name, name: who });
  rooms.push(room);
  room.addEventListener('participantjoined', ({ participant }) => seen.append(participant.createTile()));
  room.addEventListener('data', ({ from, data }) => say(`${who} hears from ${from.name}: “${String(data)}”`));
  room.addEventListener('peerchanged', ({ participant, state }) => say(`${who} and ${participant.name}: ${state}`));
  return room;
}

const say = (text: string) => (status.textContent = text);

/** The route that was found, as the diagnostics tell it. */
async function showRoute(room: Room): Promise<void> {
  const [peer] = (await room.getDiagnostics()).peers;
  const pair = peer?.candidatePair;
  if (!peer || !pair) return;
  const video = peer.inbound.find(({ kind }) => kind === 'video');
  const size = video?.frameWidth ? ` · ${video.frameWidth}×${video.frameHeight} ${video.codec}` : '';
  route.textContent =
    `${pair.local.type} to ${pair.remote.type} over ${pair.local.protocol} · ${pair.roundTripMs.toFixed(0)} ms · ` +
    `${((peer.transport.receiveBitsPerSecond ?? 0) / 1000).toFixed(0)} kbit/s in · ${peer.transport.dtlsCipher ?? ''}${size}`;
}

start.addEventListener('click', async () => {
  start.disabled = true;
  try {
    say('Joining…');
    const [ana, ben] = await Promise.all([join('Ana', element('#seen-by-ana')), join('Ben', element('#seen-by-ben'))]);
    await ana.local.enableCamera({ width: 640, height: 360 });
    await ben.local.enableCamera({ width: 640, height: 360, background: { kind: 'blur', strength: 1 } });
    watching = setInterval(() => void showRoute(ana), 1000);
    wave.disabled = stop.disabled = false;
    stop.focus();
  } catch (error) {
    say(error instanceof TesseraError ? error.message : String(error));
    end();
  }
});

wave.addEventListener('click', () => rooms.find(({ local }) => local.name === 'Ana')?.sendData('👋 Hello!', { topic: 'wave' }));

function end(): void {
  clearInterval(watching);
  for (const room of rooms) room.close();
  rooms = [];
  route.textContent = '';
  wave.disabled = stop.disabled = true;
  start.disabled = false;
}

stop.addEventListener('click', () => {
  end();
  say('The call has ended. Nothing of it is left running.');
  start.focus();
});
