// SPDX-License-Identifier: Apache-2.0
// The page's side of getting frames to the worker and back, by what the browser has.

import { SingleFrames } from './single-frames.js';
import type { Route, Source, ToWorker } from './messages.js';

export type Post = (message: ToWorker, transfer?: Transferable[]) => void;

/** The page's half of a route. */
export interface Connection {
  /** What the worker is told, with what is transferred. */
  readonly route: Route;
  readonly transfer: Transferable[];
  /** The output; null until the worker sends it (route 'track'). */
  readonly track: MediaStreamTrack | null;
  /** The worker runs: frames may be sent. */
  begin(): void;
  /** Route 'frames': a frame came back (null: it is dropped). */
  receive(frame: VideoFrame | null): void;
  /** Route 'frames': the worker's clock, while the page is hidden. */
  beat(): void;
  /** From now on frames come from `track`; gives what the worker is told. */
  replace(track: MediaStreamTrack): { source: Source; transfer: Transferable[] };
  /** Sends no more frames and lets go of everything but the output track. */
  stop(): void;
}

interface BreakoutWindow {
  MediaStreamTrackProcessor?: new (init: { track: MediaStreamTrack; maxBufferSize?: number }) => { readonly readable: ReadableStream<VideoFrame> };
  MediaStreamTrackGenerator?: new (init: { kind: 'video' }) => MediaStreamTrack & { readonly writable: WritableStream<VideoFrame> };
}

const transferable = (value: unknown): Transferable => value as Transferable;

/** Chromium: streams of frames, handed over to the worker. */
function streams(track: MediaStreamTrack): Connection | null {
  const { MediaStreamTrackProcessor, MediaStreamTrackGenerator } = globalThis as BreakoutWindow;
  if (!MediaStreamTrackProcessor || !MediaStreamTrackGenerator) return null;
  const framesOf = (from: MediaStreamTrack): ReadableStream<VideoFrame> => new MediaStreamTrackProcessor({ track: from, maxBufferSize: 1 }).readable;
  const readable = framesOf(track);
  const output = new MediaStreamTrackGenerator({ kind: 'video' });
  const { writable } = output;
  return {
    route: { kind: 'streams', readable, writable },
    transfer: [transferable(readable), transferable(writable)],
    track: output,
    begin: () => undefined,
    receive: (frame) => frame?.close(),
    beat: () => undefined,
    replace(next) {
      const source = framesOf(next);
      return { source: { kind: 'streams', readable: source }, transfer: [transferable(source)] };
    },
    stop: () => undefined,
  };
}

/** Safari: a clone of the track itself is handed over; the worker stops it. */
function wholeTrack(track: MediaStreamTrack): Connection {
  const clone = track.clone();
  return {
    route: { kind: 'track', track: clone },
    transfer: [transferable(clone)],
    track: null,
    begin: () => undefined,
    receive: (frame) => frame?.close(),
    beat: () => undefined,
    replace(next) {
      const source = next.clone();
      return { source: { kind: 'track', track: source }, transfer: [transferable(source)] };
    },
    stop: () => undefined,
  };
}

/** The best way that this browser has. @throws BackgroundError 'unsupported' */
export function connect(track: MediaStreamTrack, workerTakesTracks: boolean, post: Post): Connection {
  const direct = streams(track);
  if (direct) return direct;
  return workerTakesTracks ? wholeTrack(track) : new SingleFrames(track, post);
}
