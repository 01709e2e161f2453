// SPDX-License-Identifier: Apache-2.0
// One small picture of the person in front of each background, made by the very processor that a call uses.

import { optionsOf, type Choice } from '../backgrounds.ts';
import type { LocalMedia } from '../engine.ts';

const kWidth = 256;
const kHeight = 144;

/**
 * Makes the pictures one after the other on one processor and hands each over as an object URL (the receiver revokes it).
 * Resolves when all are made, when `signal` aborts, or when it cannot be done: then the choices keep their plain pictures.
 */
export async function makeThumbnails(media: LocalMedia, choices: readonly Choice[], signal: AbortSignal, onPicture: (choice: Choice, url: string) => void): Promise<void> {
  const track = media.cloneCamera();
  if (!track) return;
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  let processor: import('tessera-rtc/background').BackgroundProcessor | null = null;
  try {
    const { BackgroundProcessor } = await import('tessera-rtc/background');
    for (const choice of choices) {
      const options = await optionsOf(choice);
      if (signal.aborted) return;
      if (processor) await processor.update(options);
      else {
        processor = await BackgroundProcessor.create(track, options);
        video.srcObject = new MediaStream([processor.track]);
        await video.play();
      }
      // The frames under way still have the background before.
      for (let frame = 0; frame < 3; frame++) await nextFrame(video, signal);
      if (signal.aborted) return;
      const url = await snapshot(video);
      if (signal.aborted) URL.revokeObjectURL(url);
      else onPicture(choice, url);
    }
  } catch {
    // Only decoration: choosing works without, and reports its own errors.
  } finally {
    video.srcObject = null;
    processor?.close();
    track.stop();
  }
}

function nextFrame(video: HTMLVideoElement, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 1500);
    const done = (): void => { clearTimeout(timer); resolve(); };
    video.requestVideoFrameCallback(done);
    signal.addEventListener('abort', done, { once: true });
  });
}

function snapshot(video: HTMLVideoElement): Promise<string> {
  const canvas = document.createElement('canvas');
  canvas.width = kWidth;
  canvas.height = kHeight;
  const scale = Math.max(kWidth / video.videoWidth, kHeight / video.videoHeight);
  const [width, height] = [video.videoWidth * scale, video.videoHeight * scale];
  canvas.getContext('2d')!.drawImage(video, (kWidth - width) / 2, (kHeight - height) / 2, width, height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(URL.createObjectURL(blob)) : reject(new Error('no picture'))), 'image/jpeg', 0.8);
  });
}
