// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { EncodeBudget, kMixSizes } from './encode-budget.js';

test('starts large where there are cores for it', () => {
  expect(new EncodeBudget(8).size).toEqual([1280, 720]);
  expect(new EncodeBudget(2).size).toEqual([640, 360]);
  expect(new EncodeBudget(8).frameRate).toBe(25);
  expect(new EncodeBudget(2).frameRate).toBe(15);
});

test('becomes smaller after three measurements over the limit, and not for one peak', () => {
  const budget = new EncodeBudget(8);
  expect(budget.limit).toBe(4);
  for (const cores of [5, 5, 1, 5, 5]) expect(budget.measure(cores, 6)).toBe('keep');
  expect(budget.measure(5, 6)).toBe('smaller');
  expect(budget.size).toEqual(kMixSizes[1]);
});

test('says that it is too much when even the smallest costs too much', () => {
  const budget = new EncodeBudget(8);
  const verdicts = Array.from({ length: 12 }, () => budget.measure(9, 20)).filter((verdict) => verdict !== 'keep');
  expect(verdicts).toEqual(['smaller', 'smaller', 'smaller', 'overloaded']);
  expect(budget.size).toEqual(kMixSizes.at(-1));
});

test('becomes larger again when somebody has left and there is room, a step at a time, and never back and forth', () => {
  const budget = new EncodeBudget(8);
  for (let i = 0; i < 6; i++) budget.measure(5, 6);
  expect(budget.size).toEqual(kMixSizes[2]);
  expect(budget.measure(1, 6)).toBe('keep');
  expect(budget.measure(2, 5)).toBe('keep');
  expect(budget.measure(1, 5)).toBe('larger');
  expect(budget.measure(1, 5)).toBe('keep');
  expect(budget.size).toEqual(kMixSizes[1]);
});
