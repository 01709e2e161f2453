// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { Ladder, rungs } from './ladder.js';

/** A machine on which rendering costs `renderMs` and a segmentation at full size `fullMs`. */
function seconds(ladder: Ladder, count: number, renderMs: number, fullMs: number): number[] {
  return Array.from({ length: count }, () => {
    const { every, cost } = ladder.rung;
    ladder.second({ frameMs: renderMs + (fullMs * cost) / every, segmentationMs: fullMs * cost });
    return ladder.level;
  });
}

const which = (ladder: Ladder, count: number): boolean[] => Array.from({ length: count }, (_, i) => ladder.segments(i));

describe('Ladder', () => {
  test('every rung is cheaper than the one before', () => {
    const costs = rungs.map(({ every, cost }) => cost / every);
    expect([...costs].sort((a, b) => b - a)).toEqual(costs);
    expect(new Set(costs).size).toBe(costs.length);
  });

  test('stays at full quality where there is time', () => {
    const ladder = new Ladder(30);
    expect(seconds(ladder, 20, 6, 6)).toEqual(Array(20).fill(0));
    expect(which(ladder, 4)).toEqual([true, true, true, true]);
    expect(ladder.rung.detail).toBe(0);
  });

  test('first segments fewer frames, then smaller pictures, as far as is needed', () => {
    const ladder = new Ladder(30);
    expect(seconds(ladder, 3, 8, 26)).toEqual([1, 1, 1]);
    expect(which(ladder, 4)).toEqual([true, false, true, false]);
    expect(ladder.rung.detail).toBe(0);
    expect(seconds(ladder, 3, 8, 45)).toEqual([2, 2, 2]);
    expect(which(ladder, 4)).toEqual([true, false, true, false]);
    expect(ladder.rung.detail).toBe(1);
    expect(seconds(ladder, 3, 30, 60)).toEqual([3, 3, 3]);
    expect(which(ladder, 4)).toEqual([true, false, false, true]);
    expect(ladder.rung.detail).toBe(2);
  });

  test('tells when the level changes, and only then', () => {
    const ladder = new Ladder(30);
    const slow = { frameMs: 33, segmentationMs: 10 };
    const told = Array.from({ length: 6 }, () => ladder.second(slow));
    expect(told).toEqual([true, true, true, false, false, false]);
    const levels: number[] = [];
    for (let i = 0; i < 40; i++) if (ladder.second({ frameMs: 3, segmentationMs: 2 })) levels.push(ladder.level);
    expect(levels).toEqual([2, 1, 0]);
  });

  test('comes back when there is time again, a level at a time, not at once', () => {
    const ladder = new Ladder(30);
    seconds(ladder, 3, 30, 60);
    const levels = seconds(ladder, 20, 3, 5);
    expect(levels.slice(0, 3)).toEqual([3, 3, 3]);
    expect([...new Set(levels)]).toEqual([3, 2, 1, 0]);
  });

  test('does not swing on a machine between two levels', () => {
    for (const [renderMs, fullMs] of [[8, 26], [8, 45], [20, 13], [24, 4]] as const) {
      const ladder = new Ladder(30);
      const changes = seconds(ladder, 120, renderMs, fullMs).filter((level, i, all) => i > 0 && level !== all[i - 1]).length;
      expect(changes, `${renderMs} ms and ${fullMs} ms`).toBeLessThanOrEqual(1);
    }
  });

  test('waits longer after each descent that was a mistake', () => {
    const ladder = new Ladder(30);
    const rises: number[] = [];
    let last = 0;
    for (let second = 0; second < 400; second++) {
      // Looks cheap at level 1, is dear at level 0.
      ladder.second(ladder.level === 0 ? { frameMs: 30, segmentationMs: 6 } : { frameMs: 8, segmentationMs: 6 });
      if (ladder.level > last) rises.push(second);
      last = ladder.level;
    }
    const gaps = rises.slice(1).map((at, i) => at - rises[i]!);
    expect(gaps.at(-1)!).toBeGreaterThan(30);
    expect([...gaps].sort((a, b) => a - b)).toEqual(gaps);
  });
});
