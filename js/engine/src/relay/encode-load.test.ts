// SPDX-License-Identifier: Apache-2.0
// When encoding counts as too much for a machine, and when it does not.

import { expect, test } from 'vitest';
import { EncodeLoad } from './encode-load.js';

/** Pictures at 30 a second; every `nth` of them finds the encoder busy, none with 0. */
function run(load: EncodeLoad, from: number, seconds: number, nth: number): number {
  for (let n = 0; n < seconds * 30; n++) load.came(from + (n * 1000) / 30, nth > 0 && n % nth === 0);
  return from + seconds * 1000;
}

test('a machine that leaves out every second picture for long has too much to do, and that stays so', () => {
  const load = new EncodeLoad();
  let now = run(load, 5_000, 5, 2);
  expect(load.tooMuch).toBe(false);
  now = run(load, now, 3, 2);
  expect(load.tooMuch).toBe(true);
  run(load, now, 10, 0);
  expect(load.tooMuch).toBe(true);
});

test('moments of trouble and single pictures are nothing', () => {
  const load = new EncodeLoad();
  let now = 0;
  for (let round = 0; round < 5; round++) now = run(load, run(load, now, 4, 2), 3, 0);
  run(load, now, 30, 5);
  expect(load.tooMuch).toBe(false);
});

test('a source that hardly sends pictures tells nothing', () => {
  const load = new EncodeLoad();
  for (let second = 0; second < 60; second++) load.came(second * 1000, true);
  expect(load.tooMuch).toBe(false);
});
