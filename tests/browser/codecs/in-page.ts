// SPDX-License-Identifier: Apache-2.0
// What runs in the page: every function stands alone, because its text is sent there.

type Codecs = typeof import('../../../js/engine/src/codecs/index.js');

export interface Exchange {
  /** Frames that came out of both decoders. */
  frames: number;
  /** Of these, how many were the same, sample by sample. */
  equal: number;
  /** Mean difference of their luma, 0 where all are the same. A browser that hands out RGB rounds. */
  difference: number;
  /** The browser's decoder's format. */
  format: string | null;
  keys: number;
  bytes: number;
  layers: number;
  width: number;
}

/** Encodes a moving picture with one side's encoder and decodes it with both sides' decoders. */
export async function exchange({ codec, encoder, mode, count }: { codec: string; encoder: 'ours' | 'browser'; mode?: string; count: number }): Promise<Exchange> {
  const ours = (globalThis as unknown as { codecs: Codecs }).codecs;
  const [width, height] = [320, 192];
  const failures: string[] = [];
  const error = (failure: DOMException) => failures.push(String(failure));
  const chunks: EncodedVideoChunk[] = [];
  let layers = 0;
  let format: string | null = null;
  const Encoder = encoder === 'ours' ? ours.VideoEncoder : VideoEncoder;
  const encoding = new Encoder({ output: (chunk: EncodedVideoChunk, metadata?: { layers?: readonly unknown[] }) => { chunks.push(chunk); layers = Math.max(layers, metadata?.layers?.length ?? 1); }, error } as never);
  encoding.configure({ codec, width, height, bitrate: 400_000, framerate: 30, ...(mode ? { scalabilityMode: mode } : {}) });
  for (let index = 0; index < count; index++) {
    const picture = new Uint8Array((width * height * 3) / 2);
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) picture[y * width + x] = 60 + ((((x + 2 * index) >> 3) ^ ((y + index) >> 3)) % 24) * 5 + ((x * 7 + y * 13) % 5);
    picture.fill(110, width * height, (width * height * 5) / 4).fill(150, (width * height * 5) / 4);
    const frame = new VideoFrame(picture, { format: 'I420', codedWidth: width, codedHeight: height, timestamp: index * 33_333, duration: 33_333 });
    encoding.encode(frame, { keyFrame: index === 7 });
    frame.close();
  }
  await encoding.flush();
  encoding.close();
  const decode = async (Decoder: typeof VideoDecoder): Promise<Map<number, Uint8Array>> => {
    const pictures = new Map<number, Uint8Array>();
    const copies: Promise<void>[] = [];
    const decoding = new Decoder({
      output: (frame: VideoFrame) => {
        const luma = new Uint8Array(frame.allocationSize());
        const { timestamp, codedWidth } = frame;
        const kind = (format = frame.format) ?? '';
        copies.push(frame.copyTo(luma).then((layout) => {
          // The luma alone, row by row, whatever the layout is.
          const packed = new Uint8Array(width * height);
          const { offset, stride } = layout[0]!;
          if (/^(RGB|BGR)/.test(kind)) {
            const [red, blue] = kind.startsWith('R') ? [0, 2] : [2, 0];
            for (let i = 0; i < width * height; i++) {
              const at = offset + Math.floor(i / width) * stride + (i % width) * 4;
              packed[i] = Math.round(16 + 0.257 * luma[at + red!]! + 0.504 * luma[at + 1]! + 0.098 * luma[at + blue!]!);
            }
          } else {
            for (let y = 0; y < height; y++) packed.set(luma.subarray(offset + y * stride, offset + y * stride + width), y * width);
          }
          pictures.set(timestamp, packed);
          if (codedWidth < width) failures.push(`a picture is ${codedWidth} wide`);
          frame.close();
        }));
      },
      error,
    } as never);
    decoding.configure({ codec, codedWidth: width, codedHeight: height });
    for (const chunk of chunks) decoding.decode(chunk);
    await decoding.flush();
    await Promise.all(copies);
    decoding.close();
    return pictures;
  };
  const [a, b] = [await decode(ours.VideoDecoder as unknown as typeof VideoDecoder), await decode(VideoDecoder)];
  if (failures.length) throw new Error(failures.join('\n'));
  let equal = 0;
  let difference = 0;
  for (const [timestamp, picture] of a) {
    const other = b.get(timestamp);
    if (!other) continue;
    const sum = picture.reduce((total, value, index) => total + Math.abs(value - other[index]!), 0);
    if (sum === 0) equal++;
    difference += sum / picture.length / a.size;
  }
  return { difference, format, frames: Math.min(a.size, b.size), equal, keys: chunks.filter(({ type }) => type === 'key').length, bytes: chunks.reduce((sum, { byteLength }) => sum + byteLength, 0), layers, width };
}

