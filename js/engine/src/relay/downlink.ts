// SPDX-License-Identifier: Apache-2.0
// What one participant sends: its streams through one jitter buffer, so that sound and picture stay together, to decoders and sinks.

import type { Preference } from '../codecs/index.js';
import { AudioOutput } from './audio-output.js';
import type { ReceivedStatistics, StreamInfo } from './messages.js';
import type { Frame, Playout, RelayModule } from './module.js';
import { VideoOutput } from './video-output.js';

export interface DownlinkOptions {
  prefer: Preference;
  assets: { assetBaseUrl?: string };
  requestKeyFrame: (stream: number) => void;
  /** A picture for a stream that has no writable. */
  picture: (stream: number, frame: VideoFrame) => void;
  /** The first picture or sound of a stream has come out. */
  started: (stream: number) => void;
}

/** What Playout.next() gives. */
const kNothing = 0;
const kHear = 3;

interface Waiting {
  payload: Uint8Array<ArrayBuffer>;
  key: boolean;
  /** Its stream's when it came: what follows may have another. */
  codec: string;
}

export class Downlink {
  readonly #playout: Playout;
  readonly #videos = new Map<number, VideoOutput>();
  readonly #audios = new Map<number, AudioOutput>();
  readonly #infos = new Map<number, StreamInfo>();
  readonly #received = new Map<number, { frames: number; bytes: number; dropped: number }>();
  /** Bytes of the frames that wait in the jitter buffer, by their number. */
  readonly #waiting = new Map<number, Waiting>();
  #number = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = Infinity;

  constructor(module: RelayModule, private readonly options: DownlinkOptions) {
    this.#playout = new module.Playout();
  }

  get empty(): boolean {
    return this.#infos.size === 0;
  }

  add(info: StreamInfo): void {
    const known = this.#infos.get(info.id);
    this.#infos.set(info.id, info);
    if (known) return;
    this.#received.set(info.id, { frames: 0, bytes: 0, dropped: 0 });
    if (info.kind === 'audio') this.#audios.set(info.id, new AudioOutput(info.id, this.#playout, this.options));
    else this.#videos.set(info.id, new VideoOutput(info.id, this.options));
  }

  remove(stream: number): void {
    const dropped = this.#playout.removeStream(stream);
    for (let index = 0; index < dropped; index++) this.#waiting.delete(this.#playout.dropped(index));
    this.#videos.get(stream)?.close();
    this.#audios.get(stream)?.close();
    for (const map of [this.#videos, this.#audios, this.#infos, this.#received]) map.delete(stream);
  }

  setVideoSink(stream: number, writable?: WritableStream<VideoFrame>): void {
    this.#videos.get(stream)?.setSink(writable);
  }

  setAudioSink(stream: number, port: MessagePort): void {
    const output = this.#audios.get(stream);
    if (output) output.setSink(port);
    else port.close();
  }

  receive(frame: Frame, payload: Uint8Array<ArrayBuffer>, now: number): void {
    const received = this.#received.get(frame.stream());
    if (!received) return;
    received.frames++;
    received.bytes += payload.byteLength;
    const number = (this.#number = (this.#number + 1) & 0x3fffffff);
    if (this.#playout.push(now, frame, number) === 0) this.#waiting.set(number, { payload, key: frame.key(), codec: this.#infos.get(frame.stream())!.codec });
    else received.dropped++;
    this.#ask(now);
    this.#run();
  }

  statistics(): ReceivedStatistics[] {
    return [...this.#infos.values()].map(({ id, participantId, sourceId, kind, codec }) => {
      const output = this.#videos.get(id) ?? this.#audios.get(id)!;
      const { frames, bytes, dropped } = this.#received.get(id)!;
      return {
        participantId, sourceId, kind, codec, framesReceived: frames, bytesReceived: bytes, framesShown: output.shown, framesDropped: dropped + output.dropped,
        width: output.width, height: output.height, delayMs: this.#playout.delay(),
      };
    });
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const id of [...this.#infos.keys()]) this.remove(id);
    this.#playout.delete();
    this.#waiting.clear();
  }

  #ask(now: number): void {
    for (let stream = this.#playout.keyFrameNeeded(now); stream >= 0; stream = this.#playout.keyFrameNeeded(now)) this.options.requestKeyFrame(stream);
  }

  /** Hands out what is due, and comes again when something will be. */
  #run(): void {
    const now = performance.now();
    // The layers of one picture, which come one after the other.
    let picture: { stream: number; timestamp: number; parts: Waiting[]; show: boolean } | null = null;
    const finish = (): void => {
      if (picture) this.#videos.get(picture.stream)?.decode(picture.parts[0]!.codec, picture.parts.map(({ payload }) => payload), picture.parts[0]!.key, picture.timestamp, picture.show);
      picture = null;
    };
    for (let action = this.#playout.next(now); action !== kNothing; action = this.#playout.next(now)) {
      const [number, stream, timestamp] = [this.#playout.frame(), this.#playout.stream(), this.#playout.timestamp()];
      const waiting = this.#waiting.get(number);
      this.#waiting.delete(number);
      if (!waiting) continue;
      if (action === kHear) {
        this.#audios.get(stream)?.decode(waiting.payload, timestamp);
        continue;
      }
      const current = picture as { stream: number; timestamp: number; parts: Waiting[]; show: boolean } | null;
      if (current?.stream === stream && current.timestamp === timestamp) {
        current.parts.push(waiting);
        continue;
      }
      finish();
      picture = { stream, timestamp, parts: [waiting], show: action === 1 };
    }
    finish();
    const deadline = this.#playout.deadline();
    if (deadline < 0 || deadline === this.#due) return;
    clearTimeout(this.#timer);
    this.#due = deadline;
    this.#timer = setTimeout(() => {
      this.#due = Infinity;
      this.#run();
    }, Math.max(0, deadline - performance.now()));
  }
}
