// SPDX-License-Identifier: Apache-2.0
// What runs in the page: every function stands alone, because its text is sent there.

type Audio = typeof import('../../../js/engine/src/audio/index.js');
interface Mixing {
  context: AudioContext;
  mixer: Awaited<ReturnType<Audio['AudioMixer']['create']>>;
  analysers: AnalyserNode[];
  tones: { track: MediaStreamTrack; volume: GainNode }[];
  speakers: (string | null)[];
  errors: string[];
}
declare global {
  // eslint-disable-next-line no-var
  var audio: Audio;
  // eslint-disable-next-line no-var
  var mixing: Mixing;
}

/** Four people with a tone each, from a context of their own, and an analyser on what each of them hears, and on the mix. */
export async function openFour(tones: number[]): Promise<void> {
  const mixer = await audio.AudioMixer.create({ gainRiding: false });
  const context = new AudioContext({ sampleRate: mixer.context.sampleRate });
  const speakers: (string | null)[] = [];
  const errors: string[] = [];
  mixer.addEventListener('activespeaker', ({ id }) => speakers.push(id));
  mixer.addEventListener('error', ({ error }) => errors.push(String(error)));
  const made = tones.map((frequency, i) => {
    const volume = new GainNode(context, { gain: 0.1 });
    const oscillator = new OscillatorNode(context, { frequency });
    const destination = context.createMediaStreamDestination();
    oscillator.connect(volume).connect(destination);
    oscillator.start();
    const track = destination.stream.getAudioTracks()[0]!;
    mixer.addInput(`person ${i}`, track);
    return { track, volume };
  });
  const analysers = [...tones.map((_, i) => mixer.output(`person ${i}`)), mixer.mix].map((track) => {
    const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    return analyser;
  });
  globalThis.mixing = { context, mixer, analysers, tones: made, speakers, errors };
}

/** What each analyser hears of each tone, in dB: rows are listeners. */
export function heard(tones: number[]): number[][] {
  return mixing.analysers.map((analyser) => {
    const spectrum = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(spectrum);
    return tones.map((frequency) => {
      const bin = Math.round((frequency * analyser.fftSize) / mixing.context.sampleRate);
      return Math.max(-200, ...spectrum.slice(bin - 2, bin + 3));
    });
  });
}

