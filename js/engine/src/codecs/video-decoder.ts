// SPDX-License-Identifier: Apache-2.0
// VideoDecoder with the shape of WebCodecs, over our own VP8 and VP9 or the browser's.

import { type Backend, Codec } from './codec.js';
import { type TesseraVideoDecoderConfig, supportsVideoDecoder, videoCodec } from './config.js';
import type { Look } from './messages.js';
import { type EncodedVideoChunk, VideoFrame } from './shapes.js';
import { readVideoDecoderConfig } from './validity.js';
import { type AssetOptions, WorkerLink, wasmAddress } from './worker-link.js';

export interface VideoDecoderInit extends AssetOptions {
  /** Called for each picture; close it when it has been used. `decodeMillis`: what our own decoder took for it. */
  output: (frame: VideoFrame, info: { decodeMillis?: number }) => void;
  /** Called when the decoder has closed over an error; with `damage: 'skip'` also for each damaged chunk. */
  error: (error: DOMException) => void;
}

type Output = VideoDecoderInit['output'];

class OwnDecoder implements Backend<TesseraVideoDecoderConfig, EncodedVideoChunk> {
  readonly #link: WorkerLink;
  #generation = 0;
  #look: Look = { init: {} };

  constructor(
    private readonly options: AssetOptions,
    private readonly output: Output,
  ) {
    this.#link = new WorkerLink(options);
  }

  async configure(config: TesseraVideoDecoderConfig): Promise<void> {
    const { keyFramesOnly = false, maxSpatialLayer = 7, displayAspectWidth, displayAspectHeight, colorSpace } = config;
    const { rotation, flip } = config as { rotation?: number; flip?: boolean };
    this.#look = { init: { ...(colorSpace && { colorSpace }), ...(rotation && { rotation }), ...(flip && { flip }) } };
    if (displayAspectWidth && displayAspectHeight) this.#look.displayAspect = displayAspectWidth / displayAspectHeight;
    await this.#link.ask({ type: 'video-decoder', wasm: wasmAddress('vpx_decoder', this.options), codec: videoCodec(config.codec)!, keyFramesOnly, maxSpatialLayer });
  }

  async work(chunk: EncodedVideoChunk): Promise<void> {
    const generation = this.#generation;
    const data = new ArrayBuffer(chunk.byteLength);
    chunk.copyTo(data);
    const { timestamp, duration } = chunk;
    const picture = await this.#link.ask({ type: 'decode-picture', data, timestamp, duration, look: this.#look }, [data]);
    if (!picture) return;
    if (generation !== this.#generation) {
      picture.frame?.close();
      return;
    }
    const init: VideoFrameBufferInit = { format: 'I420', codedWidth: picture.width, codedHeight: picture.height, timestamp, ...(duration === null ? {} : { duration }) };
    this.output(picture.frame ?? new VideoFrame(picture.i420!, init), { decodeMillis: picture.millis });
  }

  async flush(): Promise<void> {}
  cancel(): void {
    this.#generation++;
  }
  close(): void {
    this.#generation++;
    this.#link.close();
  }
}

class BrowserDecoder implements Backend<TesseraVideoDecoderConfig, EncodedVideoChunk> {
  readonly #decoder: globalThis.VideoDecoder;
  #failure: ((error: unknown) => void) | null = null;

  constructor(output: Output) {
    this.#decoder = new globalThis.VideoDecoder({ output: (frame) => output(frame, {}), error: (error) => this.#failure?.(error) });
  }

  async configure({ prefer: _, keyFramesOnly: __, maxSpatialLayer: ___, damage: ____, ...config }: TesseraVideoDecoderConfig): Promise<void> {
    this.#decoder.configure(config);
  }

