// SPDX-License-Identifier: Apache-2.0
// Pictures between tracks and the relay's worker, by what the browser has: streams of frames, or one after the other.

import { park, type Parked } from '../background/parked.js';
import type { FromWorker } from './messages.js';

interface BreakoutWindow {
  MediaStreamTrackProcessor?: new (init: { track: MediaStreamTrack; maxBufferSize?: number }) => { readonly readable: ReadableStream<VideoFrame> };
  MediaStreamTrackGenerator?: new (init: { kind: 'video' }) => MediaStreamTrack & { readonly writable: WritableStream<VideoFrame> };
}

/** The frames of a track as a stream that can be handed to a worker once it has settled, or null where the browser has none. */
export function framesOf(track: MediaStreamTrack): Parked | null {
  const { MediaStreamTrackProcessor } = globalThis as BreakoutWindow;
  return MediaStreamTrackProcessor ? park(new MediaStreamTrackProcessor({ track, maxBufferSize: 1 }).readable) : null;
}

export interface ShownPictures {
  readonly track: MediaStreamTrack;
  /** For the worker; undefined: pictures come to `show`. */
  readonly writable: WritableStream<VideoFrame> | undefined;
  show(frame: (FromWorker & { type: 'picture' })['frame']): void;
  close(): void;
}

/** A track that pictures can be put into. */
export function pictureTrack(): ShownPictures {
  const { MediaStreamTrackGenerator } = globalThis as BreakoutWindow;
  if (MediaStreamTrackGenerator) {
    const track = new MediaStreamTrackGenerator({ kind: 'video' });
    return { track, writable: track.writable, show: (frame) => frame.close(), close: () => track.stop() };
  }
  const canvas = document.createElement('canvas');
  // Kept in main memory: reading it back from a graphics card is what would cost time.
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  const [track] = canvas.captureStream().getVideoTracks() as [MediaStreamTrack];
  return {
    track,
    writable: undefined,
    show: (frame) => {
      if (canvas.width !== frame.displayWidth || canvas.height !== frame.displayHeight) [canvas.width, canvas.height] = [frame.displayWidth, frame.displayHeight];
      context.drawImage(frame, 0, 0);
      frame.close();
    },
    close: () => track.stop(),
  };
}
