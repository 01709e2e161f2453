// SPDX-License-Identifier: Apache-2.0
// One microphone on its way to the relay: blocks from the capture worklet in, Opus packets out.

import { AudioData, AudioEncoder } from '../codecs/index.js';
import { CaptureClock } from './capture-clock.js';
import type { Frame } from './module.js';
import type { AudioContent, SentStatistics, SoundBlock } from './messages.js';
import type { RelaySocket } from './socket.js';
import type { UplinkOptions } from './video-uplink.js';

const kSampleRate = 48_000;
const kBitrate = 32_000;
/** A packet is 20 ms: two of the worklet's blocks. */
const kBlocksInPacket = 2;
/** Blocks that may wait for the encoder; more are dropped, or sound would come ever later. */
const kMostWaiting = 10;

export class AudioUplink {
  readonly #encoder: AudioEncoder;
  readonly #clock = new CaptureClock();
  #stream = 0;
  /** Timestamps of the blocks that are being encoded: browsers count on from the first and know nothing of those left out. */
  readonly #times: number[] = [];
  readonly #counted = { framesSent: 0, framesDropped: 0, keyFrames: 0, bytesSent: 0 };

  constructor(
    readonly sourceId: string,
    readonly content: AudioContent,
    private port: MessagePort,
    private readonly socket: RelaySocket,
    private readonly frame: Frame,
    { prefer, assets, failed }: UplinkOptions,
  ) {
    this.#encoder = new AudioEncoder({
      ...assets,
      output: (chunk) => {
        const data = new Uint8Array(chunk.byteLength);
        chunk.copyTo(data);
        const [timestamp = chunk.timestamp] = this.#times.splice(0, kBlocksInPacket);
        this.#send(data, timestamp);
      },
      error: (error) => failed(`The sound cannot be encoded: ${String(error)}`),
    });
    this.#encoder.configure({ codec: 'opus', sampleRate: kSampleRate, numberOfChannels: 1, bitrate: kBitrate, prefer });
    this.listen(port);
  }

  get stream(): number {
    return this.#stream;
  }

  /** Sound comes from this port from now on. */
  listen(port: MessagePort): void {
    if (port !== this.port) this.port.close();
    this.port = port;
    port.onmessage = ({ data }: MessageEvent<SoundBlock>) => this.#take(data);
  }

  published(stream: number): void {
    this.#stream = stream;
  }

  /** The socket is there (again): streams have other ids. */
  entered(): void {
    this.#stream = 0;
    this.announce();
  }

  announce(): void {
    this.socket.send({ type: 'publish', kind: 'audio', sourceId: this.sourceId, content: this.content, codec: 'opus', channels: 1 });
  }

  statistics(): SentStatistics {
    return { sourceId: this.sourceId, kind: 'audio', codec: 'opus', width: 0, height: 0, targetBitrate: kBitrate, qualityLimitationReason: 'none', ...this.#counted };
  }

  close(): void {
    this.port.onmessage = null;
    this.port.close();
    if (this.#encoder.state !== 'closed') this.#encoder.close();
  }

  #take({ at, samples }: SoundBlock): void {
    const time = this.#clock.timeOf(performance.now(), at, samples.length);
    if (!this.socket.connected || !this.#stream || this.#encoder.state !== 'configured') return;
    if (this.#encoder.encodeQueueSize > kMostWaiting) {
      this.#counted.framesDropped++;
      return;
    }
    const timestamp = Math.max(0, Math.round((performance.timeOrigin + time) * 1000));
    this.#times.push(timestamp);
    const data = new AudioData({
      format: 'f32-planar', sampleRate: kSampleRate, numberOfChannels: 1, numberOfFrames: samples.length,
      timestamp, data: samples,
    });
    this.#encoder.encode(data);
    data.close();
  }

  #send(data: Uint8Array<ArrayBuffer>, timestamp: number): void {
    this.frame.setAudio(this.#stream, timestamp, data.byteLength);
    if (this.socket.offer(this.frame, data, performance.now())) {
      this.#counted.framesSent++;
      this.#counted.bytesSent += data.byteLength;
    } else {
      this.#counted.framesDropped++;
    }
  }
}
