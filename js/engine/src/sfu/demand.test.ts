// SPDX-License-Identifier: Apache-2.0
// Demand: on at once, off after a pause, everything for whoever has said nothing.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Demand } from './demand.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function setUp(...ids: string[]) {
  const applied: number[] = [];
  const demand = new Demand((layers) => applied.push(layers));
  demand.setReceivers(new Set(ids));
  return { applied, demand };
}

test('a layer that nobody takes goes off within a second, one that is taken comes on at once', () => {
  const { applied, demand } = setUp('a', 'b');
  demand.take('a', 0);
  demand.take('b', 1);
  expect(applied).toEqual([]);
  vi.advanceTimersByTime(999);
  expect(applied).toEqual([0b011]);
  demand.take('a', 2);
  expect(applied.at(-1)).toBe(0b111);
  vi.advanceTimersByTime(999);
  expect(applied.at(-1)).toBe(0b110);
});

test('for a receiver whose link is congested a layer goes off at once, unless somebody else takes it', () => {
  const { applied, demand } = setUp('a', 'b');
  demand.take('b', 1);
  demand.take('a', 0, true);
  expect(applied).toEqual([0b011]);
  demand.take('b', 0, true);
  expect(applied.at(-1)).toBe(0b001);
  demand.take('b', 2, true);
  expect(applied.at(-1)).toBe(0b101);
  demand.close();
});

test('a tile that goes to and fro makes nothing start and stop', () => {
  const { applied, demand } = setUp('a');
  demand.take('a', 2);
  vi.advanceTimersByTime(999);
  for (let i = 0; i < 20; i++) {
    demand.take('a', 1);
    vi.advanceTimersByTime(100);
    demand.take('a', 2);
    vi.advanceTimersByTime(100);
  }
  expect(applied).toEqual([0b100, 0b110]);
});

test('who says nothing takes everything, who leaves takes nothing', () => {
  const { applied, demand } = setUp('a', 'b');
  demand.take('a', 0);
  vi.advanceTimersByTime(2000);
  expect(applied).toEqual([]);
  demand.setReceivers(new Set(['a']));
  vi.advanceTimersByTime(2000);
  expect(applied).toEqual([0b001]);
  demand.take('a', -1);
  vi.advanceTimersByTime(2000);
  expect(applied.at(-1)).toBe(0);
  demand.setReceivers(new Set(['a', 'c']));
  expect(applied.at(-1)).toBe(0b111);
  demand.close();
});
