// SPDX-License-Identifier: Apache-2.0
// One camera or screen on its way to the relay: frames in, encoded layers out, no more than the way carries and somebody takes.

import { VideoEncoder, type Preference } from '../codecs/index.js';
import type { Frame } from './module.js';
import { EncodeLoad } from './encode-load.js';
import type { SentStatistics, VideoCodec, VideoContent } from './messages.js';
import type { RelaySocket } from './socket.js';
import { encoderConfig, layersOf, LayerSplitter } from './uplink-layers.js';

export interface UplinkOptions {
  prefer: Preference;
  assets: { assetBaseUrl?: string };
  /** Those that everybody decodes, the preferred one first; may change. */
  codecs: () => readonly VideoCodec[];
  failed: (message: string) => void;
}

/** Behind by this much, pictures are not even encoded. Milliseconds; js/server/RELAY.md leaves them out from 130 on. */
const kTooLate = 100;
/** Rates change at most this often, up and down, in milliseconds, and by at least this share. */
const kRaiseEvery = 1000;
const kLowerEvery = 250;
const kChange = 0.08;
const kLeastBitrate = 50_000;

type Config = ReturnType<typeof encoderConfig>;

export class VideoUplink {
  #stream = 0;
  #encoder: VideoEncoder | null = null;
  #config: Config | null = null;
  #bitrate = 0;
  #changed = 0;
  #splitter = new LayerSplitter();
  readonly #load = new EncodeLoad();
  #key = true;
  /** Nobody takes it. */
  #paused = true;
  /** Counts streams of frames, and halts: that of the last one is read. */
  #streams = 0;
  #closed = false;
  #last = 0;
  readonly #counted = { framesSent: 0, framesDropped: 0, keyFrames: 0, bytesSent: 0 };

  constructor(
    readonly sourceId: string,
    readonly content: VideoContent,
    private readonly maxBitrate: number | undefined,
    private readonly socket: RelaySocket,
    private readonly frame: Frame,
    private readonly options: UplinkOptions,
  ) {}

  get stream(): number {
    return this.#stream;
  }

  get wanted(): number {
    return this.#paused ? 0 : (this.#config?.bitrate ?? 0);
  }

  /** No more frames from the stream that is read. */
  halt(): void {
    this.#streams++;
  }

