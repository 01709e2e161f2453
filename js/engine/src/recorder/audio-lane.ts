// SPDX-License-Identifier: Apache-2.0
// The audio tracks on their way into the file: mixed by an AudioContext, kept beside the recording's time, and encoded.

import { AudioData, AudioEncoder, type Preference } from '../codecs/index.js';
import { AbortedError } from '../errors.js';
import { encoderError, RecorderError } from './errors.js';
import type { SoundBlock, TapOptions } from './messages.js';
import { SoundTime, type Timeline } from './timeline.js';
import type { Packet } from './webm.js';

export interface AudioLaneOptions {
  prefer: Preference;
  bitrate: number;
  assets: { assetBaseUrl?: string | URL };
  deliver: (packet: Packet, config: AudioDecoderConfig) => void;
  failed: (error: RecorderError) => void;
  /** Called with every block that is recorded. */
  heard: () => void;
}

const kSampleRate = 48_000;
/** Samples of a channel in a block: 20 ms, the encoder's frame. */
const kBlock = 960;
/** Without sound for this long, silence is recorded; so far behind now it ends. Microseconds. */
const kSilentAfter = 1_000_000;
const kBehind = 500_000;
const kStart = 5000;

function workletAddress({ assetBaseUrl }: { assetBaseUrl?: string | URL }): URL {
  if (assetBaseUrl !== undefined) return new URL('recorder-worklet.js', new URL(String(assetBaseUrl).replace(/\/?$/, '/'), globalThis.location?.href));
  // Vite would put a file as small as this into a data: address, which a strict Content-Security-Policy refuses.
  return new URL('./recorder-worklet.js?no-inline', import.meta.url);
}

export class AudioLane {
  readonly #encoder: AudioEncoder;
  readonly #time = new SoundTime(kSampleRate);
  readonly #channels: number;
  #context: AudioContext | null = null;
  #tap: AudioWorkletNode | null = null;
  /** Held, or some browsers collect them. */
  #sources: AudioNode[] = [];
  #timeline: Timeline | null = null;
  #config: AudioDecoderConfig | null = null;

  #cancel: (error: unknown) => void = () => undefined;

  constructor(
    private readonly tracks: MediaStreamTrack[],
    private readonly options: AudioLaneOptions,
  ) {
    this.#channels = tracks.some((track) => track.getSettings().channelCount === 1) && tracks.length === 1 ? 1 : 2;
    this.#encoder = new AudioEncoder({
      ...options.assets,
      output: (chunk, { decoderConfig }) => {
        this.#config ??= decoderConfig ?? null;
        const data = new Uint8Array(chunk.byteLength);
        chunk.copyTo(data);
        options.deliver({ data, key: true, timestamp: chunk.timestamp, duration: chunk.duration ?? 20_000 }, this.#config!);
      },
      error: (error) => options.failed(encoderError(error)),
    });
  }

  /** Resolves when sound flows; close() ends it. @throws RecorderError 'audio-blocked' where the browser first wants a click. */
  async open(): Promise<void> {
    await this.#connect();
    const { bitrate, prefer } = this.options;
    this.#encoder.configure({ codec: 'opus', sampleRate: kSampleRate, numberOfChannels: this.#channels, bitrate, prefer });
    await this.#encoder.flush();
  }

  get ended(): boolean {
    return this.tracks.every(({ readyState }) => readyState === 'ended');
  }

  begin(timeline: Timeline): void {
    this.#timeline = timeline;
  }

  /** Called a few times a second: where sound has stopped altogether (the machine slept, the context was interrupted), silence goes on. */
  tick(): void {
    const timeline = this.#timeline!;
    if (!timeline.paused && timeline.now - this.#time.now >= kSilentAfter) this.#silence(((timeline.now - kBehind - this.#time.now) * kSampleRate) / 1e6);
  }

  /** Nothing more is recorded; resolves when all of it is delivered. */
  async finish(): Promise<void> {
    const missing = ((this.#timeline!.now - this.#time.now) * kSampleRate) / 1e6;
    // What is still on its way in the browser, some 20 ms, is not worth a wait.
    if (missing >= 2 * kBlock) this.#silence(missing - kBlock);
    this.#timeline = null;
    await this.#encoder.flush();
  }

  close(): void {
    this.#cancel(new AbortedError());
    this.#timeline = null;
    for (const source of this.#sources) source.disconnect();
    this.#sources = [];
    if (this.#tap) {
      this.#tap.port.onmessage = null;
      this.#tap.disconnect();
    }
    this.#tap = null;
    if (this.#context && this.#context.state !== 'closed') void this.#context.close().catch(() => undefined);
    this.#context = null;
    if (this.#encoder.state !== 'closed') this.#encoder.close();
  }

  async #connect(): Promise<void> {
    const context = (this.#context = new AudioContext({ sampleRate: kSampleRate }));
    const address = workletAddress(this.options.assets);
    await context.audioWorklet.addModule(address).catch((cause: unknown) => {
      throw new RecorderError('recording-failed', `${address.href} could not be loaded: set assetBaseUrl to where the package’s dist folder is served.`, { cause });
    });
    const channels = this.#channels;
    const tap = (this.#tap = new AudioWorkletNode(context, 'tessera-recorder-tap', {
      numberOfInputs: 1, numberOfOutputs: 1, outputChannelCount: [1],
      channelCount: channels, channelCountMode: 'explicit', channelInterpretation: 'speakers', processorOptions: { channels, block: kBlock } satisfies TapOptions,
    }));
    this.#sources = this.tracks.map((track) => context.createMediaStreamSource(new MediaStream([track])));
    for (const source of this.#sources) source.connect(tap);
    // It gives silence; only what leads to the destination runs.
    tap.connect(context.destination);
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#cancel = reject;
        timer = setTimeout(() => reject(new RecorderError('audio-blocked', 'The browser does not run sound on this page yet. Start the recording from a click.')), kStart);
        tap.port.onmessage = () => resolve();
        context.resume().catch(reject);
      });
    } finally {
      clearTimeout(timer);
    }
    tap.port.onmessage = ({ data }: MessageEvent<SoundBlock>) => this.#take(data);
  }

  #take(block: SoundBlock): void {
    const timeline = this.#timeline;
    if (!timeline || timeline.paused || this.#encoder.state !== 'configured') return;
    const correction = this.#time.correction(kBlock, timeline.now);
    if (correction < 0) return;
    if (correction > 0) this.#silence(correction);
    this.#encode(block);
    this.options.heard();
  }

  #silence(samples: number): void {
    for (let rest = Math.floor(samples / kBlock); rest > 0; rest--) this.#encode(new Float32Array(kBlock * this.#channels));
  }

  #encode(data: SoundBlock): void {
    if (this.#encoder.state !== 'configured') return;
    const audio = new AudioData({ format: 'f32-planar', sampleRate: kSampleRate, numberOfFrames: kBlock, numberOfChannels: this.#channels, timestamp: this.#time.now, data });
    this.#time.advance(kBlock);
    this.#encoder.encode(audio);
    audio.close();
  }
}
