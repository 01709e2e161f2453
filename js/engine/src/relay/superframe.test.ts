// SPDX-License-Identifier: Apache-2.0
// Superframes as VP9's Annex B describes them.

import { expect, test } from 'vitest';
import { joinSuperframe } from './superframe.js';

test('one frame stays as it is', () => {
  const frame = new Uint8Array([1, 2, 3]);
  expect(joinSuperframe([frame])).toBe(frame);
});

test('two frames get an index with as many bytes a size as the larger needs, least significant first', () => {
  const [small, large] = [new Uint8Array(3).fill(7), new Uint8Array(300).fill(9)];
  const joined = joinSuperframe([small, large]);
  expect([...joined.subarray(0, 4)]).toEqual([7, 7, 7, 9]);
  expect([...joined.subarray(303)]).toEqual([0b110_01_001, 3, 0, 44, 1, 0b110_01_001]);
  expect([...joinSuperframe([small, small]).subarray(6)]).toEqual([0b110_00_001, 3, 3, 0b110_00_001]);
});
