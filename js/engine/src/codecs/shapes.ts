// SPDX-License-Identifier: Apache-2.0
// The data classes of WebCodecs: the browser's own where it has them, otherwise classes of the same shape.

/** What `data` of a chunk may be. */
type Source = ArrayBuffer | ArrayBufferView;

const bytesOf = (source: Source): Uint8Array =>
  ArrayBuffer.isView(source) ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength) : new Uint8Array(source);

interface ChunkInit {
  type: 'key' | 'delta';
  timestamp: number;
  duration?: number;
  data: Source;
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
    if (typeof init.timestamp !== 'number') throw new TypeError('timestamp is a number of microseconds');
    this.type = init.type;
    this.timestamp = Math.trunc(init.timestamp);
    this.duration = init.duration === undefined ? null : Math.trunc(init.duration);
    this.#data = bytesOf(init.data).slice();
    this.byteLength = this.#data.byteLength;
  }

  copyTo(destination: Source): void {
    if (destination.byteLength < this.byteLength) throw new TypeError('the destination is too small for the chunk');
    bytesOf(destination).set(this.#data);
  }
}

interface AudioInit {
  format: 'f32' | 'f32-planar';
  sampleRate: number;
  numberOfFrames: number;
  numberOfChannels: number;
  timestamp: number;
  data: Source;
}

/** Holds 32-bit floats only. */
class Audio {
  format: 'f32' | 'f32-planar' | null;
  readonly sampleRate: number;
  numberOfFrames: number;
  readonly numberOfChannels: number;
  readonly timestamp: number;
  #data: Float32Array;

  constructor(init: AudioInit) {
    if (init.format !== 'f32' && init.format !== 'f32-planar') throw new TypeError('format is "f32" or "f32-planar" in this browser');
    ({ format: this.format, sampleRate: this.sampleRate, numberOfFrames: this.numberOfFrames, numberOfChannels: this.numberOfChannels, timestamp: this.timestamp } = init);
    this.#data = new Float32Array(bytesOf(init.data).slice().buffer, 0, init.numberOfFrames * init.numberOfChannels);
  }

  get duration(): number {
    return Math.round((this.numberOfFrames * 1e6) / this.sampleRate);
  }

  allocationSize({ format = this.format }: { planeIndex: number; format?: string | null }): number {
    return this.numberOfFrames * 4 * (format === 'f32' ? this.numberOfChannels : 1);
  }

  copyTo(destination: Source, { planeIndex, format = this.format }: { planeIndex: number; format?: string | null }): void {
    if (this.format === null) throw new DOMException('The audio data is closed.', 'InvalidStateError');
    const out = new Float32Array(bytesOf(destination).buffer, bytesOf(destination).byteOffset);
    const { numberOfFrames: frames, numberOfChannels: channels } = this;
    const at = this.format === 'f32' ? (c: number, i: number) => i * channels + c : (c: number, i: number) => c * frames + i;
    for (let i = 0; i < frames; i++) {
      if (format === 'f32') for (let c = 0; c < channels; c++) out[i * channels + c] = this.#data[at(c, i)]!;
      else out[i] = this.#data[at(planeIndex, i)]!;
    }
  }

  clone(): Audio {
    return new Audio({ ...this, format: this.format!, data: this.#data });
  }

  close(): void {
    this.format = null;
    this.numberOfFrames = 0;
    this.#data = new Float32Array();
  }
}

interface PictureInit {
  format: string;
  codedWidth: number;
  codedHeight: number;
  timestamp: number;
  duration?: number;
  layout?: { offset: number; stride: number }[];
}

/** Holds tightly packed I420 only; a canvas cannot draw it. */
class Picture {
  format: string | null = 'I420';
  readonly codedWidth: number;
  readonly codedHeight: number;
  readonly displayWidth: number;
  readonly displayHeight: number;
  readonly timestamp: number;
  readonly duration: number | null;
  readonly colorSpace = { primaries: null, transfer: null, matrix: null, fullRange: null };
  #data: Uint8Array;

  constructor(data: Source, init: PictureInit) {
    if (init?.format !== 'I420') throw new TypeError('format is "I420" in this browser');
    this.codedWidth = this.displayWidth = init.codedWidth;
    this.codedHeight = this.displayHeight = init.codedHeight;
    this.timestamp = init.timestamp;
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
    return { x: 0, y: 0, width: this.codedWidth, height: this.codedHeight };
  }
  get visibleRect() {
    return this.codedRect;
  }

  allocationSize(): number {
    return this.codedWidth * this.codedHeight + 2 * ((this.codedWidth + 1) >> 1) * ((this.codedHeight + 1) >> 1);
  }

  async copyTo(destination: Source): Promise<{ offset: number; stride: number }[]> {
    if (this.format === null) throw new DOMException('The frame is closed.', 'InvalidStateError');
    bytesOf(destination).set(this.#data);
    const chroma = (this.codedWidth + 1) >> 1;
    const luma = this.codedWidth * this.codedHeight;
    return [{ offset: 0, stride: this.codedWidth }, { offset: luma, stride: chroma }, { offset: luma + chroma * ((this.codedHeight + 1) >> 1), stride: chroma }];
  }

  clone(): Picture {
    const { codedWidth, codedHeight, timestamp, duration } = this;
    return new Picture(this.#data, { format: 'I420', codedWidth, codedHeight, timestamp, ...(duration === null ? {} : { duration }) });
  }

  close(): void {
    this.format = null;
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
