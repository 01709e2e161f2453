// SPDX-License-Identifier: Apache-2.0
// One received video: decodes its pictures and hands them on.

import { EncodedVideoChunk, VideoDecoder } from '../codecs/index.js';
import type { DownlinkOptions } from './downlink.js';
import { joinSuperframe } from './superframe.js';

/** Pictures that may wait for the decoder; with more it begins anew at a keyframe. */
const kMostWaiting = 20;
/** Pictures that are decoded and not shown are remembered by their time: so many at most. */
const kMostHidden = 64;

export class VideoOutput {
  #decoder: VideoDecoder | null = null;
  #codec = '';
  #writer: WritableStreamDefaultWriter<VideoFrame> | null = null;
  readonly #hidden = new Set<number>();
  #closed = false;
  shown = 0;
  dropped = 0;
  width = 0;
  height = 0;

  constructor(
    private readonly stream: number,
    private readonly options: DownlinkOptions,
  ) {}

  setSink(writable?: WritableStream<VideoFrame>): void {
    void this.#writer?.abort().catch(() => undefined);
    this.#writer = writable?.getWriter() ?? null;
    this.#writer?.closed.catch(() => undefined);
  }

  /** The layers of one picture. Another codec than before begins with a keyframe. */
  decode(codec: string, layers: Uint8Array<ArrayBuffer>[], key: boolean, timestamp: number, show: boolean): void {
    if (this.#decoder && this.#decoder.decodeQueueSize > kMostWaiting) this.#drop();
    if (!this.#decoder || codec !== this.#codec) {
      if (!key) {
        this.dropped++;
        this.options.requestKeyFrame(this.stream);
        return;
      }
      this.#open(codec);
    }
    if (!show) {
      this.#hidden.add(timestamp);
      if (this.#hidden.size > kMostHidden) this.#hidden.delete(this.#hidden.values().next().value!);
    }
    this.#decoder!.decode(new EncodedVideoChunk({ type: key ? 'key' : 'delta', timestamp, data: codec === 'vp8' ? layers[0]! : joinSuperframe(layers) }));
  }

  close(): void {
    this.#closed = true;
    this.#drop();
    void this.#writer?.close().catch(() => undefined);
    this.#writer = null;
  }

  #open(codec: string): void {
    this.#codec = codec;
    if (this.#decoder) return void this.#configure(this.#decoder);
    const decoder: VideoDecoder = new VideoDecoder({
      ...this.options.assets,
      output: (frame) => this.#take(frame),
      error: () => {
        if (this.#decoder !== decoder || this.#closed) return;
        this.#decoder = null;
        this.dropped++;
        this.options.requestKeyFrame(this.stream);
      },
    });
    this.#decoder = decoder;
    this.#configure(decoder);
  }

  #configure(decoder: VideoDecoder): void {
    decoder.configure({ codec: this.#codec, optimizeForLatency: true, prefer: this.options.prefer });
  }

  #drop(): void {
    if (this.#decoder && this.#decoder.state !== 'closed') this.#decoder.close();
    this.#decoder = null;
    this.#hidden.clear();
  }

  #take(frame: VideoFrame): void {
    if (this.#closed || this.#hidden.delete(frame.timestamp)) return frame.close();
    [this.width, this.height] = [frame.displayWidth, frame.displayHeight];
    if (this.shown++ === 0) this.options.started(this.stream);
    const writer = this.#writer;
    if (!writer) return this.options.picture(this.stream, frame);
    // A track that nobody shows takes no frames: it gets the newest when it does.
    if ((writer.desiredSize ?? 0) <= 0) {
      this.shown--;
      this.dropped++;
      return frame.close();
    }
    writer.write(frame).catch(() => frame.close());
  }
}
