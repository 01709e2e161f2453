// SPDX-License-Identifier: Apache-2.0
// Sound's time follows the arrivals that were not delayed, and a crystal that runs fast.

import { expect, test } from 'vitest';
import { CaptureClock } from './capture-clock.js';

test('late blocks do not move the time, drift does', () => {
  const clock = new CaptureClock();
  const block = 480;
  for (let n = 0; n < 6000; n++) {
    // 100 ppm fast; every block up to 30 ms late, but for one in ten.
    const captured = 1000 + (n * 10) / 1.0001;
    const late = n % 10 === 0 ? 0 : (n * 7) % 30;
    const time = clock.timeOf(captured + 10 + late, n * block, block);
    expect(Math.abs(time - captured)).toBeLessThan(n < 10 ? 31 : 2);
  }
});