/** Gives more frames at once than can wait: the late ones are dropped and counted, and all that is held is freed. */
export async function overload(): Promise<{ given: number; out: number; dropped: number; most: number; dequeues: number; firstIsKey: boolean }> {
  const ours = (globalThis as unknown as { codecs: Codecs }).codecs;
  let out = 0;
  let dequeues = 0;
  let firstIsKey = false;
  const encoder = new ours.VideoEncoder({
    output: (chunk) => { firstIsKey ||= out === 0 && chunk.type === 'key'; out++; },
    error: (error) => { throw error; },
  });
  encoder.addEventListener('dequeue', () => dequeues++);
  encoder.configure({ codec: 'vp8', width: 320, height: 192, latencyMode: 'realtime', maxQueue: 3 });
  const given = 30;
  let most = 0;
  for (let index = 0; index < given; index++) {
    const frame = new VideoFrame(new Uint8Array(320 * 192 * 1.5), { format: 'I420', codedWidth: 320, codedHeight: 192, timestamp: index * 33_333 });
    encoder.encode(frame, { keyFrame: index === 0 });
    frame.close();
    most = Math.max(most, encoder.encodeQueueSize);
  }
  await encoder.flush();
  const dropped = encoder.droppedFrames;
  encoder.close();
  return { given, out, dropped, most, dequeues, firstIsKey };
}

/** A damaged chunk: closes the decoder, or with damage: 'skip' is told and overcome at the next keyframe. */
export async function damage(policy: 'close' | 'skip'): Promise<{ state: string; errors: string[]; pictures: number[] }> {
  const ours = (globalThis as unknown as { codecs: Codecs }).codecs;
  const chunks: EncodedVideoChunk[] = [];
  const encoder = new ours.VideoEncoder({ output: (chunk) => chunks.push(chunk), error: (error) => { throw error; } });
  encoder.configure({ codec: 'vp8', width: 64, height: 64 });
  for (let index = 0; index < 10; index++) {
    const frame = new VideoFrame(new Uint8Array(64 * 64 * 1.5).fill(index * 20), { format: 'I420', codedWidth: 64, codedHeight: 64, timestamp: index });
    encoder.encode(frame, { keyFrame: index === 6 });
    frame.close();
  }
  await encoder.flush().catch(() => undefined);
  encoder.close();
  const errors: string[] = [];
  const pictures: number[] = [];
  const decoder = new ours.VideoDecoder({ output: (frame) => { pictures.push(frame.timestamp); frame.close(); }, error: ({ name }) => errors.push(name) });
  decoder.configure({ codec: 'vp8', damage: policy });
  chunks.forEach((chunk, index) => {
    if (decoder.state === 'configured') decoder.decode(index === 3 ? new EncodedVideoChunk({ type: 'delta', timestamp: 3, data: new Uint8Array([1, 0]) }) : chunk);
  });
  await decoder.flush().catch(() => undefined);
  const { state } = decoder;
  if (state !== 'closed') decoder.close();
  return { state, errors, pictures };
}

