// SPDX-License-Identifier: Apache-2.0
// What runs in the page: every function stands alone, because its text is sent there.

type Engine = typeof import('../../../js/engine/src/recorder/index.js');
type Options = import('../../../js/engine/src/recorder/index.js').RecorderOptions;

export interface Recorded {
  base64: string;
  duration: number;
  bytes: number;
  droppedFrames: number;
  /** Seconds from start() to stop(), by the page's clock. */
  elapsed: number;
  events: string[];
  /** Of what was given to a stream, the length of each piece. */
  pieces: number[];
}

export interface Script {
  options: Pick<Options, 'prefer' | 'videoCodec' | 'videoKeyFrameIntervalDuration'>;
  seconds: number;
  /** Where from: camera and microphone, or a canvas of 320x180 and a tone, or one of the two. */
  source: 'camera' | 'canvas' | 'picture' | 'sound';
  /** Where to. 'handle': a file handle that is not known to be of the private storage, as a file picker gives it. */
  target: 'default' | 'handle' | 'stream';
  /** Half-way: the canvas turns on its side, the picture stops, the tone ends, the recording pauses for so many seconds. */
  trouble?: ('turn' | 'still' | 'mute' | 'end')[];
  pause?: number;
}

/** Records and gives the file. */
export async function record({ options, seconds, source, target, trouble = [], pause = 0 }: Script): Promise<Recorded> {
  const { Recorder } = (globalThis as unknown as { recorder: Engine }).recorder;
  const wait = (time: number) => new Promise((resolve) => setTimeout(resolve, time * 1000));
  const ends: (() => unknown)[] = [];
  const makeStream = async (): Promise<MediaStream> => {
    if (source === 'camera') return navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 360 }, audio: true });
    const stream = new MediaStream();
    if (source !== 'sound') {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [320, 180];
      const context = canvas.getContext('2d')!;
      let tick = 0;
      const draw = () => {
        context.fillStyle = `hsl(${tick++ * 7} 80% 50%)`;
        context.fillRect(0, 0, canvas.width, canvas.height);
        context.fillStyle = '#fff';
        context.fillRect(tick * 3 % canvas.width, 40, 60, 60);
      };
      draw();
      const timer = setInterval(draw, 50);
      ends.push(() => clearInterval(timer));
      stream.addTrack(canvas.captureStream(20).getVideoTracks()[0]!);
      ends.push(() => undefined);
      if (trouble.includes('turn')) setTimeout(() => ([canvas.width, canvas.height] = [180, 320]), seconds * 500);
      if (trouble.includes('still')) setTimeout(() => clearInterval(timer), seconds * 500);
    }
    if (source !== 'picture') {
      const context = new AudioContext();
      const tone = new OscillatorNode(context, { frequency: 440 });
      const out = context.createMediaStreamDestination();
      tone.connect(out);
      tone.start();
      await context.resume();
      ends.push(() => context.close());
      const [track] = out.stream.getAudioTracks() as [MediaStreamTrack];
      stream.addTrack(track);
      if (trouble.includes('mute')) setTimeout(() => (track.enabled = false), seconds * 500);
      if (trouble.includes('end')) setTimeout(() => track.stop(), seconds * 750);
    }
    return stream;
  };
  const stream = await makeStream();
  const pieces: Uint8Array[] = [];
  const targets: Record<Script['target'], () => Promise<Options['target']>> = {
    default: async () => undefined,
    stream: async () => new WritableStream<Uint8Array>({ write: (piece) => void pieces.push(piece) }),
    handle: async () => {
      const file = await (await navigator.storage.getDirectory()).getFileHandle('picked.webm', { create: true });
      return { kind: 'file', name: file.name, createWritable: (how?: object) => file.createWritable(how), getFile: () => file.getFile() } as unknown as FileSystemFileHandle;
    },
  };
  const chosen = await targets[target]();
  const recorder = await Recorder.start(stream, { ...options, ...(chosen ? { target: chosen } : {}) });
  const began = performance.now();
  const events: string[] = [];
  recorder.addEventListener('progress', ({ duration, bytes }) => events.push(`progress ${duration > 0 && bytes >= 0}`));
  recorder.addEventListener('error', ({ error }) => events.push(`error ${error.code} ${error.message}`));
  recorder.addEventListener('stop', ({ recording }) => events.push(`stop ${recording.bytes > 0}`));
  await wait(seconds / 2);
  if (pause) {
    recorder.pause();
    events.push(recorder.state);
    await wait(pause);
    recorder.resume();
  }
  await wait(seconds / 2);
  const elapsed = (performance.now() - began) / 1000;
  const recording = await recorder.stop();
  for (const track of stream.getTracks()) track.stop();
  for (const end of ends) await end();
  const blob = recording.file ?? new Blob(pieces as BlobPart[]);
  const bytes = new Uint8Array(await blob.arrayBuffer());
  await recording.remove();
  let binary = '';
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return { base64: btoa(binary), duration: recording.duration, bytes: recording.bytes, droppedFrames: recording.droppedFrames, elapsed, events, pieces: pieces.map(({ byteLength }) => byteLength) };
}

