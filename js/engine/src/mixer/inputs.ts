// SPDX-License-Identifier: Apache-2.0
// The page's side of an input: how a track's frames reach the worker, by what the browser has.

import { discard, park } from '../background/parked.js';
import type { BreakoutScope } from '../background/worker-routes.js';
import type { InputSource } from './messages.js';

/** The page's half of one input. */
export interface Input {
  readonly source: InputSource;
  readonly transfer: Transferable[];
  /** Before, `source` is not to be posted. If it is not posted at all, discard() is to be called then. */
  readonly settled?: Promise<void>;
  discard?(): void;
  /** The newest frame, once; null where there is none, or where the worker gets them itself. */
  frame(): VideoFrame | null;
  close(): void;
}

const nothing = { frame: () => null, close: () => undefined };

/** Chromium hands over a stream of frames, Safari the track, and elsewhere the track plays in a hidden video. */
export function openInput(track: MediaStreamTrack, workerTakesTracks: boolean): Input {
  const { MediaStreamTrackProcessor } = globalThis as BreakoutScope;
  if (MediaStreamTrackProcessor) {
    const frames = park(new MediaStreamTrackProcessor({ track, maxBufferSize: 1 }).readable);
    const { port, settled } = frames;
    return { source: { kind: 'stream', port }, transfer: [port], settled, discard: () => void discard(frames).catch(() => undefined), ...nothing };
  }
  if (workerTakesTracks) {
    const clone = track.clone();
    return { source: { kind: 'track', track: clone }, transfer: [clone as unknown as Transferable], ...nothing };
  }
  return new PlayedInput(track);
}

/** The worker's clock asks for the frames: a hidden page gets no callbacks for its videos. */
class PlayedInput implements Input {
  readonly source: InputSource = { kind: 'frames' };
  readonly transfer: Transferable[] = [];
  readonly #video = document.createElement('video');
  #lastTime = -1;

  constructor(track: MediaStreamTrack) {
    this.#video.muted = true;
    this.#video.playsInline = true;
    this.#video.srcObject = new MediaStream([track]);
    this.#play();
  }

  frame(): VideoFrame | null {
    this.#play();
    const { readyState, currentTime, videoWidth } = this.#video;
    if (readyState < HTMLMediaElement.HAVE_CURRENT_DATA || videoWidth === 0 || currentTime === this.#lastTime) return null;
    this.#lastTime = currentTime;
    try {
      return new VideoFrame(this.#video, { timestamp: Math.round(currentTime * 1e6) });
    } catch {
      // The element has no picture at this moment: between two sizes, or before the first frame.
      return null;
    }
  }

  close(): void {
    this.#video.pause();
    this.#video.srcObject = null;
  }

  /** Browsers pause videos of pages that they freeze, and leave them so. */
  #play(): void {
    if (this.#video.paused) void this.#video.play().catch(() => undefined);
  }
}