  /** Frames come from here, until halt(). Resolves when the last one has been closed. */
  async read(stream: Promise<ReadableStream<VideoFrame>>): Promise<void> {
    const mine = ++this.#streams;
    const reader = (await stream).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      if (mine === this.#streams) {
        this.take(value);
        continue;
      }
      value.close();
      // Cancelled only now: a frame on its way to a pending read would be lost without being closed.
      return reader.cancel();
    }
  }

  /** A frame, which is closed here. */
  take(frame: VideoFrame): void {
    const now = performance.now();
    try {
      this.#fit(frame);
      const { forwarder } = this.socket;
      if (!forwarder || !this.#stream || this.#paused || !this.#encoder) return;
      const busy = this.#encoder.encodeQueueSize > 2;
      this.#load.came(now, busy);
      if (busy || forwarder.lateness(now) >= kTooLate) {
        this.#counted.framesDropped++;
        return;
      }
      // On the clock of the sound, and always forward.
      const timestamp = Math.max(this.#last + 1, Math.round((performance.timeOrigin + now) * 1000));
      this.#last = timestamp;
      const timed = new VideoFrame(frame, { timestamp });
      this.#encoder.encode(timed, { keyFrame: this.#key });
      this.#key = false;
      timed.close();
    } catch (error) {
      this.#fail(error);
    } finally {
      frame.close();
    }
  }

  /** The socket is there (again): streams have other ids. */
  entered(): void {
    this.#stream = 0;
    this.announce();
  }

  /** The server has given it an id, or knows now what it has become. */
  published(stream: number): void {
    if (stream === this.#stream) return;
    this.#stream = stream;
    this.#key = true;
    this.#paused = true;
  }

  /** What anybody takes: spatial -1 is nothing. */
  demand(spatial: number, temporal: number): void {
    const paused = spatial < 0;
    if (this.#paused && !paused) this.#key = true;
    this.#paused = paused;
    this.socket.forwarder?.setTarget(this.#stream, spatial, spatial < 0 ? -1 : temporal);
  }

  keyFrame(): void {
    this.#key = true;
  }

  /** Bits per second that this source may take from now on. */
  setRate(bits: number, now: number): void {
    if (!this.#encoder || !this.#config) return;
    const bitrate = Math.round(Math.min(this.#config.bitrate, Math.max(kLeastBitrate, bits)));
    const lower = bitrate < this.#bitrate;
    if (Math.abs(bitrate - this.#bitrate) < this.#bitrate * kChange && bitrate !== this.#config.bitrate) return;
    if (bitrate === this.#bitrate || now - this.#changed < (lower ? kLowerEvery : kRaiseEvery)) return;
    this.#bitrate = bitrate;
    this.#changed = now;
    this.#configure();
  }

  /** Says (again) what it is; answered by `published`. */
  announce(): void {
    if (!this.#config) return;
    this.socket.send({ type: 'publish', kind: 'video', sourceId: this.sourceId, content: this.content, codec: this.#config.codec, layers: layersOf(this.#config) });
  }

  statistics(): SentStatistics {
    const { width = 0, height = 0, codec = '', bitrate = 0 } = this.#config ?? {};
    const qualityLimitationReason = this.#load.tooMuch ? 'cpu' : this.#bitrate < bitrate ? 'bandwidth' : 'none';
    return { sourceId: this.sourceId, kind: 'video', codec, width, height, targetBitrate: this.#paused ? 0 : this.#bitrate, qualityLimitationReason, ...this.#counted };
  }

  close(): void {
    this.#closed = true;
    this.halt();
    this.#closeEncoder();
  }

  #closeEncoder(): void {
    if (this.#encoder && this.#encoder.state !== 'closed') this.#encoder.close();
    this.#encoder = null;
  }

  /** The first codec that everybody decodes; the cheaper one where the other is too much for this machine. */
  #codec(): VideoCodec {
    const codecs = this.options.codecs();
    return this.#load.tooMuch && codecs.includes('vp8') ? 'vp8' : codecs[0]!;
  }

  /** The encoder fits the frames' size and the others' decoders: another one begins anew. */
  #fit({ displayWidth, displayHeight }: VideoFrame): void {
    const config = encoderConfig(displayWidth, displayHeight, this.content, this.#codec(), this.maxBitrate);
    const old = this.#config;
    const changed = old?.codec !== config.codec || old.width !== config.width || old.height !== config.height;
    if (!changed && this.#encoder) return;
    this.#config = config;
    this.#bitrate = Math.min(this.#bitrate || config.bitrate, config.bitrate);
    this.#splitter = new LayerSplitter();
    this.#key = true;
    // What the old one still gives would arrive as the new one's.
    if (old?.codec !== config.codec) this.#closeEncoder();
    this.#encoder ??= this.#open();
    this.#configure();
    if (changed) this.announce();
  }

  #open(): VideoEncoder {
    return new VideoEncoder({
      ...this.options.assets,
      output: (chunk, metadata) => {
        const data = new Uint8Array(chunk.byteLength);
        chunk.copyTo(data);
        this.#send(data, chunk.type === 'key', chunk.timestamp, metadata);
      },
      error: (error) => this.#fail(error),
    });
  }

  #configure(): void {
    this.#encoder?.configure({ ...this.#config!, bitrate: this.#bitrate, prefer: this.options.prefer });
  }

  #send(data: Uint8Array<ArrayBuffer>, key: boolean, timestamp: number, metadata: Parameters<LayerSplitter['split']>[2]): void {
    const now = performance.now();
    if (key) this.#counted.keyFrames++;
    for (const part of this.#splitter.split(data, key, metadata)) {
      this.frame.setVideo(this.#stream, part.spatial, part.temporal, part.key, part.switching, part.unreferenced, timestamp, part.data.byteLength);
      if (this.socket.offer(this.frame, part.data, now)) {
        this.#counted.framesSent++;
        this.#counted.bytesSent += part.data.byteLength;
      } else {
        this.#counted.framesDropped++;
      }
    }
    // What was left out on the way to the server is mended here.
    if (this.socket.forwarder?.keyFrameNeeded(now) === this.#stream) this.#key = true;
  }

  #fail(error: unknown): void {
    if (this.#closed) return;
    this.close();
    this.options.failed(`The picture cannot be encoded: ${String(error)}`);
  }
}
