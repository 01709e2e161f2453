// SPDX-License-Identifier: Apache-2.0
// The package's advertised lines, for the type checker: they must compile as a user writes them.

import { joinRoom } from 'tessera-rtc';
import { BackgroundProcessor } from 'tessera-rtc/background';
import { LayerSelector, type VideoLayer } from 'tessera-rtc/layers';

export async function call(token: string, grid: HTMLElement, chat: { add(from: unknown, data: unknown): void }): Promise<void> {
  const room = await joinRoom({ url: 'https://meet.example', room: 'standup', token });
  await room.local.enableMicrophone();
  await room.local.enableCamera({ background: { kind: 'blur', strength: 0.6 } });
  room.addEventListener('participantjoined', ({ participant }) => grid.append(participant.createTile()));
  room.addEventListener('data', ({ from, topic, data }) => (topic === 'chat' ? chat.add(from, data) : undefined));
  await room.sendData('hello', { topic: 'chat', reliable: true });
  room.close();
}

export async function onlyTheBackground(peerConnection: RTCPeerConnection): Promise<void> {
  const [camera] = (await navigator.mediaDevices.getUserMedia({ video: true })).getVideoTracks();
  const background = await BackgroundProcessor.create(camera!, { kind: 'image', image: '/office.jpg', lightWrap: 0.3 });
  peerConnection.addTrack(background.track);
  background.addEventListener('stats', ({ fps, msPerFrame, level }) => console.log(fps, msPerFrame, level));
  await background.update({ kind: 'blur', strength: 1 });
}

export async function onlyTheLayers(tileElement: HTMLElement, layers: VideoLayer[], sfu: { prefer(id: string, spatial: number, temporal: number): void }): Promise<void> {
  const selector = await LayerSelector.create({ utility: { speakerWeight: 2 } });
  selector.observe(tileElement, { id: 'alice/camera', layers, role: 'speaker' });
  selector.downlink({ bitsPerSecond: 1_200_000, confidence: 0.8 });
  selector.addEventListener('selection', ({ choices }) => choices.forEach((c) => sfu.prefer(c.id, c.spatial, c.temporal)));
}