export interface Played {
  duration: number;
  width: number;
  height: number;
  /** Where it stood after seeking to each place. */
  sought: number[];
  /** How much the pictures at the places differ, 0 to 255. */
  change: number;
}

/** Plays the file at an address as a page does: its duration, then some places in it. */
export async function play({ address, places }: { address: string; places: number[] }): Promise<Played> {
  const video = document.createElement('video');
  video.muted = true;
  video.preload = 'auto';
  const happens = (event: string) => new Promise<void>((resolve, reject) => {
    video.addEventListener(event, () => resolve(), { once: true });
    video.addEventListener('error', () => reject(new Error(`${event}: ${video.error?.message ?? 'no reason given'}`)), { once: true });
    setTimeout(() => reject(new Error(`no ${event} within 20 s`)), 20_000);
  });
  const loaded = happens('loadeddata');
  video.src = address;
  document.body.append(video);
  await loaded;
  const context = new OffscreenCanvas(32, 18).getContext('2d', { willReadFrequently: true })!;
  const pictures: Uint8ClampedArray[] = [];
  const sought: number[] = [];
  for (const place of places) {
    const there = happens('seeked');
    video.currentTime = place;
    await there;
    sought.push(video.currentTime);
    context.drawImage(video, 0, 0, 32, 18);
    pictures.push(context.getImageData(0, 0, 32, 18).data);
  }
  const before = video.currentTime;
  video.currentTime = 0;
  await happens('seeked');
  await video.play();
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('it does not play')), 20_000);
    video.addEventListener('timeupdate', function look() {
      if (video.currentTime <= 0.3) return;
      clearTimeout(timer);
      video.removeEventListener('timeupdate', look);
      resolve();
    });
  });
  video.pause();
  const [a, b] = [pictures[0], pictures.at(-1)];
  const change = a && b && before >= 0 ? a.reduce((sum, value, index) => sum + Math.abs(value - b[index]!), 0) / a.length : 0;
  const result = { duration: video.duration, width: video.videoWidth, height: video.videoHeight, sought, change };
  video.remove();
  return result;
}

/** Starts two recordings that nobody will stop, one into a file that was picked; resolves when some clusters of each are written. */
export async function recordForever(): Promise<void> {
  const { Recorder } = (globalThis as unknown as { recorder: Engine }).recorder;
  const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 360 }, audio: true });
  const file = await (await navigator.storage.getDirectory()).getFileHandle('picked.webm', { create: true });
  const target = { kind: 'file', name: file.name, createWritable: (how?: object) => file.createWritable(how), getFile: () => file.getFile() } as unknown as FileSystemFileHandle;
  await Recorder.start(stream, { target, videoCodec: 'vp8', videoKeyFrameIntervalDuration: 500 });
  const recorder = await Recorder.start(stream, { name: 'unfinished', videoKeyFrameIntervalDuration: 1000 });
  const sizes = new Set<number>();
  while (sizes.size < 4 || (await file.getFile()).size < 10_000) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (recorder.bytes > 0) sizes.add(recorder.bytes);
  }
}

