// SPDX-License-Identifier: Apache-2.0
// What all contenders look at: a photograph of a person, swaying and slowly nearing, at the sizes that are measured.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export const frameCount = 12;
/** Name -> width and height; 'small' is the model's own size. */
export const sizes = { small: [256, 144], hd: [1280, 720], fullHd: [1920, 1080] };

/** @throws when scripts/setup has not been run */
export function photograph() {
  const path = join(process.env.TESSERA_FIXTURES ?? '', 'astronaut.png');
  if (!process.env.TESSERA_FIXTURES || !existsSync(path)) throw new Error('The photograph astronaut.png is missing: run scripts/setup');
  return path;
}

/** I420 frames, one after the other. */
export function film([width, height]) {
  const side = Math.round(width * 1.1);
  const filter = `scale=${side}:${side},crop=${width}:${height}:'0.05*${width}*(1+0.7*sin(2*PI*n/${frameCount}))':'0.02*${height}*(1+cos(2*PI*n/${frameCount}))',format=yuv420p`;
  return execFileSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-loop', '1', '-framerate', '30', '-i', photograph(), '-vf', filter, '-frames:v', String(frameCount), '-f', 'rawvideo', '-'], { maxBuffer: 128 << 20 });
}
