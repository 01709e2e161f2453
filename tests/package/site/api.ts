// SPDX-License-Identifier: Apache-2.0
// The package's advertised lines, for the type checker: they must compile as a user writes them.

import { joinRoom } from 'tessera-rtc';
import { AudioMixer } from 'tessera-rtc/audio';
import { BackgroundProcessor } from 'tessera-rtc/background';
import { VideoEncoder } from 'tessera-rtc/codecs';
import { Recorder } from 'tessera-rtc/recorder';
import { connectJanus, type SfuHandlers } from 'tessera-rtc/janus';
import { VideoMixer } from 'tessera-rtc/mixer';
import { RelayConnection } from 'tessera-rtc/relay';
import { audienceOf, watchRoom } from 'tessera-rtc/webinar';
import { WhipPublisher } from 'tessera-rtc/whip';
import { LayerSelector, type VideoLayer } from 'tessera-rtc/layers';
import { backgroundTrackProcessor, connectLiveKit, RoomLayers, type LiveKitRoom } from 'tessera-rtc/livekit';

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

export async function recording(stream: MediaStream, target: FileSystemFileHandle): Promise<Blob | null> {
  const recorder = await Recorder.start(stream, { target, videoCodec: 'vp9' });
  recorder.addEventListener('progress', ({ duration, bytes, droppedFrames }) => console.log(duration, bytes, droppedFrames));
  const { file } = await recorder.stop();
  return file;
}

export function codecs(output: (chunk: EncodedVideoChunk) => void, error: (reason: DOMException) => void): VideoEncoder {
  const encoder = new VideoEncoder({ output, error });
  encoder.configure({ codec: 'vp09.00.31.08', width: 1280, height: 720, bitrate: 1_200_000, scalabilityMode: 'L2T3', latencyMode: 'realtime' });
  return encoder;
}

export async function onlyTheMixing(ana: MediaStreamTrack, toAna: RTCPeerConnection, showLarge: (id: string | null) => void): Promise<void> {
  const mixer = await AudioMixer.create();
  mixer.addInput('ana', ana, { gain: 0.8 });
  toAna.addTrack(mixer.output('ana'));
  mixer.addEventListener('activespeaker', ({ id }) => showLarge(id));
  console.log(mixer.mix.readyState, mixer.latency);
  mixer.close();
}

export async function onePicture(ana: MediaStreamTrack, to: RTCPeerConnection): Promise<void> {
  const pictures = await VideoMixer.create({ width: 1280, height: 720, frameRate: 25 });
  pictures.addInput('ana', ana, { name: 'Ana', muted: false, content: 'camera' });
  pictures.addInput('ben', null, { name: 'Ben', background: '#203040' });
  pictures.setLayout({ kind: 'speaker', featured: 'ana' });
  pictures.addEventListener('stats', ({ fps, msPerFrame }) => console.log(fps, msPerFrame));
  to.addTrack(pictures.track);
  pictures.close();
}

export async function aJanusRoomOfOnesOwn(camera: MediaStreamTrack, handlers: SfuHandlers): Promise<void> {
  const place = await connectJanus({ url: 'wss://janus.example', room: 1234 }, { participantId: 'me', iceServers: [], relayOnly: false }, handlers);
  place.addSource('camera', 'camera', false, camera);
  place.selectLayer('ana', 'camera', { spatial: 1, temporal: 1 });
  place.close();
}

export async function aLiveKitRoomOfOnesOwn(token: string, handlers: SfuHandlers): Promise<void> {
  const place = await connectLiveKit({ url: 'wss://livekit.example', token }, { participantId: 'me', iceServers: [], relayOnly: false }, handlers);
  place.selectLayer('ana', 'camera', null);
  place.close();
}

export async function anotherLiveKitClient(room: LiveKitRoom, camera: { setProcessor(processor: { name: string }): Promise<void> }, publication: { trackSid: string }): Promise<void> {
  const layers = await RoomLayers.create(room);
  layers.addEventListener('selection', ({ choices }) => console.log(choices.length, layers.selector.estimate.bitsPerSecond));
  layers.pin(publication, true);
  const background = backgroundTrackProcessor({ kind: 'blur', strength: 0.6 });
  await camera.setProcessor(background);
  await background.setBackground({ kind: 'none' });
  layers.close();
}

export async function onlyTheLayers(tileElement: HTMLElement, layers: VideoLayer[], sfu: { prefer(id: string, spatial: number, temporal: number): void }): Promise<void> {
  const selector = await LayerSelector.create({ utility: { speakerWeight: 2 } });
  selector.observe(tileElement, { id: 'alice/camera', layers, role: 'speaker' });
  selector.downlink({ bitsPerSecond: 1_200_000, confidence: 0.8 });
  selector.addEventListener('selection', ({ choices }) => choices.forEach((c) => sfu.prefer(c.id, c.spatial, c.temporal)));
}

export async function onlyTheRelay(participantKey: string, processedCameraTrack: MediaStreamTrack, show: (participantId: string, track: MediaStreamTrack) => void): Promise<void> {
  const relay = await RelayConnection.connect({ url: 'https://meet.example', room: 'standup', participantKey });
  relay.addEventListener('trackadded', ({ remote: { participantId, track } }) => show(participantId, track));
  relay.publish(processedCameraTrack);
  relay.close();
}

export async function webinar(token: string, show: (state: string, viewers: number) => void): Promise<void> {
  const viewing = await watchRoom({ url: 'https://meet.example', room: 'talk', token });
  document.body.append(viewing.createPlayer());
  viewing.addEventListener('changed', () => show(viewing.state, viewing.viewers));
  if (viewing.audioBlocked) await viewing.startAudio();
  console.log(audienceOf(viewing.room)?.participantIds.length);
  viewing.close();
}

export async function overWhip(stream: MediaStream, token: string, camera: MediaStreamTrack): Promise<void> {
  const publisher = await WhipPublisher.publish(stream, { url: 'https://media.example/whip', token, layers: 3 });
  publisher.addEventListener('statechange', ({ state, error }) => console.log(state, error?.status, error?.retryAfterMs));
  await publisher.replaceTrack('video', camera);
  publisher.close();
}
