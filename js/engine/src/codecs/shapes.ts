// SPDX-License-Identifier: Apache-2.0
// The data classes of WebCodecs: the browser's own where it has them, otherwise classes of the same shape.

import { integer, unsignedLongLong } from './dictionary.js';

/** What `data` of a chunk may be. */
type Source = ArrayBuffer | ArrayBufferView;

function bytesOf(source: Source): Uint8Array {
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  if (typeof source?.byteLength !== 'number') throw new TypeError('an ArrayBuffer or a view of one is needed');
  return new Uint8Array(source);
}

const microseconds = integer(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
const time = (value: unknown, name: string) => microseconds(value, name) as number;
const closed = (what: string) => new DOMException(`${what} is closed.`, 'InvalidStateError');

/** A copy of the bytes; the buffers named in `transfer` are empty afterwards. */
function takeBytes(data: Source, transfer: ArrayBuffer[] = []): Uint8Array<ArrayBuffer> {
  const bytes = bytesOf(data).slice() as Uint8Array<ArrayBuffer>;
  if (transfer.length) structuredClone(null, { transfer });
  return bytes;
}

interface ChunkInit {
  type: 'key' | 'delta';
  timestamp: number;
  duration?: number;
  data: Source;
  transfer?: ArrayBuffer[];
}

class Chunk {
  readonly type: 'key' | 'delta';
  /** Microseconds. */
  readonly timestamp: number;
  /** Microseconds, or null where it is not known. */
  readonly duration: number | null;
  readonly byteLength: number;
  readonly #data: Uint8Array;

  constructor(init: ChunkInit) {
    if (init?.type !== 'key' && init?.type !== 'delta') throw new TypeError('type is "key" or "delta"');
    this.type = init.type;
    this.timestamp = time(init.timestamp, 'timestamp');
    this.duration = init.duration === undefined ? null : (unsignedLongLong(init.duration, 'duration') as number);
    this.#data = takeBytes(init.data, init.transfer);
    this.byteLength = this.#data.byteLength;
  }

  copyTo(destination: Source): void {
    const to = bytesOf(destination);
    if (to.byteLength < this.byteLength) throw new TypeError('the destination is too small for the chunk');
    to.set(this.#data);
  }
}

/** Sample formats: how samples lie in memory, and what one of them is as a float. */
const samples = {
  u8: { array: Uint8Array, float: (value: number) => (value - 128) / 128 },
  s16: { array: Int16Array, float: (value: number) => value / 2 ** 15 },
  s32: { array: Int32Array, float: (value: number) => value / 2 ** 31 },
  f32: { array: Float32Array, float: (value: number) => value },
};

interface AudioInit {
  format: AudioSampleFormat;
  sampleRate: number;
  numberOfFrames: number;
  numberOfChannels: number;
  timestamp: number;
  data: Source;
  transfer?: ArrayBuffer[];
}

interface AudioCopy {
  planeIndex: number;
  frameOffset?: number;
  frameCount?: number;
  format?: AudioSampleFormat;
}

/** Takes every format and gives it back, or 32-bit floats. */
class Audio {
  format: AudioSampleFormat | null;
  sampleRate: number;
  numberOfFrames: number;
  numberOfChannels: number;
  readonly timestamp: number;
  #data: Uint8Array<ArrayBuffer>;

  constructor(init: AudioInit) {
    const { array } = samples[kindOf(init?.format)] ?? {};
    if (!array) throw new TypeError('format is one of u8, s16, s32, f32 and their -planar forms');
    this.timestamp = time(init.timestamp, 'timestamp');
    ({ format: this.format, sampleRate: this.sampleRate, numberOfFrames: this.numberOfFrames, numberOfChannels: this.numberOfChannels } = init);
    if (!(init.sampleRate > 0 && init.numberOfFrames > 0 && init.numberOfChannels > 0)) throw new TypeError('sampleRate, numberOfFrames and numberOfChannels are above 0');
    if (init.data.byteLength < init.numberOfFrames * init.numberOfChannels * array.BYTES_PER_ELEMENT) throw new TypeError('data is shorter than its frames');
    this.#data = takeBytes(init.data, init.transfer);
  }

  get duration(): number {
    return this.numberOfFrames ? Math.round((this.numberOfFrames * 1e6) / this.sampleRate) : 0;
  }

  allocationSize({ planeIndex, frameOffset = 0, frameCount, format }: AudioCopy): number {
    if (this.format === null) throw closed('The audio data');
    const to = format ?? this.format;
    if (kindOf(to) !== 'f32' && to !== this.format) throw new DOMException(`${this.format} is converted to 32-bit floats only.`, 'NotSupportedError');
    const planar = to.endsWith('-planar');
    if (!(planeIndex >= 0 && planeIndex < (planar ? this.numberOfChannels : 1))) throw new RangeError('there is no such plane');
    const count = frameCount ?? this.numberOfFrames - frameOffset;
    if (frameOffset < 0 || frameOffset >= this.numberOfFrames || count > this.numberOfFrames - frameOffset) throw new RangeError('there are fewer frames than that');
    return count * samples[kindOf(to)].array.BYTES_PER_ELEMENT * (planar ? 1 : this.numberOfChannels);
  }

  copyTo(destination: Source, options: AudioCopy): void {
    const size = this.allocationSize(options);
    const to = options.format ?? this.format!;
    const out = bytesOf(destination);
    if (out.byteLength < size) throw new RangeError('the destination is too small for the samples');
    const from = samples[kindOf(this.format!)];
    const source = new from.array(this.#data.buffer, 0, this.numberOfFrames * this.numberOfChannels);
    const planar = to.endsWith('-planar');
    const channels = planar ? [options.planeIndex] : Array.from({ length: this.numberOfChannels }, (_, channel) => channel);
    const { array } = samples[kindOf(to)];
    const copy = new array(size / array.BYTES_PER_ELEMENT);
    const convert = kindOf(to) === kindOf(this.format!) ? (value: number) => value : from.float;
    const { frameOffset = 0 } = options;
    channels.forEach((channel, at) => {
      for (let frame = 0; frame * channels.length < copy.length; frame++) {
        const index = frame + frameOffset;
        copy[frame * channels.length + at] = convert(source[this.format!.endsWith('-planar') ? channel * this.numberOfFrames + index : index * this.numberOfChannels + channel]!);
      }
    });
    out.set(new Uint8Array(copy.buffer));
  }

  clone(): Audio {
    if (this.format === null) throw closed('The audio data');
    const { format, sampleRate, numberOfFrames, numberOfChannels, timestamp } = this;
    return new Audio({ format, sampleRate, numberOfFrames, numberOfChannels, timestamp, data: this.#data });
  }

  close(): void {
    this.format = null;
    this.sampleRate = this.numberOfFrames = this.numberOfChannels = 0;
    this.#data = new Uint8Array();
  }
}

const kindOf = (format: AudioSampleFormat) => String(format).replace('-planar', '') as keyof typeof samples;

interface PictureInit {
  format: string;
  codedWidth: number;
  codedHeight: number;
  displayWidth?: number;
  displayHeight?: number;
  timestamp: number;
  duration?: number;
  layout?: { offset: number; stride: number }[];
}

/** Holds tightly packed I420 only; a canvas cannot draw it. */
class Picture {
  format: string | null = 'I420';
  codedWidth: number;
  codedHeight: number;
  displayWidth: number;
  displayHeight: number;
  readonly timestamp: number;
  readonly duration: number | null;
  readonly colorSpace = { primaries: null, transfer: null, matrix: null, fullRange: null };
  #data: Uint8Array;

  constructor(data: Source, init: PictureInit) {
    if (init?.format !== 'I420') throw new TypeError('format is "I420" in this browser');
    this.codedWidth = init.codedWidth;
    this.codedHeight = init.codedHeight;
    this.displayWidth = init.displayWidth ?? init.codedWidth;
    this.displayHeight = init.displayHeight ?? init.codedHeight;
    this.timestamp = time(init.timestamp, 'timestamp');
    this.duration = init.duration ?? null;
    const bytes = bytesOf(data);
    const chroma = [(init.codedWidth + 1) >> 1, (init.codedHeight + 1) >> 1] as const;
    const planes = [[init.codedWidth, init.codedHeight], chroma, chroma] as const;
    this.#data = new Uint8Array(this.allocationSize());
    let to = 0;
    let from = 0;
    planes.forEach(([width, height], plane) => {
      const { offset, stride } = init.layout?.[plane] ?? { offset: from, stride: width };
      for (let y = 0; y < height; y++, to += width) this.#data.set(bytes.subarray(offset + y * stride, offset + y * stride + width), to);
      from += width * height;
    });
  }

  get codedRect() {
    return this.format === null ? null : { x: 0, y: 0, width: this.codedWidth, height: this.codedHeight };
  }
  get visibleRect() {
    return this.codedRect;
  }

  allocationSize(): number {
    return this.codedWidth * this.codedHeight + 2 * ((this.codedWidth + 1) >> 1) * ((this.codedHeight + 1) >> 1);
  }

  async copyTo(destination: Source): Promise<{ offset: number; stride: number }[]> {
    if (this.format === null) throw closed('The frame');
    bytesOf(destination).set(this.#data);
    const chroma = (this.codedWidth + 1) >> 1;
    const luma = this.codedWidth * this.codedHeight;
    return [{ offset: 0, stride: this.codedWidth }, { offset: luma, stride: chroma }, { offset: luma + chroma * ((this.codedHeight + 1) >> 1), stride: chroma }];
  }

  clone(): Picture {
    if (this.format === null) throw closed('The frame');
    const { codedWidth, codedHeight, displayWidth, displayHeight, timestamp, duration } = this;
    return new Picture(this.#data, { format: 'I420', codedWidth, codedHeight, displayWidth, displayHeight, timestamp, ...(duration === null ? {} : { duration }) });
  }

  close(): void {
    this.format = null;
    this.codedWidth = this.codedHeight = this.displayWidth = this.displayHeight = 0;
    this.#data = new Uint8Array();
  }
}

const browser = globalThis as Partial<typeof globalThis>;

export const EncodedVideoChunk = browser.EncodedVideoChunk ?? (Chunk as unknown as typeof globalThis.EncodedVideoChunk);
export type EncodedVideoChunk = globalThis.EncodedVideoChunk;
export const EncodedAudioChunk = browser.EncodedAudioChunk ?? (Chunk as unknown as typeof globalThis.EncodedAudioChunk);
export type EncodedAudioChunk = globalThis.EncodedAudioChunk;
export const AudioData = browser.AudioData ?? (Audio as unknown as typeof globalThis.AudioData);
export type AudioData = globalThis.AudioData;
export const VideoFrame = browser.VideoFrame ?? (Picture as unknown as typeof globalThis.VideoFrame);
export type VideoFrame = globalThis.VideoFrame;

/** Whether frames can be handed to a worker as they are; otherwise their bytes are. */
export const framesTransfer = browser.VideoFrame !== undefined;
