// SPDX-License-Identifier: Apache-2.0
// AudioDecoder with the shape of WebCodecs, over our own Opus or the browser's, and with concealment of what was lost.

import { type Backend, Codec } from './codec.js';
import { type TesseraAudioDecoderConfig, supportsAudio } from './config.js';
import { AudioData, type EncodedAudioChunk } from './shapes.js';
import { readAudioDecoderConfig } from './validity.js';
import { type AssetOptions, WorkerLink, wasmAddress } from './worker-link.js';

export interface AudioDecoderInit extends AssetOptions {
  /** `decodeMillis`: what our own decoder took. */
  output: (data: AudioData, info: { decodeMillis?: number }) => void;
  /** Called once, when the decoder has closed over an error. */
  error: (error: DOMException) => void;
}

type Output = AudioDecoderInit['output'];

/** A chunk, or a loss and what there is to fill it with. Times in microseconds. */
interface Item {
  chunk: EncodedAudioChunk | null;
  how: 'decode' | 'conceal' | 'recover' | 'recover-far';
  timestamp: number;
  duration: number;
}

class OwnDecoder implements Backend<TesseraAudioDecoderConfig, Item> {
  readonly #link: WorkerLink;
  #generation = 0;
  #channels = 1;

  constructor(
    private readonly options: AssetOptions,
    private readonly output: Output,
  ) {
    this.#link = new WorkerLink(options);
  }

  async configure(config: TesseraAudioDecoderConfig): Promise<void> {
    this.#channels = config.numberOfChannels;
    const deep = config.deepConcealment ?? false;
    await this.#link.ask({ type: 'audio-decoder', wasm: wasmAddress(deep ? 'opus_dred' : 'opus', this.options), deep, channels: this.#channels });
  }

  async work({ chunk, how, timestamp, duration }: Item): Promise<void> {
    const generation = this.#generation;
    const data = new ArrayBuffer(chunk?.byteLength ?? 0);
    chunk?.copyTo(data);
    const beforeMicros = chunk ? chunk.timestamp - timestamp : 0;
    const { samples, millis } = await this.#link.ask({ type: 'decode-sound', data, how, lostMicros: duration, beforeMicros }, [data]);
    if (generation !== this.#generation) return;
    const init = { format: 'f32', sampleRate: 48_000, numberOfFrames: samples.length / this.#channels, numberOfChannels: this.#channels, timestamp, data: samples } as AudioDataInit;
    this.output(new AudioData(init), { decodeMillis: millis });
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

class BrowserDecoder implements Backend<TesseraAudioDecoderConfig, Item> {
  readonly #decoder: globalThis.AudioDecoder;
  #failure: ((error: unknown) => void) | null = null;

  constructor(output: Output) {
    this.#decoder = new globalThis.AudioDecoder({ output: (data) => output(data, {}), error: (error) => this.#failure?.(error) });
  }

  async configure({ prefer: _, deepConcealment: __, ...config }: TesseraAudioDecoderConfig): Promise<void> {
    this.#decoder.configure(config);
  }
  async work({ chunk, how }: Item): Promise<void> {
    if (how !== 'decode') throw new DOMException("The browser's decoder does not conceal losses. Configure without prefer: 'native'.", 'NotSupportedError');
    await new Promise<void>((resolve, reject) => {
      this.#failure = reject;
      this.#decoder.decode(chunk!);
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

async function browserTakes(config: TesseraAudioDecoderConfig): Promise<boolean> {
  if (typeof globalThis.AudioDecoder === 'undefined' || config.deepConcealment) return false;
  const { prefer: _, ...plain } = config;
  return (await globalThis.AudioDecoder.isConfigSupported(plain).catch(() => null))?.supported === true;
}

/** https://www.w3.org/TR/webcodecs/#audiodecoder-interface for `opus`, with losses concealed on request. */
export class AudioDecoder extends Codec<TesseraAudioDecoderConfig, Item> {
  readonly #options: AssetOptions;
  readonly #output: Output;
  #keyNeeded = true;

  /** @throws TypeError without `output` and `error`. */
  constructor(init: AudioDecoderInit) {
    super(init);
    this.#options = init;
    this.#output = this.deliver(init.output);
  }

  /** Whether a configuration is supported. @throws TypeError (as a rejection) for one that is invalid. */
  static async isConfigSupported(config: TesseraAudioDecoderConfig): Promise<AudioDecoderSupport> {
    const copy = readAudioDecoderConfig(config);
    return { supported: supportsAudio(copy) || (copy.prefer === 'native' && (await browserTakes(copy))), config: copy };
  }

  get decodeQueueSize(): number {
    return this.queueSize;
  }

  /** @throws TypeError, DOMException InvalidStateError */
  configure(config: TesseraAudioDecoderConfig): void {
    this.begin(readAudioDecoderConfig(config));
    this.#keyNeeded = true;
  }

  /** @throws DOMException InvalidStateError, DataError where a key chunk is due and this is none. */
  decode(chunk: EncodedAudioChunk): void {
    this.requireConfigured();
    if (this.#keyNeeded && chunk.type !== 'key') throw new DOMException('After configure and flush the first chunk is a key chunk.', 'DataError');
    this.#keyNeeded = false;
    this.enqueue({ chunk, how: 'decode', timestamp: chunk.timestamp, duration: 0 });
  }

  /**
   * Fills a loss that began at `timestamp` and lasted `duration` (both in microseconds; a multiple of 2500, 120,000 at most).
   * `later` is the packet after it, where it is there already: its copy of the lost one is used if it has one (in-band FEC),
   * or with `deepConcealment` its redundancy (DRED), which reaches up to a second back. Decode `later` itself afterwards.
   * @throws DOMException InvalidStateError
   */
  conceal(timestamp: number, duration: number, later?: EncodedAudioChunk): void {
    this.requireConfigured();
    const adjacent = later && later.timestamp - timestamp <= duration;
    this.enqueue({ chunk: later ?? null, how: !later ? 'conceal' : adjacent ? 'recover' : 'recover-far', timestamp, duration });
  }

  protected override flushing(): void {
    this.#keyNeeded = true;
  }

  protected override async createBackend(config: TesseraAudioDecoderConfig): Promise<Backend<TesseraAudioDecoderConfig, Item>> {
    const native = config.prefer === 'native' && (await browserTakes(config));
    const old = this.backend;
    if (native) return old instanceof BrowserDecoder ? old : new BrowserDecoder(this.#output);
    if (!supportsAudio(config)) throw new DOMException(`${config.codec} with this configuration is not supported.`, 'NotSupportedError');
    return old instanceof OwnDecoder ? old : new OwnDecoder(this.#options, this.#output);
  }

  protected override discard(): void {}
}