  async work(chunk: EncodedVideoChunk): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#failure = reject;
      this.#decoder.decode(chunk);
      const look = () => (this.#decoder.decodeQueueSize < 2 ? resolve() : this.#decoder.addEventListener('dequeue', look, { once: true }));
      look();
    });
  }

  flush(): Promise<void> {
    return this.#decoder.flush();
  }
  cancel(): void {
    if (this.#decoder.state !== 'closed') this.#decoder.reset();
  }
  close(): void {
    if (this.#decoder.state !== 'closed') this.#decoder.close();
  }
}

/** False for bytes that are clearly no keyframe, whatever the chunk calls itself (RFC 6386 section 9.1; VP9 section 6.2). */
function mayBeKey(codec: 'vp8' | 'vp9' | null, chunk: EncodedVideoChunk): boolean {
  if (codec === null || chunk.byteLength === 0) return true;
  const bytes = new Uint8Array(chunk.byteLength);
  chunk.copyTo(bytes);
  const first = bytes[0]!;
  if (codec === 'vp8') return (first & 1) === 0;
  // Frame marker 2, a profile without reserved bit, no frame shown again: then bit 2 tells.
  return first >> 6 !== 2 || (first & 0x30) === 0x30 || (first & 0x0c) === 0;
}

async function browserTakes(config: TesseraVideoDecoderConfig): Promise<boolean> {
  // What we add to the configuration, the browser's decoder does not know.
  if (typeof globalThis.VideoDecoder === 'undefined' || config.keyFramesOnly || config.maxSpatialLayer !== undefined || config.damage === 'skip') return false;
  const { prefer: _, ...plain } = config;
  return (await globalThis.VideoDecoder.isConfigSupported(plain).catch(() => null))?.supported === true;
}

/** https://www.w3.org/TR/webcodecs/#videodecoder-interface, and what {@link TesseraVideoDecoderConfig} adds. */
export class VideoDecoder extends Codec<TesseraVideoDecoderConfig, EncodedVideoChunk> {
  readonly #options: AssetOptions;
  readonly #output: Output;
  #keyNeeded = true;
  #skips = false;
  #codec: 'vp8' | 'vp9' | null = null;

  /** @throws TypeError without `output` and `error`. */
  constructor(init: VideoDecoderInit) {
    super(init);
    this.#options = init;
    this.#output = this.deliver(init.output);
  }

  /** Whether a configuration is supported. @throws TypeError (as a rejection) for one that is invalid. */
  static async isConfigSupported(config: TesseraVideoDecoderConfig): Promise<VideoDecoderSupport> {
    const copy = readVideoDecoderConfig(config);
    return { supported: supportsVideoDecoder(copy) || (copy.prefer === 'native' && (await browserTakes(copy))), config: copy };
  }

  /** Chunks that wait to be decoded or are being decoded. */
  get decodeQueueSize(): number {
    return this.queueSize;
  }

  /** The next chunk has to be a keyframe. @throws TypeError, DOMException InvalidStateError */
  configure(config: TesseraVideoDecoderConfig): void {
    const copy = readVideoDecoderConfig(config);
    this.begin(copy);
    this.#skips = copy.damage === 'skip';
    this.#codec = videoCodec(copy.codec);
    this.#keyNeeded = true;
  }

  /** @throws DOMException InvalidStateError, DataError where a keyframe is due and this is none. */
  decode(chunk: EncodedVideoChunk): void {
    this.requireConfigured();
    if (this.#keyNeeded && !(chunk.type === 'key' && mayBeKey(this.#codec, chunk))) throw new DOMException('After configure and flush the first chunk is a keyframe.', 'DataError');
    this.#keyNeeded = false;
    this.enqueue(chunk);
  }

  protected override flushing(): void {
    this.#keyNeeded = true;
  }

  protected override survives(error: DOMException): boolean {
    return this.#skips && error.name === 'EncodingError';
  }

  protected override async createBackend(config: TesseraVideoDecoderConfig): Promise<Backend<TesseraVideoDecoderConfig, EncodedVideoChunk>> {
    const native = config.prefer === 'native' && (await browserTakes(config));
    const old = this.backend;
    if (native) return old instanceof BrowserDecoder ? old : new BrowserDecoder(this.#output);
    if (!supportsVideoDecoder(config)) throw new DOMException(`${config.codec} with this configuration is not supported.`, 'NotSupportedError');
    return old instanceof OwnDecoder ? old : new OwnDecoder(this.#options, this.#output);
  }

  protected override discard(): void {}
}