/** A tone through Opus: ours, or the browser's where asked; then what of it came back. */
export async function sound({ prefer, bitrate }: { prefer: 'wasm' | 'native'; bitrate: number }): Promise<{ packets: number; bytes: number; head: string; energyIn: number; energyOut: number; frames: number; concealed: number }> {
  const ours = (globalThis as unknown as { codecs: Codecs }).codecs;
  const packets: EncodedAudioChunk[] = [];
  let head = '';
  const fail = (error: DOMException) => { throw error; };
  const encoder = new ours.AudioEncoder({
    output: (chunk, { decoderConfig }) => {
      packets.push(chunk);
      if (decoderConfig?.description) head = String.fromCharCode(...new Uint8Array(decoderConfig.description as ArrayBuffer).subarray(0, 8));
    },
    error: fail,
  });
  encoder.configure({ codec: 'opus', sampleRate: 48_000, numberOfChannels: 2, bitrate, prefer });
  let energyIn = 0;
  // Pieces of 1000 samples, which are no frames.
  for (let piece = 0; piece < 48; piece++) {
    const data = new Float32Array(2000);
    for (let i = 0; i < 1000; i++) {
      data[i] = 0.3 * Math.sin((2 * Math.PI * 440 * (piece * 1000 + i)) / 48_000);
      data[1000 + i] = 0.5 * data[i]!;
      energyIn += data[i]! ** 2;
    }
    const audio = new AudioData({ format: 'f32-planar', sampleRate: 48_000, numberOfFrames: 1000, numberOfChannels: 2, timestamp: Math.round((piece * 1e6) / 48), data });
    encoder.encode(audio);
    audio.close();
  }
  await encoder.flush();
  encoder.close();
  let energyOut = 0;
  let frames = 0;
  let concealed = 0;
  const decoder = new ours.AudioDecoder({
    output: (data) => {
      const plane = new Float32Array(data.numberOfFrames);
      data.copyTo(plane, { planeIndex: 0, format: 'f32-planar' });
      energyOut += plane.reduce((sum, value) => sum + value * value, 0);
      frames += data.numberOfFrames;
      if (data.timestamp >= 5e6) concealed += data.numberOfFrames;
      data.close();
    },
    error: fail,
  });
  decoder.configure({ codec: 'opus', sampleRate: 48_000, numberOfChannels: 2 });
  for (const packet of packets) decoder.decode(packet);
  await decoder.flush();
  const result = { packets: packets.length, bytes: packets.reduce((sum, { byteLength }) => sum + byteLength, 0), head, energyIn, energyOut, frames };
  decoder.conceal(5e6, 20_000);
  await decoder.flush();
  decoder.close();
  return { ...result, concealed };
}

/** Layers that are left undecoded, keyframes alone, and a rate that changes without a keyframe. */
export async function layersAndRates(): Promise<{ layers: number; widths: Record<string, number>; keyFrames: number[]; keys: number; bytesBefore: number; bytesAfter: number }> {
  const ours = (globalThis as unknown as { codecs: Codecs }).codecs;
  const [width, height] = [512, 256];
  const error = (failure: DOMException) => { throw failure; };
  const chunks: EncodedVideoChunk[] = [];
  let layers = 0;
  const encoder = new ours.VideoEncoder({ output: (chunk, metadata) => { chunks.push(chunk); layers = metadata.layers!.length; }, error });
  const config = { codec: 'vp09.00.21.08', width, height, framerate: 30, scalabilityMode: 'L3T1' } as const;
  encoder.configure({ ...config, bitrate: 1_000_000 });
  const count = 40;
  for (let index = 0; index < count; index++) {
    // Half the pictures at a tenth of the rate; between them nothing is flushed.
    if (index === count / 2) encoder.configure({ ...config, bitrate: 100_000 });
    const picture = new Uint8Array((width * height * 3) / 2);
    for (let at = 0; at < picture.length; at++) picture[at] = 60 + ((((at % width) + 3 * index) ^ (Math.floor(at / width) + index)) & 63) + ((Math.imul(at + index * 7919, 2654435761) >>> 28) & 7);
    const frame = new VideoFrame(picture, { format: 'I420', codedWidth: width, codedHeight: height, timestamp: index * 1000 });
    encoder.encode(frame, { keyFrame: index === 8 });
    frame.close();
  }
  await encoder.flush();
  encoder.close();
  const decode = async (more: object): Promise<{ width: number; times: number[] }> => {
    const times: number[] = [];
    let seen = 0;
    const decoder = new ours.VideoDecoder({ output: (frame) => { seen = frame.codedWidth; times.push(frame.timestamp); frame.close(); }, error });
    decoder.configure({ codec: config.codec, ...more });
    for (const chunk of chunks.slice(0, 12)) decoder.decode(chunk);
    await decoder.flush();
    decoder.close();
    return { width: seen, times };
  };
  const bytes = (from: number, to: number) => chunks.slice(from, to).reduce((sum, { byteLength }) => sum + byteLength, 0);
  return {
    layers,
    widths: { all: (await decode({})).width, lowest: (await decode({ maxSpatialLayer: 0 })).width },
    keyFrames: (await decode({ keyFramesOnly: true })).times,
    keys: chunks.filter(({ type }) => type === 'key').length,
    bytesBefore: bytes(10, 20),
    bytesAfter: bytes(30, 40),
  };
}

