// SPDX-License-Identifier: Apache-2.0
// Runs in the page: opens the camera, runs a processor, and looks at what comes out.
import type { BackgroundProcessor } from '../../../js/engine/src/background/index.js';

export interface Bench {
  camera: MediaStreamTrack;
  processor: BackgroundProcessor;
  /** Shows the output since before the first frame. */
  video: HTMLVideoElement;
  events: string[];
}

/** A track's frames past all video elements, which rest in hidden pages. */
export interface Followed {
  count: number;
  /** Takes one frame over: the newest is kept. */
  take(frame: VideoFrame): void;
  /** The newest frame, 160x90 RGBA, as base64. */
  look(): string;
}

declare global {
  // eslint-disable-next-line no-var
  var background: typeof import('../../../js/engine/src/background/index.js');
  // eslint-disable-next-line no-var
  var bench: Bench;
  // eslint-disable-next-line no-var
  var show: (track: MediaStreamTrack) => HTMLVideoElement;
  // eslint-disable-next-line no-var
  var look: (video: HTMLVideoElement) => string | null;
  // eslint-disable-next-line no-var
  var openCamera: () => Promise<MediaStreamTrack>;
  // eslint-disable-next-line no-var
  var photograph: Promise<MediaStreamTrack>;
  // eslint-disable-next-line no-var
  var workers: Worker[];
  // eslint-disable-next-line no-var
  var follow: (track: MediaStreamTrack, Processor: new (init: object) => { readable: ReadableStream<VideoFrame> }) => void;
  // eslint-disable-next-line no-var
  var followed: Followed;
}

/** Before the page's scripts: small tools, and a list of the workers that were made. */
export function tools(): void {
  if (typeof document === 'undefined') return;
  globalThis.workers = [];
  const Native = globalThis.Worker;
  globalThis.Worker = class extends Native {
    constructor(...values: ConstructorParameters<typeof Worker>) {
      super(...values);
      globalThis.workers.push(this);
    }
  };
  globalThis.openCamera = async () => (await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 360 } })).getVideoTracks()[0]!;
  globalThis.show = track => {
    const video = document.createElement('video');
    video.muted = true;
    video.srcObject = new MediaStream([track]);
    document.body.append(video);
    void video.play().catch(() => undefined);
    return video;
  };
  const pixels = (picture: CanvasImageSource): string => {
    const context = new OffscreenCanvas(160, 90).getContext('2d', { willReadFrequently: true })!;
    context.drawImage(picture, 0, 0, 160, 90);
    const { data } = context.getImageData(0, 0, 160, 90);
    let binary = '';
    for (let i = 0; i < data.length; i += 8192) binary += String.fromCharCode(...data.subarray(i, i + 8192));
    return btoa(binary);
  };
  // 160x90 RGBA, as base64; null before the first picture.
  globalThis.look = video => (video.readyState < 2 ? null : pixels(video));
  let newest: VideoFrame | null = null;
  globalThis.followed = {
    count: 0,
    take(frame) {
      this.count++;
      newest?.close();
      newest = frame;
    },
    look: () => pixels(newest!),
  };
  globalThis.follow = (track, Processor) => {
    void new Processor({ track: track.clone() }).readable.pipeTo(new WritableStream({ write: frame => followed.take(frame) }));
  };
}

/** For browsers without a file camera: makes `photograph`, a track of the site's /still.jpg on a canvas, swaying a little. */
export function photographTrack(camera: { width: number; height: number; left: number; top: number }): void {
  globalThis.photograph = (async () => {
    const bitmap = await createImageBitmap(await (await fetch('/still.jpg')).blob());
    const canvas = document.createElement('canvas');
    canvas.width = camera.width;
    canvas.height = camera.height;
    document.body.append(canvas);
    const context = canvas.getContext('2d')!;
    let tick = 0;
    const draw = () => { context.drawImage(bitmap, -camera.left - (tick++ % 2), -camera.top); };
    draw();
    setInterval(draw, 66);
    return canvas.captureStream(15).getVideoTracks()[0]!;
  })();
}
