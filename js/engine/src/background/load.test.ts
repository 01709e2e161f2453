// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { kMostLevel, LoadController } from './load.js';

/** A machine on which rendering costs `renderMs` and a segmentation `segmentationMs`. */
function seconds(load: LoadController, count: number, renderMs: number, segmentationMs: number): number[] {
  return Array.from({ length: count }, () => {
    load.second({ frameMs: renderMs + segmentationMs / (load.level + 1), segmentationMs });
    return load.level;
  });
}

describe('LoadController', () => {
  test('stays at full quality where there is time', () => {
    const load = new LoadController(30);
    expect(seconds(load, 20, 6, 6)).toEqual(Array(20).fill(0));
    expect([0, 1, 2, 3].map((i) => load.segments(i))).toEqual([true, true, true, true]);
  });

  test('segments every second, then every third frame when frames are too slow', () => {
    const load = new LoadController(30);
    expect(seconds(load, 3, 8, 26)).toEqual([1, 1, 1]);
    expect([0, 1, 2, 3].map((i) => load.segments(i))).toEqual([true, false, true, false]);
    expect(seconds(load, 3, 30, 60).at(-1)).toBe(kMostLevel);
    expect([0, 1, 2, 3].map((i) => load.segments(i))).toEqual([true, false, false, true]);
  });

  test('comes back when there is time again, a level at a time, not at once', () => {
    const load = new LoadController(30);
    seconds(load, 3, 30, 60);
    const levels = seconds(load, 12, 3, 5);
    expect(levels.slice(0, 3)).toEqual([2, 2, 2]);
    expect(levels).toContain(1);
    expect(levels.at(-1)).toBe(0);
  });

  test('does not swing on a machine between two levels', () => {
    const load = new LoadController(30);
    const changes = seconds(load, 120, 8, 26).filter((level, i, all) => i > 0 && level !== all[i - 1]).length;
    expect(changes).toBeLessThanOrEqual(1);
  });

  test('waits longer after each descent that was a mistake', () => {
    const load = new LoadController(30);
    const rises: number[] = [];
    let last = 0;
    for (let second = 0; second < 400; second++) {
      // Looks cheap at level 1, is dear at level 0.
      load.second(load.level === 0 ? { frameMs: 30, segmentationMs: 6 } : { frameMs: 8, segmentationMs: 6 });
      if (load.level > last) rises.push(second);
      last = load.level;
    }
    const gaps = rises.slice(1).map((at, i) => at - rises[i]!);
    expect(gaps.at(-1)!).toBeGreaterThan(30);
    expect([...gaps].sort((a, b) => a - b)).toEqual(gaps);
  });
});
