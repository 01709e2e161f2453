// SPDX-License-Identifier: Apache-2.0
// AudioEncoder with the shape of WebCodecs, over our own Opus or the browser's.

import { type Backend, Codec } from './codec.js';
import { type TesseraAudioEncoderConfig, audioSettings } from './config.js';
import { type AudioData, EncodedAudioChunk } from './shapes.js';
import { readAudioEncoderConfig } from './validity.js';
import { type AssetOptions, WorkerLink, wasmAddress } from './worker-link.js';

export interface TesseraAudioChunkMetadata {
  /** With the first chunk: what a decoder or a muxer needs. `description` is an OpusHead. */
  decoderConfig?: AudioDecoderConfig;
  /** Milliseconds that our own encoder took. */
  encodeMillis?: number;
}

export interface AudioEncoderInit extends AssetOptions {
  output: (chunk: EncodedAudioChunk, metadata: TesseraAudioChunkMetadata) => void;
  /** Called once, when the encoder has closed over an error. */
  error: (error: DOMException) => void;
}

type Output = AudioEncoderInit['output'];

/** RFC 7845 section 5.1, channel mapping family 0. */
export function opusHead(channels: number, preSkip: number): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(19);
  head.set(new TextEncoder().encode('OpusHead'));
  const view = new DataView(head.buffer);
  view.setUint8(8, 1);
  view.setUint8(9, channels);
  view.setUint16(10, preSkip, true);
  view.setUint32(12, 48_000, true);
  return head;
}

class OwnEncoder implements Backend<TesseraAudioEncoderConfig, AudioData> {
  readonly #link: WorkerLink;
  #generation = 0;
  #channels = 1;
  #frameSamples = 960;
  #frameMicros = 20_000;
  #lookahead = 0;
  #told = false;
  /** One frame that is being filled, channels interleaved. */
  #frame = new Float32Array();
  #filled = 0;
  /** Timestamp of the frame's first sample. */
  #time = 0;

  constructor(
    private readonly options: AssetOptions,
    private readonly output: Output,
  ) {
    this.#link = new WorkerLink(options);
  }

  async configure(config: TesseraAudioEncoderConfig): Promise<void> {
    const settings = audioSettings(config);
    if (!settings) throw new DOMException('Opus with this configuration is not supported.', 'NotSupportedError');
    const deep = settings.dredMs > 0;
    const { frameSamples, lookahead } = await this.#link.ask({ type: 'audio-encoder', wasm: wasmAddress(deep ? 'opus_dred' : 'opus', this.options), deep, settings });
    if (frameSamples !== this.#frameSamples || settings.channels !== this.#channels || this.#frame.length === 0) {
      this.#frame = new Float32Array(frameSamples * settings.channels);
      this.#filled = 0;
    }
    this.#channels = settings.channels;
    this.#frameSamples = frameSamples;
    this.#frameMicros = settings.frameMicros;
    this.#lookahead = lookahead;
  }

