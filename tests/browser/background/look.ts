// SPDX-License-Identifier: Apache-2.0
// Judges 160x90 pictures of a background's output by the reference mask: the person, the rest, and single colours.
import { referenceMask } from '../lib/reference-mask.js';

const mask = referenceMask(160, 90);

export const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

/** The colour that the tests put behind the person, and how callers write it. */
export const green = [0, 160, 60] as const;
export const kGreen = { kind: 'color', color: '#00a03c' } as const;

/** Mean absolute difference from `expected` over one part of the picture: 1 the person, 0 the background. */
export function partDifference(part: 0 | 1, seen: Uint8Array, expected: Uint8Array | readonly [number, number, number]): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] !== part) continue;
    for (let c = 0; c < 3; c++) sum += Math.abs(seen[4 * i + c]! - (expected.length === 3 ? expected[c]! : expected[4 * i + c]!));
    count += 3;
  }
  return sum / count;
}

/** Neighbouring pixels' mean difference in the background. */
export function detail(seen: Uint8Array): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i + 1 < mask.length; i++) {
    if (mask[i] !== 0 || mask[i + 1] !== 0) continue;
    sum += Math.abs(seen[4 * i + 1]! - seen[4 * i + 5]!);
    count++;
  }
  return sum / count;
}

/** The background is green: nothing of the room shows. */
export const isGreen = (seen: Uint8Array): boolean => partDifference(0, seen, green) < 12;

/** Share of all pixels that are green. */
export function greenShare(seen: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < seen.length; i += 4) if (green.every((value, c) => Math.abs(seen[i + c]! - value) < 24)) count++;
  return count / (seen.length / 4);
}
