// SPDX-License-Identifier: Apache-2.0
// What the page and the background's worker say to each other.

import type { BackgroundStages } from './events.js';
import type { BackgroundRequest } from './options.js';

/** Where the worker finds its parts: absolute addresses. */
export interface Assets {
  wasm: string;
  /** The same module with relaxed SIMD. */
  relaxedWasm: string;
  model: string;
}

/**
 * How frames reach the worker and leave it.
 * streams: the page's MediaStreamTrackProcessor and Generator, their streams transferred (Chromium).
 * track: the track itself is transferred, the worker makes processor and VideoTrackGenerator (Safari).
 * frames: single frames are posted each way (Firefox, WebKitGTK, and wherever neither exists).
 */
export type Route =
  | { kind: 'streams'; readable: ReadableStream<VideoFrame>; writable: WritableStream<VideoFrame> }
  | { kind: 'track'; track: MediaStreamTrack }
  | { kind: 'frames' };

/** Another input for a running route of the same kind: the output stays. */
export type Source =
  | { kind: 'streams'; readable: ReadableStream<VideoFrame> }
  | { kind: 'track'; track: MediaStreamTrack }
  | { kind: 'frames' };

/** As they are posted: a stream of frames waits in a port (see parked.ts). */
type Posted<T> = T extends { readable: ReadableStream<VideoFrame> } ? Omit<T, 'readable'> & { frames: MessagePort } : T;
export type PostedRoute = Posted<Route>;
export type PostedSource = Posted<Source>;

export type ToWorker =
  | { type: 'start'; assets: Assets; background: BackgroundRequest; frameRate: number }
  /** Once, after 'start': the worker runs when it has this, too. */
  | { type: 'route'; route: PostedRoute }
  | { type: 'update'; serial: number; background: BackgroundRequest }
  /** The page makes a background ready, which takes a while: no raw frame leaves until 'resume', sent after 'update'. */
  | { type: 'hold' }
  | { type: 'resume' }
  | { type: 'frame'; frame: VideoFrame }
  | { type: 'replace'; source: PostedSource }
  /** Route 'frames': whether to send 'beat' at the camera's rate. A hidden page's own timers are slow, a worker's are not. */
  | { type: 'beats'; on: boolean }
  /**
   * The next frame of the film behind the person; the worker closes it. One on its way at a time: 'filmed' asks for the
   * next. Dropped where the background is no film.
   */
  | { type: 'film'; frame: VideoFrame }
  /** Closes every frame that the worker holds, and answers 'closed'. */
  | { type: 'close' };

export interface Stats {
  fps: number;
  msPerFrame: number;
  segmentationMs: number;
  level: number;
  stages: BackgroundStages;
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
  /** On the route 'frames': one posted frame's outcome, null when it is dropped. */
  | { type: 'frame'; frame: VideoFrame | null }
  | { type: 'beat' }
  /** The film's last frame was taken or dropped: the next may be posted. */
  | { type: 'filmed' }
  /** Once a second as long as the worker lives. */
  | { type: 'stats'; stats: Stats | null }
  | { type: 'failed'; failure: Failure }
  /** The camera ended: the first (0), or the one after so many 'replace'. */
  | { type: 'ended'; source: number }
  /** Nothing is held any more; the worker may be ended. */
  | { type: 'closed' };