  async work(data: AudioData): Promise<void> {
    const generation = this.#generation;
    const { numberOfFrames: count, numberOfChannels } = data;
    if (numberOfChannels !== this.#channels || data.sampleRate !== 48_000) {
      data.close();
      throw new DOMException('The audio data does not have the configured rate and number of channels.', 'EncodingError');
    }
    const planes = Array.from({ length: numberOfChannels }, (_, planeIndex) => {
      const plane = new Float32Array(count);
      data.copyTo(plane, { planeIndex, format: 'f32-planar' });
      return plane;
    });
    if (this.#filled === 0) this.#time = data.timestamp;
    data.close();
    for (let at = 0; at < count; ) {
      const take = Math.min(count - at, this.#frameSamples - this.#filled);
      planes.forEach((plane, channel) => {
        for (let i = 0; i < take; i++) this.#frame[(this.#filled + i) * this.#channels + channel] = plane[at + i]!;
      });
      at += take;
      this.#filled += take;
      if (this.#filled === this.#frameSamples) await this.#send(generation);
    }
  }

  async #send(generation: number): Promise<void> {
    const timestamp = this.#time;
    this.#time += this.#frameMicros;
    this.#filled = 0;
    const { data, millis } = await this.#link.ask({ type: 'encode-sound', samples: this.#frame.slice() });
    if (generation !== this.#generation) return;
    const metadata: TesseraAudioChunkMetadata = { encodeMillis: millis };
    if (!this.#told) {
      this.#told = true;
      metadata.decoderConfig = { codec: 'opus', sampleRate: 48_000, numberOfChannels: this.#channels, description: opusHead(this.#channels, this.#lookahead) };
    }
    this.output(new EncodedAudioChunk({ type: 'key', timestamp, duration: this.#frameMicros, data }), metadata);
  }

  /** What does not fill a frame is filled up with silence. */
  async flush(): Promise<void> {
    if (this.#filled === 0) return;
    this.#frame.fill(0, this.#filled * this.#channels);
    await this.#send(this.#generation);
  }
  cancel(): void {
    this.#generation++;
    this.#filled = 0;
    this.#told = false;
  }
  close(): void {
    this.#generation++;
    this.#link.close();
  }
}

class BrowserEncoder implements Backend<TesseraAudioEncoderConfig, AudioData> {
  readonly #encoder: globalThis.AudioEncoder;
  #failure: ((error: unknown) => void) | null = null;

  constructor(output: Output) {
    this.#encoder = new globalThis.AudioEncoder({ output: (chunk, metadata) => output(chunk, (metadata ?? {}) as TesseraAudioChunkMetadata), error: (error) => this.#failure?.(error) });
  }

  async configure({ prefer: _, ...config }: TesseraAudioEncoderConfig): Promise<void> {
    this.#encoder.configure(config);
  }
  async work(data: AudioData): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#failure = reject;
      this.#encoder.encode(data);
      data.close();
      const look = () => (this.#encoder.encodeQueueSize < 2 ? resolve() : this.#encoder.addEventListener('dequeue', look, { once: true }));
      look();
    });
  }
  flush(): Promise<void> {
    return this.#encoder.flush();
  }
  cancel(): void {
    if (this.#encoder.state !== 'closed') this.#encoder.reset();
  }
  close(): void {
    if (this.#encoder.state !== 'closed') this.#encoder.close();
  }
}

async function browserTakes(config: TesseraAudioEncoderConfig): Promise<boolean> {
  if (typeof globalThis.AudioEncoder === 'undefined' || config.opus?.dredDuration) return false;
  const { prefer: _, ...plain } = config;
  return (await globalThis.AudioEncoder.isConfigSupported(plain).catch(() => null))?.supported === true;
}

/** https://www.w3.org/TR/webcodecs/#audioencoder-interface for `opus` at 48 kHz, mono and stereo. */
export class AudioEncoder extends Codec<TesseraAudioEncoderConfig, AudioData> {
  readonly #options: AssetOptions;
  readonly #output: Output;

  /** @throws TypeError without `output` and `error`. */
  constructor(init: AudioEncoderInit) {
    super(init);
    this.#options = init;
    this.#output = this.deliver(init.output);
  }

  /** Whether a configuration is supported. @throws TypeError (as a rejection) for one that is invalid. */
  static async isConfigSupported(config: TesseraAudioEncoderConfig): Promise<AudioEncoderSupport> {
    const copy = readAudioEncoderConfig(config);
    return { supported: audioSettings(copy) !== null || (copy.prefer === 'native' && (await browserTakes(copy))), config: copy };
  }

  get encodeQueueSize(): number {
    return this.queueSize;
  }

  /** Bitrate, expected loss, FEC and DTX change without a break. @throws TypeError, DOMException InvalidStateError */
  configure(config: TesseraAudioEncoderConfig): void {
    this.begin(readAudioEncoderConfig(config));
  }

  /** The data is cloned. @throws TypeError for closed data, DOMException InvalidStateError */
  encode(data: AudioData): void {
    if (data.format === null) throw new TypeError('the audio data is closed');
    this.requireConfigured();
    this.enqueue(data.clone());
  }

  protected override async createBackend(config: TesseraAudioEncoderConfig): Promise<Backend<TesseraAudioEncoderConfig, AudioData>> {
    const native = config.prefer === 'native' && (await browserTakes(config));
    const old = this.backend;
    if (native) return old instanceof BrowserEncoder ? old : new BrowserEncoder(this.#output);
    if (!audioSettings(config)) throw new DOMException(`${config.codec} with this configuration is not supported.`, 'NotSupportedError');
    return old instanceof OwnEncoder ? old : new OwnEncoder(this.#options, this.#output);
  }

  protected override discard(data: AudioData): void {
    data.close();
  }
}
