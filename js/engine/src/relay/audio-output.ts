// SPDX-License-Identifier: Apache-2.0
// One received sound: decodes its packets and places them on the time line of what plays them.

import { AudioDecoder, EncodedAudioChunk } from '../codecs/index.js';
import type { DownlinkOptions } from './downlink.js';
import type { PlayBlock, Played } from './messages.js';
import type { Playout } from './module.js';

const kSampleRate = 48_000;

export class AudioOutput {
  #decoder: AudioDecoder | null = null;
  #port: MessagePort | null = null;
  /** Timestamps of the packets that are being decoded: browsers count on from the first and know nothing of gaps. */
  readonly #times: number[] = [];
  #closed = false;
  shown = 0;
  dropped = 0;
  readonly width = 0;
  readonly height = 0;

  constructor(
    private readonly stream: number,
    private readonly playout: Playout,
    private readonly options: DownlinkOptions,
  ) {}

  setSink(port: MessagePort): void {
    this.#port?.close();
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<Played>) => {
      if (!this.#closed) this.playout.played(performance.now(), data.position);
    };
  }

  decode(payload: Uint8Array<ArrayBuffer>, timestamp: number): void {
    if (!this.#decoder) this.#open();
    this.#times.push(timestamp);
    this.#decoder!.decode(new EncodedAudioChunk({ type: 'key', timestamp, data: payload }));
  }

  close(): void {
    this.#closed = true;
    if (this.#decoder && this.#decoder.state !== 'closed') this.#decoder.close();
    this.#decoder = null;
    if (this.#port) this.#port.onmessage = null;
    this.#port?.close();
    this.#port = null;
  }

  #open(): void {
    const decoder: AudioDecoder = new AudioDecoder({
      ...this.options.assets,
      output: (data) => this.#take(data),
      error: () => {
        if (this.#decoder === decoder) this.#decoder = null;
        this.#times.length = 0;
        this.dropped++;
      },
    });
    this.#decoder = decoder;
    decoder.configure({ codec: 'opus', sampleRate: kSampleRate, numberOfChannels: 1, prefer: this.options.prefer });
  }

  #take(data: AudioData): void {
    const samples = new Float32Array(data.numberOfFrames);
    data.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
    const timestamp = this.#times.shift() ?? data.timestamp;
    data.close();
    if (this.#closed || !this.#port) return;
    const at = this.playout.place(timestamp, samples.length);
    if (at < 0) {
      this.dropped++;
      return;
    }
    if (this.shown++ === 0) this.options.started(this.stream);
    this.#port.postMessage({ at, samples } satisfies PlayBlock, [samples.buffer]);
  }
}
