// SPDX-License-Identifier: Apache-2.0
// The frames of a video track, by what the browser has.

import { VideoFrame } from '../codecs/index.js';
import { RecorderError } from './errors.js';

interface BreakoutWindow {
  MediaStreamTrackProcessor?: new (init: { track: MediaStreamTrack; maxBufferSize?: number }) => { readonly readable: ReadableStream<VideoFrame> };
}

export interface FrameReader {
  /** Looks for a frame now: hidden pages get no callbacks for their videos. */
  poll(): void;
  /** Ends it; the track stays as it is. */
  stop(): void;
}

/**
 * Calls `take` with every frame, which is then the callee's to close. Timestamps count up on a clock of the track's own.
 * @throws RecorderError 'unsupported'
 */
export function readFrames(track: MediaStreamTrack, take: (frame: VideoFrame) => void): FrameReader {
  const { MediaStreamTrackProcessor } = globalThis as BreakoutWindow;
  if (MediaStreamTrackProcessor) return fromStream(new MediaStreamTrackProcessor({ track, maxBufferSize: 2 }).readable, take);
  if (typeof document === 'object' && 'requestVideoFrameCallback' in HTMLVideoElement.prototype && typeof globalThis.VideoFrame === 'function') return fromElement(track, take);
  throw new RecorderError('unsupported', 'This browser gives pages no frames of a video track. Use a current Chrome, Edge, Firefox or Safari.');
}

function fromStream(frames: ReadableStream<VideoFrame>, take: (frame: VideoFrame) => void): FrameReader {
  const reader = frames.getReader();
  let stopped = false;
  const run = async (): Promise<void> => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      if (stopped) return value.close();
      take(value);
    }
  };
  void run().catch(() => undefined);
  return {
    poll: () => undefined,
    stop: () => {
      stopped = true;
      void reader.cancel().catch(() => undefined);
    },
  };
}

/** The track plays in a hidden video. */
function fromElement(track: MediaStreamTrack, take: (frame: VideoFrame) => void): FrameReader {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.srcObject = new MediaStream([track]);
  let lastTime = -1;
  const send = (): void => {
    if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || video.currentTime === lastTime || video.videoWidth === 0) return;
    lastTime = video.currentTime;
    take(new VideoFrame(video, { timestamp: Math.round(performance.now() * 1000) }));
  };
  const onFrame = (): void => {
    request = video.requestVideoFrameCallback(onFrame);
    send();
  };
  let request = video.requestVideoFrameCallback(onFrame);
  void video.play().catch(() => undefined);
  return {
    poll: () => document.hidden && send(),
    stop: () => {
      video.cancelVideoFrameCallback(request);
      video.pause();
      video.srcObject = null;
    },
  };
}
