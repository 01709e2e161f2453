// SPDX-License-Identifier: Apache-2.0
// The page's side of getting frames to the worker and back, by what the browser has.

import { BackgroundError } from '../errors.js';
import type { Route, ToWorker } from './messages.js';

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
  /** Sends no more frames and lets go of everything but the output track. */
  stop(): void;
}

interface BreakoutWindow {
  MediaStreamTrackProcessor?: new (init: { track: MediaStreamTrack; maxBufferSize?: number }) => { readonly readable: ReadableStream<VideoFrame> };
  MediaStreamTrackGenerator?: new (init: { kind: 'video' }) => MediaStreamTrack & { readonly writable: WritableStream<VideoFrame> };
}

/** Chromium: streams of frames, handed over to the worker. */
function streams(track: MediaStreamTrack): Connection | null {
  const { MediaStreamTrackProcessor, MediaStreamTrackGenerator } = globalThis as BreakoutWindow;
  if (!MediaStreamTrackProcessor || !MediaStreamTrackGenerator) return null;
  const { readable } = new MediaStreamTrackProcessor({ track, maxBufferSize: 1 });
  const output = new MediaStreamTrackGenerator({ kind: 'video' });
  const { writable } = output;
  return {
    route: { kind: 'streams', readable, writable },
    transfer: [readable as unknown as Transferable, writable as unknown as Transferable],
    track: output,
    begin: () => undefined,
    receive: (frame) => frame?.close(),
    stop: () => undefined,
  };
}

/** Safari: a clone of the track itself is handed over. */
function wholeTrack(track: MediaStreamTrack): Connection {
  const clone = track.clone();
  return {
    route: { kind: 'track', track: clone },
    transfer: [clone as unknown as Transferable],
    track: null,
    begin: () => undefined,
    receive: (frame) => frame?.close(),
    stop: () => clone.stop(),
  };
}

/** Everywhere else: the track plays in a hidden video, single frames go to the worker, a canvas shows what comes back. */
function singleFrames(track: MediaStreamTrack, post: (message: ToWorker, transfer: Transferable[]) => void): Connection {
  const video = document.createElement('video');
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { alpha: false });
  if (!context || !('captureStream' in canvas) || typeof VideoFrame !== 'function') {
    throw new BackgroundError('unsupported', 'This browser cannot process camera frames. Use a current Chrome, Edge, Firefox or Safari.');
  }
  const { width = 640, height = 360 } = track.getSettings();
  canvas.width = width;
  canvas.height = height;
  const [output] = canvas.captureStream().getVideoTracks() as [MediaStreamTrack];
  video.muted = true;
  video.playsInline = true;
  video.srcObject = new MediaStream([track]);

  let waiting = false;
  let stopped = false;
  let lastTime = -1;
  let request = 0;
  let poll: ReturnType<typeof setInterval> | undefined;

  const send = (): void => {
    // One frame on its way at most: a late one is never queued.
    if (stopped || waiting || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || track.readyState === 'ended') return;
    if (video.currentTime === lastTime) return;
    lastTime = video.currentTime;
    const frame = new VideoFrame(video, { timestamp: Math.round(lastTime * 1e6) });
    waiting = true;
    post({ type: 'frame', frame }, [frame]);
  };
  const onFrame = (): void => {
    if (stopped) return;
    request = video.requestVideoFrameCallback(onFrame);
    send();
  };
  return {
    route: { kind: 'frames' },
    transfer: [],
    track: output,
    begin() {
      void video.play().catch(() => undefined);
      request = video.requestVideoFrameCallback(onFrame);
      // A hidden page gets no callbacks for its videos; timers still run there, if slowly.
      poll = setInterval(() => document.hidden && send(), 33);
    },
    receive(frame) {
      waiting = false;
      if (!frame) return;
      if (!stopped) {
        if (canvas.width !== frame.displayWidth || canvas.height !== frame.displayHeight) {
          canvas.width = frame.displayWidth;
          canvas.height = frame.displayHeight;
        }
        context.drawImage(frame, 0, 0);
      }
      frame.close();
    },
    stop() {
      stopped = true;
      clearInterval(poll);
      video.cancelVideoFrameCallback?.(request);
      video.pause();
      video.srcObject = null;
    },
  };
}

/** The best way that this browser has. @throws BackgroundError 'unsupported' */
export function connect(track: MediaStreamTrack, workerTakesTracks: boolean, post: (message: ToWorker, transfer: Transferable[]) => void): Connection {
  const direct = streams(track);
  if (direct) return direct;
  return workerTakesTracks ? wholeTrack(track) : singleFrames(track, post);
}
