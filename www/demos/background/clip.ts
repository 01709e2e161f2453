// SPDX-License-Identifier: Apache-2.0
// A camera for those who have none, or do not want to use theirs: a photograph of a person in motion, and a moving sky.

import person from './person.webp';

interface Shape {
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
}

/** Smaller where the page's own thread has to carry every frame (no streams of frames), and draws the clip besides. */
export const kClip: Shape = 'MediaStreamTrackProcessor' in globalThis ? { width: 1280, height: 720, frameRate: 30 } : { width: 640, height: 360, frameRate: 30 };

/** A sky changes slowly and has no edges: painted larger or more often it would only take the page's thread from the rest. */
const kSky: Shape = { width: 640, height: 360, frameRate: 12 };

export interface Moving {
  readonly track: MediaStreamTrack;
  stop(): void;
}

/** Draws `paint` in this shape; `seconds` have passed since the first picture. */
function moving({ width, height, frameRate }: Shape, paint: (context: CanvasRenderingContext2D, seconds: number) => void): Moving {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true })!;
  const begun = performance.now();
  const draw = (): void => paint(context, (performance.now() - begun) / 1000);
  draw();
  const timer = setInterval(draw, 1000 / frameRate);
  const [track] = canvas.captureStream(frameRate).getVideoTracks() as [MediaStreamTrack];
  return {
    track,
    stop() {
      clearInterval(timer);
      track.stop();
    },
  };
}

/** The person sways, leans and comes nearer, as people do before a camera. */
export async function openClip(): Promise<Moving> {
  const picture = await createImageBitmap(await (await fetch(person)).blob());
  return moving(kClip, (context, seconds) => {
    const near = 1.1 + 0.05 * Math.sin((2 * Math.PI * seconds) / 9);
    const scale = (near * kClip.width) / picture.width;
    context.setTransform(scale, 0, 0, scale, kClip.width / 2, kClip.height);
    context.rotate(0.015 * Math.sin((2 * Math.PI * seconds) / 7));
    context.translate(9 * Math.sin((2 * Math.PI * seconds) / 4) - picture.width * 0.5, 3 * Math.sin((2 * Math.PI * seconds) / 2) - picture.height * 0.6);
    context.drawImage(picture, 0, 0);
  });
}

/** An evening sky whose light wanders: the film behind the person. */
export function openSky(): Moving {
  return moving(kSky, (context, seconds) => {
    const { width, height } = kSky;
    const sky = context.createLinearGradient(0, 0, 0, height);
    for (const [at, color] of [[0, '#1d2b53'], [0.55, '#b5536b'], [0.75, '#f2a65a'], [1, '#3b2a35']] as const) sky.addColorStop(at, color);
    context.fillStyle = sky;
    context.fillRect(0, 0, width, height);
    for (let cloud = 0; cloud < 7; cloud++) {
      const x = ((cloud * 0.37 + seconds * (0.02 + 0.006 * cloud)) % 1.4) * width - 0.2 * width;
      const y = (0.12 + 0.07 * cloud) * height;
      const glow = context.createRadialGradient(x, y, 0, x, y, 0.2 * width);
      glow.addColorStop(0, 'rgb(255 214 170 / 45%)');
      glow.addColorStop(1, 'rgb(255 214 170 / 0%)');
      context.fillStyle = glow;
      context.setTransform(1, 0, 0, 0.25, 0, y * 0.75);
      context.fillRect(x - 0.2 * width, y - 0.2 * width, 0.4 * width, 0.4 * width);
      context.setTransform(1, 0, 0, 1, 0, 0);
    }
  });
}
