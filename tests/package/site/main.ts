// SPDX-License-Identifier: Apache-2.0
// A site of somebody else's: puts a magenta background behind the camera and paints what comes out on a canvas.

import { BackgroundProcessor } from 'tessera-rtc/background';

declare const ASSET_BASE_URL: string | undefined;

const [camera] = (await navigator.mediaDevices.getUserMedia({ video: true })).getVideoTracks();
const background = await BackgroundProcessor.create(camera!, {
  kind: 'color',
  color: '#ff00ff',
  ...(typeof ASSET_BASE_URL === 'string' ? { assetBaseUrl: ASSET_BASE_URL } : {}),
});
const video = document.createElement('video');
video.muted = true;
video.srcObject = new MediaStream([background.track]);
await video.play();
const canvas = document.querySelector('canvas')!;
const paint = canvas.getContext('2d', { willReadFrequently: true })!;
let frames = 0;
const draw = () => {
  paint.drawImage(video, 0, 0, canvas.width, canvas.height);
  canvas.dataset.frames = String(++frames);
  video.requestVideoFrameCallback(draw);
};
video.requestVideoFrameCallback(draw);
