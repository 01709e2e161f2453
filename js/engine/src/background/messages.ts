// SPDX-License-Identifier: Apache-2.0
// What the page and the background's worker say to each other.

import type { BackgroundRequest } from './options.js';

/** Where the worker finds its parts: absolute addresses. */
export interface Assets {
  wasm: string;
  model: string;
}

/**
 * How frames reach the worker and leave it.
 * streams: the page's MediaStreamTrackProcessor and Generator, their streams transferred (Chromium).
 * track: the track itself is transferred, the worker makes processor and VideoTrackGenerator (Safari).
 * frames: single frames are posted each way, one at a time (Firefox, and wherever neither exists).
 */
export type Route =
  | { kind: 'streams'; readable: ReadableStream<VideoFrame>; writable: WritableStream<VideoFrame> }
  | { kind: 'track'; track: MediaStreamTrack }
  | { kind: 'frames' };

export type ToWorker =
  | { type: 'start'; route: Route; assets: Assets; background: BackgroundRequest; frameRate: number }
  | { type: 'update'; serial: number; background: BackgroundRequest }
  | { type: 'frame'; frame: VideoFrame }
  /**
   * The next frame of the film behind the person; the worker closes it. One on its way at a time: 'filmed' asks for the
   * next. Dropped where the background is no film.
   */
  | { type: 'film'; frame: VideoFrame }
  | { type: 'close' };

export interface Stats {
  fps: number;
  msPerFrame: number;
  segmentationMs: number;
  level: number;
}

/** What went wrong, in a form that can be posted. `option` is set where an option was at fault. */
export interface Failure {
  code: 'option-invalid' | 'model-invalid' | 'background-failed';
  message: string;
  option?: string;
}

export type FromWorker =
  | { type: 'ready'; canTakeTracks: boolean }
  /** The background runs; `track` is the output on the route of that name. */
  | { type: 'started'; track?: MediaStreamTrack }
  | { type: 'updated'; serial: number }
  | { type: 'refused'; serial: number; failure: Failure }
  /** On the route 'frames': the frame's outcome, null when it is to be dropped. The next may be posted. */
  | { type: 'frame'; frame: VideoFrame | null }
  /** The film's last frame was taken or dropped: the next may be posted. */
  | { type: 'filmed' }
  /** Once a second as long as the worker lives. */
  | { type: 'stats'; stats: Stats | null }
  | { type: 'failed'; failure: Failure }
  /** The input ended, and the output with it. */
  | { type: 'ended' };
