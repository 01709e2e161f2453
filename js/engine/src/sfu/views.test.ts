// SPDX-License-Identifier: Apache-2.0
// How large a picture a tile asks for, by the way in which the picture fills it.

import { expect, test } from 'vitest';
import { pictureIn } from './views.js';

const wide = 16 / 9;
const rounded = ({ width, height }: { width: number; height: number }): [number, number] => [Math.round(width), Math.round(height)];

test('a picture of the tile’s own shape may be enlarged a little', () => {
  expect(rounded(pictureIn({ width: 920, height: 517.5 }, wide, 'camera'))).toEqual([800, 450]);
});

test('a camera fills its tile and is cut, a screen is shown whole', () => {
  const square = { width: 460, height: 460 };
  expect(rounded(pictureIn(square, wide, 'camera'))[1]).toBe(400);
  expect(rounded(pictureIn(square, wide, 'screen'))[0]).toBe(400);
  const banner = { width: 1150, height: 460 };
  expect(rounded(pictureIn(banner, wide, 'camera'))[0]).toBe(1000);
  expect(rounded(pictureIn(banner, wide, 'screen'))[1]).toBe(400);
});

test('a sliver does not ask for the largest picture there is', () => {
  const { width, height } = pictureIn({ width: 40, height: 1080 }, wide, 'camera');
  expect(width * height).toBeLessThan(2 * 40 * 1080);
});
