// SPDX-License-Identifier: Apache-2.0
// What runs in the page: every function stands alone, because its text is sent there.

type Relay = typeof import('../../../js/engine/src/relay/index.js');
interface Relaying {
  connection: Awaited<ReturnType<Relay['RelayConnection']['connect']>>;
  own: MediaStreamTrack[];
  /** Of each other: the video element, and what its sound gives. */
  shown: Map<string, { video?: HTMLVideoElement; source?: AudioNode; analyser?: AnalyserNode; frames: number; seen: Set<number> }>;
  context: AudioContext;
  delays: number[];
  states: string[];
}
declare global {
  // eslint-disable-next-line no-var
  var relay: Relay;
  // eslint-disable-next-line no-var
  var relaying: Relaying;
}

export interface Start {
  url: string;
  room: string;
  participantKey: string;
  tone: number;
  width: number;
  height: number;
  frameRate: number;
  prefer?: 'native' | 'wasm';
}

/** Connects, sends a canvas that shows the time in bars and a tone, and shows and hears what comes. */
export async function start({ url, room, participantKey, tone, width, height, frameRate, prefer = 'native' }: Start): Promise<void> {
  const kBits = 20;
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  const drawing = canvas.getContext('2d', { alpha: false })!;
  const bar = width / kBits;
  const noise = Array.from({ length: 40 }, (_, i) => (i * 7919) % 360);
  const draw = (): void => {
    // Below: something that moves. Above: now, in milliseconds, a white bar for each bit that is set. In Gray code: a bar that an encoder
    // at a low rate has not yet changed then makes a small mistake, not one of a power of two.
    drawing.fillStyle = '#335';
    drawing.fillRect(0, 0, width, height);
    const now = Date.now();
    const time = now % 2 ** kBits;
    const gray = time ^ (time >> 1);
    noise.forEach((hue, i) => {
      drawing.fillStyle = `hsl(${hue} 60% 50%)`;
      drawing.fillRect((i * 53 + now / (10 + i)) % width, height / 2 + ((i * 31) % (height / 2)), width / 12, height / 12);
    });
    for (let bit = 0; bit < kBits; bit++) {
      drawing.fillStyle = (gray >> bit) & 1 ? '#fff' : '#000';
      drawing.fillRect(bit * bar, 0, Math.ceil(bar), height / 3);
    }
  };
  draw();
  const timer = setInterval(draw, 1000 / frameRate);
  const [picture] = canvas.captureStream(frameRate).getVideoTracks() as [MediaStreamTrack];
  picture.addEventListener('ended', () => clearInterval(timer));
  const context = new AudioContext();
  const destination = context.createMediaStreamDestination();
  const oscillator = new OscillatorNode(context, { frequency: tone });
  oscillator.connect(new GainNode(context, { gain: 0.3 })).connect(destination);
  oscillator.start();
  const [sound] = destination.stream.getAudioTracks() as [MediaStreamTrack];
  const connection = await relay.RelayConnection.connect({ url, room, participantKey, prefer });
  const state: Relaying = { connection, own: [picture, sound], shown: new Map(), context, delays: [], states: [connection.state] };
  globalThis.relaying = state;
  connection.addEventListener('statechange', ({ state: now }) => state.states.push(now));
  const of = (id: string) => {
    const known = state.shown.get(id) ?? { frames: 0, seen: new Set<number>() };
    state.shown.set(id, known);
    return known;
  };
  const probe = document.createElement('canvas');
  [probe.width, probe.height] = [kBits, 1];
  const reading = probe.getContext('2d', { willReadFrequently: true })!;
  const show = ({ participantId, kind, track }: { participantId: string; kind: string; track: MediaStreamTrack }): void => {
    const person = of(participantId);
    if (kind === 'audio') {
      person.analyser = new AnalyserNode(context, { fftSize: 4096 });
      person.source = context.createMediaStreamSource(new MediaStream([track]));
      person.source.connect(person.analyser).connect(new GainNode(context, { gain: 0 })).connect(context.destination);
      return;
    }
    const video = document.createElement('video');
    [video.muted, video.autoplay, video.playsInline] = [true, true, true];
    video.srcObject = new MediaStream([track]);
    document.body.append(video);
    person.video = video;
    const onFrame = (): void => {
      person.frames++;
      if (video.videoWidth > 0) {
        // The middle of each bar.
        reading.drawImage(video, 0, video.videoHeight / 12, video.videoWidth, video.videoHeight / 8, 0, 0, kBits, 1);
        const { data } = reading.getImageData(0, 0, kBits, 1);
        let drawn = 0;
        for (let bit = 0; bit < kBits; bit++) if (data[bit * 4]! > 127) drawn |= 1 << bit;
        for (let shift = 1; shift < kBits; shift *= 2) drawn ^= drawn >> shift;
        person.seen.add(drawn);
        const delay = (Date.now() - drawn) & ((1 << kBits) - 1);
        if (delay < 5000) state.delays.push(delay);
      }
      video.requestVideoFrameCallback(onFrame);
    };
    video.requestVideoFrameCallback(onFrame);
    void video.play();
  };
  connection.addEventListener('trackadded', ({ remote }) => show(remote));
  for (const remote of connection.tracks) show(remote);
  connection.publish(picture);
  connection.publish(sound);
}

export interface Seen {
  participantId: string;
  frames: number;
  /** Different times that its pictures showed. */
  different: number;
  width: number;
  /** Decibels of each of the tones in what is heard of it. */
  levels: number[];
}

/** What is shown and heard of each other participant. */
export function look(tones: number[]): Seen[] {
  return [...relaying.shown].map(([participantId, { video, analyser, frames, seen }]) => {
    const spectrum = new Float32Array(analyser?.frequencyBinCount ?? 0);
    analyser?.getFloatFrequencyData(spectrum);
    const level = (tone: number): number => {
      const bin = Math.round((tone * 4096) / relaying.context.sampleRate);
      return Math.max(-200, ...spectrum.subarray(bin - 2, bin + 3));
    };
    return { participantId, frames, different: seen.size, width: video?.videoWidth ?? 0, levels: tones.map(level) };
  });
}

/** For messages of failed tests: whether this page's sound runs, and what it sends and receives. */
export async function counted(): Promise<string> {
  const { context, connection } = relaying;
  return JSON.stringify({ context: `${context.state} for ${context.currentTime.toFixed(1)} s`, ...(await connection.statistics()) });
}

/** The delays from drawing to showing that were read since the last call, in milliseconds. */
export function takeDelays(): number[] {
  return relaying.delays.splice(0);
}

/** What connecting without a place in the room comes to. */
export async function refused({ url, room }: { url: string; room: string }): Promise<string> {
  try {
    const connection = await relay.RelayConnection.connect({ url, room, participantKey: 'A'.repeat(43) });
    connection.close();
    return 'accepted';
  } catch (error) {
    const { name, code } = error as { name: string; code: string };
    return `${name} ${code}`;
  }
}

/** Closes everything; tells what became of the tracks, and of calls afterwards. */
export async function close(): Promise<{ remote: string[]; own: string[]; state: string; after: string }> {
  const { connection, own, context } = relaying;
  const remote = connection.tracks.map(({ track }) => track);
  connection.close();
  let after = '';
  try {
    connection.publish(own[0]!);
  } catch (error) {
    after = (error as { code: string }).code;
  }
  const result = { remote: remote.map(({ readyState }) => readyState), own: own.map(({ readyState }) => readyState), state: connection.state, after };
  for (const track of own) track.stop();
  await context.close();
  return result;
}
