// SPDX-License-Identifier: Apache-2.0
// Data goes out at once when there is little, and never faster than the server takes it.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DataOutbox } from './data-outbox.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('a short message to some leaves at once, a long one to many stays within the rate, in order', () => {
  const sent: string[] = [];
  const outbox = new DataOutbox((to) => sent.push(to));
  outbox.push('chat', 'hello', ['a', 'b', 'c']);
  expect(sent).toEqual(['a', 'b', 'c']);
  const everybody = Array.from({ length: 30 }, (_, index) => `p${index}`);
  outbox.push('file', 'x'.repeat(60_000), everybody);
  vi.advanceTimersByTime(1000);
  expect(sent.length).toBeGreaterThan(30);
  expect(sent.length).toBeLessThan(80);
  vi.advanceTimersByTime(10_000);
  expect(sent.slice(3, 33)).toEqual(everybody);
  expect(sent).toHaveLength(3 + 30 * 7);
  outbox.push('file', 'x'.repeat(60_000), everybody);
  outbox.close();
  const before = sent.length;
  vi.advanceTimersByTime(10_000);
  expect(sent).toHaveLength(before);
});
