// SPDX-License-Identifier: Apache-2.0
// VideoEncoder with the shape of WebCodecs, over our own VP8 and VP9 or the browser's.

import { type Backend, Codec } from './codec.js';
import { type TesseraVideoEncoderConfig, videoSettings } from './config.js';
import type { EncodedMessage, PictureMessage } from './messages.js';
import { EncodedVideoChunk, type VideoFrame, framesTransfer } from './shapes.js';
import { readVideoEncoderConfig } from './validity.js';
import { type AssetOptions, WorkerLink, wasmAddress } from './worker-link.js';

/** One layer's frame inside a chunk; the frames of a superframe lie in it one after the other. */
export interface EncodedLayer {
  /** Counts up over all frames since the encoder was configured. */
  readonly id: number;
  /** 0 is the smallest size. */
  readonly spatialIndex: number;
  /** 0 is always needed. */
  readonly temporalIndex: number;
  readonly isKey: boolean;
  /** False: losing it harms no later frame. */
  readonly isReference: boolean;
  readonly width: number;
  readonly height: number;
  /** The ids of the frames that must be decoded before. */
  readonly dependencies: readonly number[];
  readonly byteLength: number;
}

export interface TesseraVideoChunkMetadata {
  /** With the first chunk and each keyframe after a change. */
  decoderConfig?: VideoDecoderConfig;
  svc?: { temporalLayerId: number; spatialLayerId: number };
  /** Of our own encoder only. */
  layers?: readonly EncodedLayer[];
  /** Milliseconds that the encoder took for the picture, in our own encoder. */
  encodeMillis?: number;
}

export interface VideoEncoderInit extends AssetOptions {
  /** Called for each chunk: one a picture, its layers together in a superframe; in simulcast (`S…`) one for each size. */
  output: (chunk: EncodedVideoChunk, metadata: TesseraVideoChunkMetadata) => void;
  /** Called once, when the encoder has closed over an error. */
  error: (error: DOMException) => void;
}

export interface VideoEncoderEventMap {
  dequeue: Event;
}

interface Item {
  frame: VideoFrame;
  key: boolean;
  timestamp: number;
  duration: number | null;
}

type Output = VideoEncoderInit['output'];

/** What the encoder module makes of red, green and blue. */
const kConverted: VideoColorSpaceInit = { primaries: 'bt709', transfer: 'iec61966-2-1', matrix: 'smpte170m', fullRange: false };

/** @throws DOMException NotSupportedError */
const unsupported = (codec: string) => new DOMException(`${codec} with this configuration is not supported.`, 'NotSupportedError');

class OwnEncoder implements Backend<TesseraVideoEncoderConfig, Item> {
  readonly #link: WorkerLink;
  #generation = 0;
  #fresh = true;
  #told = '';
  #config: TesseraVideoEncoderConfig | null = null;

  constructor(
    private readonly options: AssetOptions,
    private readonly output: Output,
  ) {
    this.#link = new WorkerLink(options);
  }

  async configure(config: TesseraVideoEncoderConfig): Promise<void> {
    const settings = videoSettings(config);
    if (!settings) throw unsupported(config.codec);
    this.#config = config;
    const fresh = this.#fresh;
    this.#fresh = false;
    if (fresh) this.#told = '';
    await this.#link.ask({ type: 'video-encoder', wasm: wasmAddress(`${settings.codec}_encoder`, this.options), settings, fresh });
  }

  async work({ frame, key, timestamp, duration }: Item): Promise<void> {
    const generation = this.#generation;
    const { colorSpace } = frame;
    const picture: PictureMessage = { width: frame.codedWidth, height: frame.codedHeight, timestamp };
    if (framesTransfer) {
      picture.frame = frame;
    } else {
      picture.i420 = new ArrayBuffer(frame.allocationSize());
      await frame.copyTo(picture.i420);
      frame.close();
    }
    const { chunks, millis, fromRgb } = await this.#link.ask({ type: 'encode-picture', picture, key }, [(picture.frame ?? picture.i420)!]);
    if (generation !== this.#generation) return;
    const { primaries, transfer, matrix, fullRange } = fromRgb ? kConverted : colorSpace;
    for (const chunk of chunks) this.#deliver(chunk, timestamp, duration, millis, { primaries, transfer, matrix, fullRange });
  }

  #deliver({ data, layers }: EncodedMessage, timestamp: number, duration: number | null, encodeMillis: number, colorSpace: VideoColorSpaceInit): void {
    const top = layers.at(-1)!;
    const type = layers[0]!.isKey ? 'key' : 'delta';
    const chunk = new EncodedVideoChunk({ type, timestamp, data, ...(duration === null ? {} : { duration }) });
    const metadata: TesseraVideoChunkMetadata = { svc: { temporalLayerId: top.temporalIndex, spatialLayerId: top.spatialIndex }, layers, encodeMillis };
    const shape = `${this.#config!.codec} ${top.width} ${top.height} ${JSON.stringify(colorSpace)}`;
    if (type === 'key' && shape !== this.#told) {
      const { codec, displayWidth = top.width, displayHeight = top.height } = this.#config!;
      metadata.decoderConfig = { codec, codedWidth: top.width, codedHeight: top.height, displayAspectWidth: displayWidth, displayAspectHeight: displayHeight, colorSpace };
      this.#told = layers.length === 1 && top.spatialIndex > 0 ? '' : shape;
    }
    this.output(chunk, metadata);
  }

