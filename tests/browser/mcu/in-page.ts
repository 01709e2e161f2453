// SPDX-License-Identifier: Apache-2.0
// What runs in the pages of a mixed call: every function stands alone, because its text is sent there.
import type { Room } from '../../../js/engine/src/index.js';

export interface Person {
  name: string;
  colour: string;
  tone: number;
}

export interface Streams {
  connections: number;
  videoIn: number;
  videoOut: number;
  audioIn: number;
  audioOut: number;
  framesDecoded: number;
}

declare global {
  // eslint-disable-next-line no-var
  var joined: { room: Room; said: string[]; analyser?: { node: AnalyserNode; track: MediaStreamTrack; context: AudioContext } };
}

/** Before the page's scripts: its camera shows one colour, its microphone hears one tone. */
export function fakeMedia({ colour, tone }: { colour: string; tone: number }): void {
  if (typeof navigator === 'undefined' || !navigator.mediaDevices) return;
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = new MediaStream();
    if (constraints?.video) {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [320, 180];
      const context = canvas.getContext('2d')!;
      const draw = (): void => {
        context.fillStyle = colour;
        context.fillRect(0, 0, 320, 180);
      };
      draw();
      setInterval(draw, 100);
      stream.addTrack(canvas.captureStream(10).getVideoTracks()[0]!);
    }
    if (constraints?.audio) {
      const context = new AudioContext();
      const destination = context.createMediaStreamDestination();
      const oscillator = new OscillatorNode(context, { frequency: tone });
      oscillator.connect(new GainNode(context, { gain: 0.2 })).connect(destination);
      oscillator.start();
      stream.addTrack(destination.stream.getAudioTracks()[0]!);
    }
    return stream;
  };
}

/** Joins with camera and microphone; shows the mix whenever there is one. */
export async function join({ room: name, person }: { room: string; person: string }): Promise<string> {
  const room = await tessera.joinRoom({ url: location.origin, room: name, name: person });
  const said: string[] = [];
  globalThis.joined = { room, said };
  const player = document.createElement('video');
  player.muted = true;
  document.body.append(player);
  const show = (): void => {
    player.srcObject = room.mix && new MediaStream([room.mix]);
    if (room.mix) void player.play();
  };
  room.addEventListener('mixchange', () => {
    said.push('mixchange');
    show();
  });
  room.addEventListener('topologychange', ({ topology }) => said.push(`topologychange ${topology}`));
  room.addEventListener('warning', ({ code, message }) => said.push(`warning ${code}: ${message}`));
  await room.local.enableCamera();
  await room.local.enableMicrophone();
  return room.local.id;
}

/** What this page's live connections carry, by getStats(). */
export async function streams(): Promise<Streams> {
  const live = globalThis.observed.peerConnections.filter(({ connectionState }) => connectionState !== 'closed');
  const found: Streams = { connections: live.length, videoIn: 0, videoOut: 0, audioIn: 0, audioOut: 0, framesDecoded: 0 };
  for (const pc of live) {
    for (const row of (await pc.getStats()).values() as Iterable<{ type: string; kind: string; framesDecoded?: number }>) {
      if (row.type === 'inbound-rtp') {
        if (row.kind === 'video') {
          found.videoIn++;
          found.framesDecoded += row.framesDecoded ?? 0;
        } else found.audioIn++;
      } else if (row.type === 'outbound-rtp') {
        if (row.kind === 'video') found.videoOut++;
        else found.audioOut++;
      }
    }
  }
  return found;
}

/** The colours of the mixed picture in the middle of the upper half of each tile of a grid of four, sorted; 'other' for what is none. */
export function colours(): string[] {
  const player = document.querySelector('video')!;
  if (!player.srcObject || player.videoWidth === 0) return [];
  const canvas = new OffscreenCanvas(640, 360);
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.drawImage(player, 0, 0, 640, 360);
  return [[160, 60], [480, 60], [160, 240], [480, 240]]
    .map(([x, y]) => {
      const [red, green, blue] = context.getImageData(x!, y!, 1, 1).data as unknown as [number, number, number];
      const word = [red, green, blue].map((value) => (value > 160 ? '1' : value < 100 ? '0' : '?')).join('');
      return ({ 100: 'red', '010': 'lime', '001': 'blue', 110: 'yellow' } as Record<string, string>)[word] ?? 'other';
    })
    .sort();
}

/** dB of each tone in what this page receives; listens anew where that is another track now. */
export async function heard(tones: number[]): Promise<number[]> {
  const live = globalThis.observed.peerConnections.filter(({ connectionState }) => connectionState === 'connected');
  const track = live.flatMap((pc) => pc.getReceivers()).find((receiver) => receiver.track.kind === 'audio' && receiver.track.readyState === 'live')?.track;
  if (!track) return [];
  if (joined.analyser?.track !== track) {
    await joined.analyser?.context.close();
    const context = new AudioContext();
    const node = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
    context.createMediaStreamSource(new MediaStream([track])).connect(node);
    joined.analyser = { node, track, context };
  }
  const { node, context } = joined.analyser!;
  const spectrum = new Float32Array(node.frequencyBinCount);
  node.getFloatFrequencyData(spectrum);
  return tones.map((frequency) => {
    const bin = Math.round((frequency * node.fftSize) / context.sampleRate);
    return Math.max(-200, ...spectrum.slice(bin - 2, bin + 3));
  });
}

/** How the room is carried, as this page knows. */
export async function carried(): Promise<{ topology: string; mixer: string; said: string[]; connections: number }> {
  const { topology, mixer = '', connections } = await joined.room.getDiagnostics();
  return { topology, mixer, said: [...joined.said], connections: connections.length };
}