/** Milliseconds from a step in a track that goes in to the step in the track that comes out, the hops between contexts included. */
export async function measureLatency(): Promise<{ tracks: number; kernel: number }> {
  const { context, mixer } = mixing;
  await context.audioWorklet.addModule('/recorder.js');
  const step = new ConstantSourceNode(context, { offset: 0 });
  const destination = context.createMediaStreamDestination();
  const recorder = new AudioWorkletNode(context, 'recorder', { numberOfInputs: 2, channelCount: 1, channelCountMode: 'explicit' });
  step.connect(destination);
  step.connect(recorder, 0, 0);
  // It says nothing; nodes that lead nowhere need not run.
  recorder.connect(context.destination);
  step.start();
  mixer.addInput('step', destination.stream.getAudioTracks()[0]!);
  // Nobody else is in this one.
  for (let i = 0; i < 4; i++) mixer.setGain(`person ${i}`, 0);
  const source = context.createMediaStreamSource(new MediaStream([mixer.mix]));
  source.connect(recorder, 0, 1);
  const begins = [-1, -1];
  let blocks = 0;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no step came through: ${begins}`)), 10_000);
    recorder.port.onmessage = ({ data }: MessageEvent<Float32Array[]>) => {
      // Half a second for the routes to settle.
      if (blocks === 200) step.offset.value = 0.5;
      data.forEach((samples, input) => {
        const at = samples.findIndex((sample) => Math.abs(sample) > 0.25);
        if (blocks >= 200 && begins[input]! < 0 && at >= 0) begins[input] = blocks * 128 + at;
      });
      blocks++;
      if (begins.some((begin) => begin < 0)) return;
      clearTimeout(timer);
      resolve();
    };
  });
  recorder.port.onmessage = null;
  recorder.port.close();
  step.stop();
  recorder.disconnect();
  source.disconnect();
  step.disconnect();
  mixer.removeInput('step');
  for (let i = 0; i < 4; i++) mixer.setGain(`person ${i}`, 1);
  return { tracks: ((begins[1]! - begins[0]!) / context.sampleRate) * 1000, kernel: mixer.latency * 1000 };
}

/** Sends the first person's output over a real connection to a fifth input and gives the far track: what remote tracks are like. */
export async function addRemote(): Promise<void> {
  const { mixer, tones } = mixing;
  const [a, b] = [new RTCPeerConnection(), new RTCPeerConnection()];
  a.onicecandidate = ({ candidate }) => void (candidate && b.addIceCandidate(candidate));
  b.onicecandidate = ({ candidate }) => void (candidate && a.addIceCandidate(candidate));
  const received = new Promise<MediaStreamTrack>((resolve) => { b.ontrack = ({ track }) => resolve(track); });
  a.addTrack(tones[3]!.track, new MediaStream([tones[3]!.track]));
  await a.setLocalDescription();
  await b.setRemoteDescription(a.localDescription!);
  await b.setLocalDescription();
  await a.setRemoteDescription(b.localDescription!);
  // The fourth person is heard only by way of the connection from now on.
  mixer.addInput('person 3', await received);
  (globalThis as unknown as { connections: RTCPeerConnection[] }).connections = [a, b];
}

/** Closes everything and tells what is left: states of contexts and tracks, and the codes of errors that calls give afterwards. */
export async function closeAll(): Promise<Record<string, unknown>> {
  const { context, mixer, tones } = mixing;
  const outputs = [mixer.mix, ...tones.map((_, i) => mixer.output(`person ${i}`))];
  const own = mixer.context;
  const code = (call: () => unknown): string => {
    try {
      return String(call());
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  mixer.close();
  mixer.close();
  const result = {
    outputs: outputs.map(({ readyState }) => readyState),
    inputs: tones.map(({ track }) => track.readyState),
    errors: mixing.errors,
    after: [code(() => mixer.output('x')), code(() => mixer.mix), code(() => mixer.addInput('x', tones[0]!.track)), code(() => mixer.setGain('x', 1))],
    activeSpeaker: mixer.activeSpeaker,
  };
  for (const connection of (globalThis as unknown as { connections?: RTCPeerConnection[] }).connections ?? []) connection.close();
  for (const { track } of tones) track.stop();
  await context.close();
  for (let i = 0; i < 250 && own.state !== 'closed'; i++) await new Promise((resolve) => { setTimeout(resolve, 20); });
  return result;
}

/** The codes of the errors that wrong arguments and a full mixer give; leaves nothing. */
export async function misuse(): Promise<string[]> {
  const { context, tones } = mixing;
  const track = tones[0]!.track;
  const codes: string[] = [];
  const attempt = async (call: () => unknown): Promise<void> => {
    try {
      await call();
      codes.push('accepted');
    } catch (error) {
      codes.push(`${(error as Error).name} ${(error as { code: string }).code}`);
    }
  };
  const { AudioMixer } = audio;
  await attempt(() => AudioMixer.create({ assetBaseUrl: '/nowhere/' }));
  await attempt(() => AudioMixer.create({ signal: AbortSignal.abort() }));
  await attempt(() => AudioMixer.create({ gainRiding: 'yes' as never }));
  await attempt(() => AudioMixer.create({ context: {} as never }));
  const late = new AbortController();
  await attempt(() => { const made = AudioMixer.create({ context, signal: late.signal }); late.abort(); return made; });
  // In the caller's own context, which close() leaves running.
  const mixer = await AudioMixer.create({ context });
  await attempt(() => mixer.addInput('', track));
  await attempt(() => mixer.addInput('a', {} as never));
  await attempt(() => mixer.addInput('a', track, { gain: 9 }));
  await attempt(() => mixer.setGain('a', 1));
  for (let i = 0; i < 32; i++) mixer.output(`listener ${i}`);
  await attempt(() => mixer.addInput('one more', track));
  mixer.removeOutput('listener 7');
  await attempt(() => mixer.addInput('one more', track));
  mixer.close();
  codes.push(context.state);
  return codes;
}