  async flush(): Promise<void> {}
  cancel(): void {
    this.#generation++;
    this.#fresh = true;
  }
  close(): void {
    this.#generation++;
    this.#link.close();
  }
}

class BrowserEncoder implements Backend<TesseraVideoEncoderConfig, Item> {
  readonly #encoder: globalThis.VideoEncoder;
  #failure: ((error: unknown) => void) | null = null;
  #generation = 0;

  constructor(output: Output) {
    this.#encoder = new globalThis.VideoEncoder({
      output: (chunk, metadata) => output(chunk, (metadata ?? {}) as TesseraVideoChunkMetadata),
      error: (error) => this.#failure?.(error),
    });
  }

  async configure({ prefer: _, maxQueue: __, ...config }: TesseraVideoEncoderConfig): Promise<void> {
    this.#encoder.configure(config);
  }

  async work({ frame, key }: Item): Promise<void> {
    const generation = this.#generation;
    await new Promise<void>((resolve, reject) => {
      this.#failure = reject;
      this.#encoder.encode(frame, { keyFrame: key });
      frame.close();
      const look = () => {
        if (this.#encoder.encodeQueueSize < 2 || generation !== this.#generation) resolve();
        else this.#encoder.addEventListener('dequeue', look, { once: true });
      };
      look();
    });
  }

  flush(): Promise<void> {
    return this.#encoder.flush();
  }
  cancel(): void {
    this.#generation++;
    if (this.#encoder.state !== 'closed') this.#encoder.reset();
  }
  close(): void {
    if (this.#encoder.state !== 'closed') this.#encoder.close();
  }
}

async function browserTakes(config: TesseraVideoEncoderConfig): Promise<boolean> {
  if (typeof globalThis.VideoEncoder === 'undefined') return false;
  const { prefer: _, maxQueue: __, ...plain } = config;
  return (await globalThis.VideoEncoder.isConfigSupported(plain).catch(() => null))?.supported === true;
}

/** https://www.w3.org/TR/webcodecs/#videoencoder-interface, and what {@link TesseraVideoEncoderConfig} adds. */
export class VideoEncoder extends Codec<TesseraVideoEncoderConfig, Item> {
  readonly #options: AssetOptions;
  readonly #output: Output;
  #realtime = false;
  #most = 4;
  #dropped = 0;

  /** @throws TypeError without `output` and `error`. */
  constructor(init: VideoEncoderInit) {
    super(init);
    this.#options = init;
    this.#output = this.deliver(init.output);
  }

  /** Whether a configuration is supported. @throws TypeError (as a rejection) for one that is invalid. */
  static async isConfigSupported(config: TesseraVideoEncoderConfig): Promise<VideoEncoderSupport> {
    const copy = readVideoEncoderConfig(config);
    return { supported: videoSettings(copy) !== null || (copy.prefer === 'native' && (await browserTakes(copy))), config: copy };
  }

  /** Frames that wait to be encoded or are being encoded. */
  get encodeQueueSize(): number {
    return this.queueSize;
  }

  /** Frames that were dropped because they came faster than they could be encoded (`latencyMode: 'realtime'`). */
  get droppedFrames(): number {
    return this.#dropped;
  }

  /** A change of nothing but `bitrate` and `framerate` takes effect without a keyframe. @throws TypeError, DOMException InvalidStateError */
  configure(config: TesseraVideoEncoderConfig): void {
    const copy = readVideoEncoderConfig(config);
    this.begin(copy);
    this.#realtime = copy.latencyMode === 'realtime';
    this.#most = copy.maxQueue ?? 4;
  }

  /** The frame is cloned: close it when it suits you. @throws TypeError for a closed frame, DOMException InvalidStateError */
  encode(frame: VideoFrame, { keyFrame = false }: VideoEncoderEncodeOptions = {}): void {
    if (frame.format === null && frame.codedWidth === 0) throw new TypeError('the frame is closed');
    this.requireConfigured();
    // Late frames give way to the new one; a keyframe that was asked for is not forgotten with its frame.
    let key = keyFrame;
    while (this.#realtime && this.waiting >= this.#most) {
      let wanted = false;
      if (!this.dropFirst((item) => ((wanted = item.key), true))) break;
      key ||= wanted;
      this.#dropped++;
    }
    this.enqueue({ frame: frame.clone(), key: key ?? false, timestamp: frame.timestamp, duration: frame.duration });
  }

  protected override async createBackend(config: TesseraVideoEncoderConfig): Promise<Backend<TesseraVideoEncoderConfig, Item>> {
    const native = config.prefer === 'native' && (await browserTakes(config));
    const old = this.backend;
    if (native) return old instanceof BrowserEncoder ? old : new BrowserEncoder(this.#output);
    if (!videoSettings(config)) throw unsupported(config.codec);
    return old instanceof OwnEncoder ? old : new OwnEncoder(this.#options, this.#output);
  }

  protected override discard(item: Item): void {
    item.frame.close();
  }
}
