// SPDX-License-Identifier: Apache-2.0
// The page's side of the output: the track that mixed frames become, by what the browser has.

import { VideoMixerError } from './errors.js';
import type { OutputTarget } from './messages.js';

interface GeneratorWindow {
  MediaStreamTrackGenerator?: new (init: { kind: 'video' }) => MediaStreamTrack & { readonly writable: WritableStream<VideoFrame> };
}

/** The page's half of the output. */
export interface Output {
  readonly target: OutputTarget;
  readonly transfer: Transferable[];
  /** null until the worker sends it. */
  readonly track: MediaStreamTrack | null;
  /** Target 'frames': shows the frame and closes it. */
  show(frame: VideoFrame): void;
}

/** Chromium's generator, Safari's in the worker, or a canvas. @throws VideoMixerError 'unsupported' */
export function openOutput(width: number, height: number, workerTakesTracks: boolean): Output {
  const { MediaStreamTrackGenerator } = globalThis as GeneratorWindow;
  const show = (frame: VideoFrame): void => frame.close();
  if (MediaStreamTrackGenerator) {
    const track = new MediaStreamTrackGenerator({ kind: 'video' });
    const { writable } = track;
    return { target: { kind: 'stream', writable }, transfer: [writable as unknown as Transferable], track, show };
  }
  if (workerTakesTracks) return { target: { kind: 'track' }, transfer: [], track: null, show };
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  // The picture is read back for every frame: a canvas in main memory spares the way to the graphics card and back.
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context || !('captureStream' in canvas)) throw new VideoMixerError('unsupported', 'This browser cannot mix videos. Use a current Chrome, Edge, Firefox or Safari.');
  return {
    target: { kind: 'frames' },
    transfer: [],
    track: canvas.captureStream().getVideoTracks()[0]!,
    show(frame) {
      if (canvas.width !== frame.displayWidth || canvas.height !== frame.displayHeight) {
        canvas.width = frame.displayWidth;
        canvas.height = frame.displayHeight;
      }
      context.drawImage(frame, 0, 0);
      frame.close();
    },
  };
}
