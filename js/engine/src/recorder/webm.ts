// SPDX-License-Identifier: Apache-2.0
// Puts encoded packets into a WebM file so that what has been written can be played at any moment: first a head that claims
// nothing, then one whole cluster after the other, at the end index and duration, where the target can seek.

import { EncodedAudioPacketSource, EncodedPacket, EncodedVideoPacketSource, Output, StreamTarget, type StreamTargetChunk, WebMOutputFormat } from 'mediabunny';
import { openHead } from './ebml.js';
import type { Sink } from './sinks.js';

export interface Packet {
  data: Uint8Array;
  key: boolean;
  /** Microseconds. */
  timestamp: number;
  /** Microseconds. */
  duration: number;
}

/** No cluster is shorter, in seconds; a longer one waits for a keyframe. */
const kClusterSeconds = 0.9;

export class WebmWriter {
  readonly #output: Output;
  readonly #video: EncodedVideoPacketSource | null;
  readonly #audio: EncodedAudioPacketSource | null;
  #adding: Promise<unknown> = Promise.resolve();
  /** Everything before this is with the sink. */
  #written = 0;
  #finishing = false;

  /** @param failed a packet could not be added; told once or more often. */
  constructor(
    private readonly sink: Sink,
    tracks: { video: 'vp8' | 'vp9' | null; audio: boolean },
    private readonly failed: (error: unknown) => void,
  ) {
    const append = (data: Uint8Array, position: number): void => {
      sink.write(new Uint8Array(data), position);
      this.#written = position + data.byteLength;
    };
    this.#output = new Output({
      format: new WebMOutputFormat({
        minimumClusterDuration: kClusterSeconds,
        onEbmlHeader: append,
        onSegmentHeader: (data, position) => append(openHead(data), position),
        // Called with whole clusters: a file never ends in the middle of one.
        onCluster: append,
      }),
      target: new StreamTarget(new WritableStream<StreamTargetChunk>({ write: (chunk) => this.#complete(chunk) })),
    });
    this.#video = tracks.video ? new EncodedVideoPacketSource(tracks.video) : null;
    this.#audio = tracks.audio ? new EncodedAudioPacketSource('opus') : null;
    if (this.#video) this.#output.addVideoTrack(this.#video);
    if (this.#audio) this.#output.addAudioTrack(this.#audio);
  }

  start(): Promise<void> {
    return this.#output.start();
  }

  addVideo(packet: Packet, decoderConfig: VideoDecoderConfig): void {
    this.#add(() => this.#video!.add(packetOf(packet), { decoderConfig }));
  }

  addAudio(packet: Packet, decoderConfig: AudioDecoderConfig): void {
    this.#add(() => this.#audio!.add(packetOf(packet), { decoderConfig }));
  }

  /** Writes what is left, then index and duration. */
  async finish(): Promise<void> {
    await this.#adding;
    // Writes that are under way are of clusters that onCluster will give whole: they have passed when the next task runs.
    await new Promise((resolve) => setTimeout(resolve));
    this.#finishing = true;
    await this.#output.finalize();
  }

  /** Leaves the file as it is. */
  async cancel(): Promise<void> {
    await this.#output.cancel().catch(() => undefined);
  }

  #add(add: () => Promise<void>): void {
    this.#adding = this.#adding.then(add).catch(this.failed);
  }

  /** At the end come the index, and the true values for the places that openHead() left void. */
  #complete({ data, position }: StreamTargetChunk): void {
    if (!this.#finishing) return;
    const end = position + data.byteLength;
    if (this.sink.canSeek && position < this.#written) this.sink.write(new Uint8Array(data.subarray(0, this.#written - position)), position);
    if (end <= this.#written) return;
    const from = Math.max(position, this.#written);
    this.sink.write(new Uint8Array(data.subarray(from - position)), from);
    this.#written = end;
  }
}

const packetOf = ({ data, key, timestamp, duration }: Packet): EncodedPacket => new EncodedPacket(data, key ? 'key' : 'delta', timestamp / 1e6, duration / 1e6);
