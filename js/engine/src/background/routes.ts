// SPDX-License-Identifier: Apache-2.0
// The page's side of getting frames to the worker and back, by what the browser has.

import { SingleFrames } from './single-frames.js';
import type { PostedRoute, PostedSource, ToWorker } from './messages.js';
import { discard, park, type Parked } from './parked.js';

export type Post = (message: ToWorker, transfer?: Transferable[]) => void;

/** A message's worth of a route. Before `settled` it is not to be posted. Whoever does not post it calls discard(). */
export interface Opened<T> {
  readonly posted: T;
  readonly transfer: Transferable[];
  readonly settled: Promise<void>;
  discard(): void;
}

export const opened = <T>(posted: T, transfer: Transferable[] = []): Opened<T> => ({ posted, transfer, settled: Promise.resolve(), discard: () => undefined });

/** The page's half of a route. */
export interface Connection {
  /** What the worker is told. */
  readonly route: Opened<PostedRoute>;
  /** The output; null until the worker sends it (route 'track'). */
  readonly track: MediaStreamTrack | null;
  /** The worker runs: frames may be sent. */
  begin(): void;
  /** Route 'frames': a frame came back (null: it is dropped). */
  receive(frame: VideoFrame | null): void;
  /** Route 'frames': the worker's clock, while the page is hidden. */
  beat(): void;
  /** Frames are to come from `track`; gives what the worker is told. */
  replace(track: MediaStreamTrack): Opened<PostedSource>;
  /** Sends no more frames and lets go of everything but the output track. */
  stop(): void;
}

interface BreakoutWindow {
  MediaStreamTrackProcessor?: new (init: { track: MediaStreamTrack; maxBufferSize?: number }) => { readonly readable: ReadableStream<VideoFrame> };
  MediaStreamTrackGenerator?: new (init: { kind: 'video' }) => MediaStreamTrack & { readonly writable: WritableStream<VideoFrame> };
}

const transferable = (value: unknown): Transferable => value as Transferable;

const parked = <T>(stream: Parked, posted: T, others: Transferable[] = []): Opened<T> => ({
  posted,
  transfer: [stream.port, ...others],
  settled: stream.settled,
  discard: () => void discard(stream).catch(() => undefined),
});

/** Chromium: streams of frames, handed over to the worker. */
function streams(track: MediaStreamTrack): Connection | null {
  const { MediaStreamTrackProcessor, MediaStreamTrackGenerator } = globalThis as BreakoutWindow;
  if (!MediaStreamTrackProcessor || !MediaStreamTrackGenerator) return null;
  const framesOf = (from: MediaStreamTrack): Parked => park(new MediaStreamTrackProcessor({ track: from, maxBufferSize: 1 }).readable);
  const output = new MediaStreamTrackGenerator({ kind: 'video' });
  const { writable } = output;
  const first = framesOf(track);
  return {
    route: parked(first, { kind: 'streams', frames: first.port, writable }, [transferable(writable)]),
    track: output,
    begin: () => undefined,
    receive: (frame) => frame?.close(),
    beat: () => undefined,
    replace(next) {
      const stream = framesOf(next);
      return parked(stream, { kind: 'streams', frames: stream.port });
    },
    stop: () => undefined,
  };
}

/** Safari: a clone of the track itself is handed over; the worker stops it. */
function wholeTrack(track: MediaStreamTrack): Connection {
  const clone = track.clone();
  return {
    route: opened({ kind: 'track', track: clone }, [transferable(clone)]),
    track: null,
    begin: () => undefined,
    receive: (frame) => frame?.close(),
    beat: () => undefined,
    replace(next) {
      const source = next.clone();
      return opened({ kind: 'track', track: source }, [transferable(source)]);
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
