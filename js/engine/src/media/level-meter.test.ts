// SPDX-License-Identifier: Apache-2.0
// The meter's scale.

import { expect, test } from 'vitest';
import { meterLevel } from './level-meter.js';

const tone = (amplitude: number) => Float32Array.from({ length: 1024 }, (_, i) => amplitude * Math.sin(i / 5));

test('silence is 0, full scale is 1, and louder is more', () => {
  expect(meterLevel(new Float32Array(1024))).toBe(0);
  expect(meterLevel(tone(1))).toBe(1);
  const levels = [0.005, 0.02, 0.1, 0.3].map((amplitude) => meterLevel(tone(amplitude)));
  expect(levels).toEqual([...levels].sort((a, b) => a - b));
  expect(new Set(levels).size).toBe(4);
});
