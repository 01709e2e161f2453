// SPDX-License-Identifier: Apache-2.0
// A video track on its way into the file: its frames brought to one size and onto the recording's time, and encoded.

import { type Preference, VideoEncoder, VideoFrame } from '../codecs/index.js';
import { type Size, Fitter, recordingSize } from './fit.js';
import { type FrameReader, readFrames } from './frame-reader.js';
import { AbortedError } from '../errors.js';
import { encoderError, type RecorderError } from './errors.js';
import { FrameTime, type Timeline } from './timeline.js';
import type { Packet } from './webm.js';

export interface VideoLaneOptions {
  codec: 'vp8' | 'vp9';
  prefer: Preference;
  bitrate: number | null;
  keyFrameMicros: number;
  assets: { assetBaseUrl?: string | URL };
  deliver: (packet: Packet, config: VideoDecoderConfig) => void;
  failed: (error: RecorderError) => void;
}

/** A track may take so long to its first frame; then the recording begins with black. Milliseconds. */
const kFirstFrame = 3000;
/** A picture that stands still is repeated this often, in microseconds: players and the file's clusters count on frames. */
const kRepeatAfter = 1_000_000;
/** So many frames may wait for the encoder: the camera lends out no more than a handful. */
const kWaiting = 6;

/** Level and its limits: luma samples a second, luma samples of a picture. https://www.webmproject.org/vp9/levels/ */
const levels = [
  ['10', 829_440, 36_864], ['11', 2_764_800, 73_728], ['20', 4_608_000, 122_880], ['21', 9_216_000, 245_760], ['30', 20_736_000, 552_960],
  ['31', 36_864_000, 983_040], ['40', 83_558_400, 2_228_224], ['41', 160_432_128, 2_228_224], ['50', 311_951_360, 8_912_896],
] as const;

export function codecString(codec: 'vp8' | 'vp9', { width, height }: Size, framerate: number): string {
  if (codec === 'vp8') return 'vp8';
  const samples = width * height;
  const [level] = levels.find(([, rate, picture]) => samples * framerate <= rate && samples <= picture) ?? ['51'];
  return `vp09.00.${level}.08`;
}

export class VideoLane {
  readonly #encoder: VideoEncoder;
  readonly #time = new FrameTime();
  #reader: FrameReader | null = null;
  #first: ((frame: VideoFrame | null) => void) | null = null;
  #fitter: Fitter | null = null;
  #timeline: Timeline | null = null;
  #config: VideoDecoderConfig | null = null;
  /** The frame that was encoded last, to be repeated. */
  #still: VideoFrame | null = null;
  #keyAt = -Infinity;
  #refused = 0;
  #congested: () => boolean = () => false;
  #closed = false;

