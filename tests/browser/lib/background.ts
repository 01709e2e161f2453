// SPDX-License-Identifier: Apache-2.0
// Judges a background by the far side's picture: inside the reference mask the person must be kept, outside the room must be gone.
import { expect } from 'vitest';
import type { Person } from './app.js';
import { kCamera } from './media-files.js';
import { type Picture, remotePicture } from './probes.js';
import { referenceMask } from './reference-mask.js';
import { sleep, until } from './resources.js';

const kWidth = 160;
const kHeight = 90;
const mask = referenceMask(kWidth, kHeight);
const fullMask = referenceMask(kCamera.width, kCamera.height);

/** The colour that the app offers first. */
export const kOfferedColor = [0x2f, 0x5d, 0x62] as const;

/** The mean of what `viewer` sees over one sway of the camera (4 s): the same whenever it is taken. */
export async function restingPicture(viewer: Person): Promise<Picture> {
  const sum = new Float64Array(kWidth * kHeight * 4);
  const count = 8;
  for (let i = 0; i < count; i++) {
    const picture = await until(`a picture at ${viewer.name}'s`, () => remotePicture(viewer.ui, kWidth, kHeight));
    for (let j = 0; j < sum.length; j++) sum[j]! += picture.rgba[j]!;
    await sleep(500);
  }
  return { width: kWidth, height: kHeight, rgba: Uint8Array.from(sum, value => Math.round(value / count)) };
}

/** Mean absolute difference over the pixels of one part (1 the person, 0 the background), 0..255. */
function partDifference(part: 0 | 1, picture: Picture, expected: (pixel: number, channel: number) => number): number {
  let sum = 0;
  let count = 0;
  for (let pixel = 0; pixel < mask.length; pixel++) {
    if (mask[pixel] !== part) continue;
    for (let channel = 0; channel < 3; channel++) sum += Math.abs(picture.rgba[pixel * 4 + channel]! - expected(pixel, channel));
    count += 3;
  }
  return sum / count;
}

/** How much the person changed between two pictures. */
export const personDifference = (a: Picture, b: Picture): number => partDifference(1, a, (pixel, channel) => b.rgba[pixel * 4 + channel]!);

/** How far the background is from what it should be. */
export const backgroundDifference = (picture: Picture, expected: Picture | readonly [number, number, number]): number =>
  partDifference(0, picture, (pixel, channel) => ('rgba' in expected ? expected.rgba[pixel * 4 + channel]! : expected[channel]!));

/** How much fine detail the background of one picture at the camera's own size holds: the mean difference of neighbours, 0..255. */
export async function backgroundDetail(viewer: Person): Promise<number> {
  const { width, height } = kCamera;
  const { rgba } = await until(`a picture at ${viewer.name}'s`, () => remotePicture(viewer.ui, width, height));
  let sum = 0;
  let count = 0;
  for (let pixel = 0; pixel < fullMask.length; pixel++) {
    if (fullMask[pixel] !== 0 || pixel % width === width - 1) continue;
    for (let channel = 0; channel < 3; channel++) sum += Math.abs(rgba[pixel * 4 + channel]! - rgba[(pixel + 1) * 4 + channel]!);
    count += 3;
  }
  return sum / count;
}

/** Waits until the background is `expected`, then compares both parts with the `plain` picture of before. */
export async function expectBackgroundReplaced(viewer: Person, plain: Picture, timeoutMs: number, expected: Picture | readonly [number, number, number] = kOfferedColor): Promise<void> {
  expect(backgroundDifference(plain, expected), 'the room differs from the background to come').toBeGreaterThan(35);
  // A person painted over would be this far off; kept, only swaying and coding remain.
  const paintedOver = partDifference(1, plain, (pixel, channel) => ('rgba' in expected ? expected.rgba[pixel * 4 + channel]! : expected[channel]!));
  expect(paintedOver).toBeGreaterThan(40);
  await until('the background to be replaced', async () => {
    const picture = await remotePicture(viewer.ui, kWidth, kHeight);
    return picture && backgroundDifference(picture, expected) < 25;
  }, timeoutMs, 250);
  await sleep(1_000);
  const picture = await restingPicture(viewer);
  console.log(`background off by ${backgroundDifference(picture, expected).toFixed(1)}, person by ${personDifference(picture, plain).toFixed(1)} of 255 (painted over: ${paintedOver.toFixed(1)})`);
  expect(backgroundDifference(picture, expected)).toBeLessThan(14);
  expect(personDifference(picture, plain)).toBeLessThan(Math.min(24, paintedOver / 2));
}
