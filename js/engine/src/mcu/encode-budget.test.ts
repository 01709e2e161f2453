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
  const verdicts = Array.from({ length: 3 * 3 + 15 }, () => budget.measure(9, 20)).filter((verdict) => verdict !== 'keep');
  expect(verdicts).toEqual(['smaller', 'smaller', 'smaller', 'overloaded']);
  expect(budget.size).toEqual(kMixSizes.at(-1));
});

test('never becomes larger than it began with, and a dedicated machine is used whole', () => {
  const budget = new EncodeBudget(2, true);
  expect(budget.limit).toBe(2);
  for (let people = 0; people < 5; people++) expect(budget.measure(0.01, people)).toBe('keep');
  expect(budget.size).toEqual([640, 360]);
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

test('says for how many it can be once the picture is as small as it gets, by what each takes, peaks aside', () => {
  const budget = new EncodeBudget(4);
  for (let i = 0; i < 20; i++) expect(budget.most(0.5, 0.1)).toBeUndefined();
  while (budget.size !== kMixSizes.at(-1)) budget.measure(5, 8);
  const said = [0.2, 0.2, 9, 0.2, 0.2, 0.2, 0.2, 0.2, 9, 0.2].map((each) => budget.most(each, 0.4));
  expect(said).toEqual([...Array(7).fill(undefined), 8, 8, 8]);
  // Never none: who mixes for nobody is no mixer.
  for (let i = 0; i < 8; i++) budget.most(5, 3);
  expect(budget.most(5, 3)).toBe(1);
  // Nobody there to measure by.
  expect(budget.most(0, 0.4)).toBeUndefined();
});
