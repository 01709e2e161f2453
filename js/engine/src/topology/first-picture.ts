// SPDX-License-Identifier: Apache-2.0
// When a track gives its first picture: a track is there before anything has come on it, and something has before it can be shown.

/**
 * @internal Calls `run` with the first picture, unless `signal` is aborted before. Where there is no way to see one (no
 * requestVideoFrameCallback, a page in the background), with the first that arrives at all.
 */
export function withFirstPicture(track: MediaStreamTrack, run: () => void, signal?: AbortSignal): void {
  const once = { once: true, ...(signal && { signal }) };
  if (!globalThis.HTMLVideoElement?.prototype.requestVideoFrameCallback || document.visibilityState === 'hidden') {
    if (track.muted) track.addEventListener('unmute', run, once);
    else run();
    return;
  }
  const video: HTMLVideoElement = Object.assign(document.createElement('video'), { muted: true, autoplay: true, playsInline: true, srcObject: new MediaStream([track]) });
  const end = () => {
    video.srcObject = null;
  };
  track.addEventListener('ended', end, once);
  signal?.addEventListener('abort', end, { once: true });
  video.requestVideoFrameCallback(() => {
    track.removeEventListener('ended', end);
    end();
    if (!signal?.aborted) run();
  });
  void video.play().catch(() => undefined);
}
