// SPDX-License-Identifier: Apache-2.0
// The route of browsers without streams of frames: the track plays in a video element of its own, single frames go to the
// worker, and a canvas shows what comes back.

import { BackgroundError } from '../errors.js';
import type { PostedRoute, PostedSource } from './messages.js';
import { type Connection, opened, type Opened, type Post } from './routes.js';

/** Frames on their way at most: one worked on, one waiting, one under way. The worker drops all but the newest. */
const kUnderWay = 3;

export class SingleFrames implements Connection {
  readonly route: Opened<PostedRoute> = opened({ kind: 'frames' });
  readonly track: MediaStreamTrack;
  readonly #video = document.createElement('video');
  readonly #canvas = document.createElement('canvas');
  readonly #context: CanvasRenderingContext2D;
  #source: MediaStreamTrack;
  #underWay = 0;
  #stopped = false;
  #request = 0;
  #lastTime = -1;

  constructor(
    track: MediaStreamTrack,
    private readonly post: Post,
  ) {
    // The picture is read back for every frame: a canvas in main memory spares the way to the graphics card and back.
    const context = this.#canvas.getContext('2d', { willReadFrequently: true });
    if (!context || !('captureStream' in this.#canvas) || !('requestVideoFrameCallback' in this.#video) || typeof VideoFrame !== 'function') {
      throw new BackgroundError('unsupported', 'This browser cannot process camera frames. Use a current Chrome, Edge, Firefox or Safari.');
    }
    this.#context = context;
    this.#source = track;
    const { width = 640, height = 360 } = track.getSettings();
    this.#canvas.width = width;
    this.#canvas.height = height;
    this.track = this.#canvas.captureStream().getVideoTracks()[0]!;
    this.#video.muted = true;
    this.#video.playsInline = true;
    this.#video.srcObject = new MediaStream([track]);
  }

  begin(): void {
    this.#play();
    this.#request = this.#video.requestVideoFrameCallback(this.#onFrame);
    document.addEventListener('visibilitychange', this.#onVisibility);
    this.#onVisibility();
  }

  receive(frame: VideoFrame | null): void {
    this.#underWay--;
    if (!frame) return;
    try {
      if (!this.#stopped) this.#draw(frame);
    } finally {
      frame.close();
    }
  }

  beat(): void {
    this.#play();
    if (this.#video.currentTime !== this.#lastTime) this.#send();
  }

  replace(track: MediaStreamTrack): Opened<PostedSource> {
    this.#source = track;
    this.#video.srcObject = new MediaStream([track]);
    this.#play();
    return opened({ kind: 'frames' });
  }

  stop(): void {
    this.#stopped = true;
    document.removeEventListener('visibilitychange', this.#onVisibility);
    this.#video.cancelVideoFrameCallback(this.#request);
    this.#video.pause();
    this.#video.srcObject = null;
  }

  readonly #onFrame = (): void => {
    if (this.#stopped) return;
    this.#request = this.#video.requestVideoFrameCallback(this.#onFrame);
    this.#send();
  };

  /** A hidden page gets no callbacks for its videos, and its timers are slow: the worker's clock takes over. */
  readonly #onVisibility = (): void => {
    this.#play();
    this.post({ type: 'beats', on: document.hidden });
  };

  /** Browsers pause videos of pages that they freeze, and leave them so. */
  #play(): void {
    if (this.#video.paused) void this.#video.play().catch(() => undefined);
  }

  #send(): void {
    if (this.#stopped || this.#underWay >= kUnderWay || this.#video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || this.#source.readyState === 'ended') return;
    this.#lastTime = this.#video.currentTime;
    let frame: VideoFrame;
    try {
      frame = new VideoFrame(this.#video, { timestamp: Math.round(this.#lastTime * 1e6) });
    } catch {
      // The element has no picture at this moment: between two sources, or before the first frame.
      return;
    }
    this.#underWay++;
    this.post({ type: 'frame', frame }, [frame]);
  }

  #draw(frame: VideoFrame): void {
    if (this.#canvas.width !== frame.displayWidth || this.#canvas.height !== frame.displayHeight) {
      this.#canvas.width = frame.displayWidth;
      this.#canvas.height = frame.displayHeight;
    }
    // Frames with an alpha channel do not cover what was there.
    if (frame.format?.endsWith('A')) this.#context.clearRect(0, 0, frame.displayWidth, frame.displayHeight);
    this.#context.drawImage(frame, 0, 0);
  }
}
