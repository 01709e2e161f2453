// SPDX-License-Identifier: Apache-2.0
// Where the person stands in the tests' camera picture: an outline drawn by hand on the photograph, independent of any model.
import { kCamera } from './media-files.js';

/** The person's outline in the camera's picture at rest, in pixels of 640x360, clockwise from the left shoulder. */
const outline: readonly (readonly [number, number])[] = [
  [40, 360], [75, 318], [120, 285], [126, 240], [150, 208], [185, 192], [216, 186], [214, 160], [196, 138], [180, 110], [182, 75], [205, 48],
  [232, 22], [262, 8], [292, 5], [325, 17], [350, 34], [376, 75], [382, 100], [376, 130], [345, 168], [330, 205], [352, 225], [374, 262],
  [387, 300], [389, 315], [425, 335], [443, 360],
];

/** How far an edge may move: the camera sways, masks are soft, codecs blur. In pixels of the camera's picture. */
const kMargin = kCamera.sway + 20;

function inside(x: number, y: number): boolean {
  let odd = false;
  for (let i = 0, j = outline.length - 1; i < outline.length; j = i++) {
    const [ax, ay] = outline[i]!;
    const [bx, by] = outline[j]!;
    if ((ay > y) !== (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax) odd = !odd;
  }
  return odd;
}

function distance(x: number, y: number): number {
  let nearest = Infinity;
  for (let i = 0, j = outline.length - 1; i < outline.length; j = i++) {
    const [ax, ay] = outline[j]!;
    const [bx, by] = outline[i]!;
    if (ay === 360 && by === 360) continue; // the picture's lower edge is no edge of the person
    const t = Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)));
    nearest = Math.min(nearest, Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay)));
  }
  return nearest;
}

/** For each pixel of a picture of `width` x `height`: 1 surely the person, 0 surely the background, -1 too near the edge to say. */
export function referenceMask(width: number, height: number): Int8Array {
  const mask = new Int8Array(width * height);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const x = (column + 0.5) * kCamera.width / width;
      const y = (row + 0.5) * kCamera.height / height;
      mask[row * width + column] = distance(x, y) < kMargin ? -1 : inside(x, y) ? 1 : 0;
    }
  }
  return mask;
}