  constructor(
    private readonly track: MediaStreamTrack,
    private readonly options: VideoLaneOptions,
  ) {
    this.#encoder = new VideoEncoder({
      ...options.assets,
      output: (chunk) => {
        const data = new Uint8Array(chunk.byteLength);
        chunk.copyTo(data);
        options.deliver({ data, key: chunk.type === 'key', timestamp: chunk.timestamp, duration: chunk.duration ?? 0 }, this.#config!);
      },
      error: (error) => options.failed(encoderError(error)),
    });
  }

  /** Resolves when the encoder is loaded and the track's size known; close() ends it. */
  async open(): Promise<void> {
    const first = await this.#firstFrame();
    if (this.#closed) {
      first?.close();
      throw new AbortedError();
    }
    const { width = 640, height = 360, frameRate = 30 } = this.track.getSettings();
    const size = recordingSize(first ? { width: first.displayWidth, height: first.displayHeight } : { width, height });
    this.#fitter = new Fitter(size);
    this.#still = first ? this.#fitter.fit(first, 0) : this.#fitter.black(0);
    await this.#configure(size, Math.min(120, Math.max(1, frameRate)));
  }

  /** Frames left out because the encoder or the target was too slow. */
  get droppedFrames(): number {
    return this.#encoder.droppedFrames + this.#refused;
  }
  get ended(): boolean {
    return this.track.readyState === 'ended';
  }

  /** From here on frames are recorded. `congested`: the target cannot keep up. */
  begin(timeline: Timeline, congested: () => boolean): void {
    this.#timeline = timeline;
    this.#congested = congested;
    // Whatever the track does next, the recording begins with a picture.
    this.#repeat(0);
  }

  /** To be called a few times a second or more often: a picture that stands still is repeated. */
  tick(): void {
    const timeline = this.#timeline;
    this.#reader?.poll();
    if (timeline && !timeline.paused && timeline.now - this.#time.last >= kRepeatAfter) this.#repeat(timeline.now);
  }

  /** Nothing more is recorded; resolves when all of it is delivered, the last picture until the end. */
  async finish(): Promise<void> {
    this.#reader?.stop();
    const end = this.#timeline!.now;
    if (end - this.#time.last > kRepeatAfter / 20) this.#repeat(end);
    this.#timeline = null;
    await this.#encoder.flush();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#reader?.stop();
    this.#first?.(null);
    this.#timeline = null;
    this.#still?.close();
    this.#still = null;
    if (this.#encoder.state !== 'closed') this.#encoder.close();
  }

  async #firstFrame(): Promise<VideoFrame | null> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      return await new Promise<VideoFrame | null>((resolve) => {
        this.#first = resolve;
        timer = setTimeout(() => resolve(null), kFirstFrame);
        this.#reader = readFrames(this.track, (frame) => this.#take(frame));
      });
    } finally {
      clearTimeout(timer);
      this.#first = null;
    }
  }

  async #configure(size: Size, framerate: number): Promise<void> {
    const { codec, prefer, bitrate, keyFrameMicros } = this.options;
    const string = codecString(codec, size, framerate);
    const common = { codec: string, ...size, framerate, bitrate: bitrate ?? Math.round(size.width * size.height * framerate * 0.07) };
    this.#encoder.configure({ ...common, prefer, latencyMode: 'realtime', maxQueue: Math.max(1, Math.min(kWaiting, Math.floor((keyFrameMicros / 1e6) * framerate))) });
    this.#config = { codec: string, codedWidth: size.width, codedHeight: size.height, ...this.#colors() };
    // Loads it now, not with the first frame.
    await this.#encoder.flush();
  }

  /** What the camera says of its colours, if it says all of it. */
  #colors(): { colorSpace?: VideoColorSpaceInit } {
    const frame = this.#still!;
    const { primaries, transfer, matrix, fullRange } = frame.colorSpace;
    const known = frame.format !== null && /^(I420|NV12)/.test(frame.format) && [primaries, transfer, matrix].every((value) => value && ['bt709', 'smpte170m'].includes(value));
    return known ? { colorSpace: { primaries, transfer, matrix, fullRange } } : {};
  }

  /** Takes `frame` over. */
  #take(frame: VideoFrame): void {
    const timeline = this.#timeline;
    if (this.#first) return this.#first(frame);
    if (!timeline || timeline.paused) return frame.close();
    if (this.#congested()) {
      this.#refused++;
      return frame.close();
    }
    try {
      const fitted = this.#fitter!.fit(frame, this.#time.of(frame.timestamp, timeline.now));
      this.#still?.close();
      this.#still = fitted;
      this.#encode(fitted);
    } catch (error) {
      this.options.failed(encoderError(error));
    }
  }

  #repeat(now: number): void {
    if (this.#encoder.state !== 'configured' || !this.#still) return;
    const again = new VideoFrame(this.#still, { timestamp: this.#time.at(now) });
    this.#encode(again);
    again.close();
  }

  #encode(frame: VideoFrame): void {
    if (this.#encoder.state !== 'configured') return;
    const keyFrame = frame.timestamp - this.#keyAt >= this.options.keyFrameMicros;
    if (keyFrame) this.#keyAt = frame.timestamp;
    this.#encoder.encode(frame, { keyFrame });
  }
}