/** Which side's encoder worked: ours tells what it took. */
export async function whose(prefer: 'wasm' | 'native'): Promise<'wasm' | 'native' | 'neither'> {
  const ours = (globalThis as unknown as { codecs: Codecs }).codecs;
  let told: 'wasm' | 'native' | 'neither' = 'neither';
  const encoder = new ours.VideoEncoder({ output: (_, { encodeMillis }) => { told = encodeMillis === undefined ? 'native' : 'wasm'; }, error: (error) => { throw error; } });
  encoder.configure({ codec: 'vp8', width: 64, height: 64, prefer });
  const frame = new VideoFrame(new Uint8Array(64 * 64 * 1.5), { format: 'I420', codedWidth: 64, codedHeight: 64, timestamp: 0 });
  encoder.encode(frame);
  frame.close();
  await encoder.flush();
  encoder.close();
  return told;
}

/** Speech-like sound with packets lost next to each other, filled from a later packet: by its copy (FEC) and its redundancy (DRED). */
export async function redundancy(): Promise<{ frames: number; expected: number; filled: number[] }> {
  const ours = (globalThis as unknown as { codecs: Codecs }).codecs;
  const error = (failure: DOMException) => { throw failure; };
  const packets: EncodedAudioChunk[] = [];
  const encoder = new ours.AudioEncoder({ output: (chunk) => packets.push(chunk), error });
  encoder.configure({ codec: 'opus', sampleRate: 48_000, numberOfChannels: 1, bitrate: 48_000, opus: { application: 'voip', useinbandfec: true, packetlossperc: 20, dredDuration: 500 } as object });
  const count = 60;
  for (let piece = 0; piece < count; piece++) {
    const data = new Float32Array(960);
    for (let i = 0; i < 960; i++) {
      const t = (piece * 960 + i) / 48_000;
      for (let k = 1; k <= 8; k++) data[i]! += (0.25 / k) * Math.sin(2 * Math.PI * k * (150 * t + 4 * Math.sin(2 * t)));
    }
    const audio = new AudioData({ format: 'f32', sampleRate: 48_000, numberOfFrames: 960, numberOfChannels: 1, timestamp: piece * 20_000, data });
    encoder.encode(audio);
    audio.close();
  }
  await encoder.flush();
  encoder.close();
  const decode = async (lost: number[]): Promise<Map<number, number>> => {
    const energies = new Map<number, number>();
    const decoder = new ours.AudioDecoder({
      output: (data) => {
        const plane = new Float32Array(data.numberOfFrames);
        data.copyTo(plane, { planeIndex: 0, format: 'f32-planar' });
        energies.set(Math.round(data.timestamp / 20_000), plane.reduce((sum, value) => sum + value * value, 0));
        data.close();
      },
      error,
    });
    decoder.configure({ codec: 'opus', sampleRate: 48_000, numberOfChannels: 1, deepConcealment: true });
    for (const [index, packet] of packets.entries()) {
      const later = packets.find((_, at) => at > index && !lost.includes(at));
      if (lost.includes(index)) decoder.conceal(packet.timestamp, 20_000, later);
      else decoder.decode(packet);
    }
    await decoder.flush();
    decoder.close();
    return energies;
  };
  const lost = [30, 31, 32, 40];
  const [whole, mended] = [await decode([]), await decode(lost)];
  return { frames: mended.size, expected: packets.length, filled: lost.map((index) => mended.get(index)! / whole.get(index)!) };
}