/** What the site keeps: names, and the contents of the first. `file`: contents of a file of the private storage instead. */
export async function kept({ remove = false, file }: { remove?: boolean; file?: string }): Promise<{ names: string[]; base64: string }> {
  const { listRecordings } = (globalThis as unknown as { recorder: Engine }).recorder;
  const recordings = await listRecordings();
  const wanted = file ? await (await (await navigator.storage.getDirectory()).getFileHandle(file)).getFile() : recordings[0]?.file;
  const bytes = new Uint8Array(await (wanted ?? new Blob()).arrayBuffer());
  let binary = '';
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  if (remove) await Promise.all(recordings.map((recording) => recording.remove()));
  return { names: recordings.map(({ name }) => name), base64: btoa(binary) };
}

/** Frames far faster than they can be encoded, beside a tone. */
export async function overload(seconds: number): Promise<{ given: number; droppedFrames: number; duration: number; base64: string }> {
  const { Recorder } = (globalThis as unknown as { recorder: Engine }).recorder;
  const { MediaStreamTrackGenerator } = globalThis as unknown as { MediaStreamTrackGenerator: new (init: { kind: 'video' }) => MediaStreamTrack & { writable: WritableStream<VideoFrame> } };
  const generator = new MediaStreamTrackGenerator({ kind: 'video' });
  const writer = generator.writable.getWriter();
  const picture = crypto.getRandomValues(new Uint8Array(65_536));
  const noise = new Uint8Array(1280 * 720 * 1.5);
  for (let at = 0; at < noise.length; at += picture.length) noise.set(picture.subarray(0, Math.min(picture.length, noise.length - at)), at);
  let given = 0;
  const give = () => {
    for (let i = 0; i < 4; i++) {
      noise[given * 97 % noise.length]! ^= 255;
      void writer.write(new VideoFrame(noise, { format: 'I420', codedWidth: 1280, codedHeight: 720, timestamp: Math.round(performance.now() * 1000) + i }));
      given++;
    }
  };
  const timer = setInterval(give, 16);
  const context = new AudioContext();
  const tone = new OscillatorNode(context, { frequency: 440 });
  const out = context.createMediaStreamDestination();
  tone.connect(out);
  tone.start();
  await context.resume();
  const recorder = await Recorder.start(new MediaStream([generator, ...out.stream.getAudioTracks()]));
  given = 0;
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const recording = await recorder.stop();
  clearInterval(timer);
  await writer.close().catch(() => undefined);
  generator.stop();
  await context.close();
  const bytes = new Uint8Array(await recording.file!.arrayBuffer());
  await recording.remove();
  let binary = '';
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return { given, droppedFrames: recording.droppedFrames, duration: recording.duration, base64: btoa(binary) };
}

/** Starts and closes; starts and aborts half-way; is refused. Gives the errors' codes. */
export async function comeAndGo(): Promise<{ codes: string[]; tracks: string[]; kept: number }> {
  const { Recorder, listRecordings } = (globalThis as unknown as { recorder: Engine }).recorder;
  const code = (promise: Promise<unknown>) => promise.then(() => 'nothing', (error: { code?: string }) => String(error.code ?? error));
  const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 360 }, audio: true });
  const codes: string[] = [];
  const closed = await Recorder.start(stream);
  closed.close();
  closed.close();
  codes.push(await code(closed.stop()));
  for (const delay of [0, 30, 150]) {
    const controller = new AbortController();
    const started = Recorder.start(stream, { signal: controller.signal });
    setTimeout(() => controller.abort(), delay);
    codes.push(await code(started.then((recorder) => recorder.close())));
  }
  codes.push(await code(Recorder.start(stream, { signal: AbortSignal.abort() })));
  codes.push(await code(Recorder.start(new MediaStream())));
  // Full from the beginning, then full after a while.
  let room = 0;
  const broken = () => new WritableStream({ write: () => (room-- > 0 ? undefined : Promise.reject(new Error('the disk is full'))) });
  codes.push(await code(Recorder.start(stream, { target: broken() }).then((recorder) => recorder.stop())));
  room = 3;
  const failing = await Recorder.start(stream, { target: broken(), videoKeyFrameIntervalDuration: 500 });
  codes.push(await new Promise((resolve) => failing.addEventListener('error', ({ error }) => resolve(error.code))));
  codes.push(await code(failing.stop()));
  const tracks = stream.getTracks().map(({ readyState }) => readyState);
  for (const track of stream.getTracks()) track.stop();
  const left = await listRecordings();
  await Promise.all(left.map((recording) => recording.remove()));
  return { codes, tracks, kept: left.length };
}
