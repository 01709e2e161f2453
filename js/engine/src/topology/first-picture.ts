// SPDX-License-Identifier: Apache-2.0
// When a track gives its first picture: a mix has a track before anything is mixed.

/** @internal Calls `run` with the first picture; at once where there is no way to see one. */
export function withFirstPicture(track: MediaStreamTrack, run: () => void): void {
  if (!globalThis.HTMLVideoElement?.prototype.requestVideoFrameCallback) {
    run();
    return;
  }
  const video: HTMLVideoElement = Object.assign(document.createElement('video'), { muted: true, autoplay: true, playsInline: true, srcObject: new MediaStream([track]) });
  const end = () => {
    video.srcObject = null;
  };
  track.addEventListener('ended', end, { once: true });
  video.requestVideoFrameCallback(() => {
    track.removeEventListener('ended', end);
    end();
    run();
  });
  void video.play().catch(() => undefined);
}
