// SPDX-License-Identifier: Apache-2.0
// A part of the app whose download fails is fetched once more, no more often.

import { expect, test, vi } from 'vitest';
import { loadTwice } from './lazy.tsx';

test('one failure is made good', async () => {
  const load = vi.fn().mockRejectedValueOnce(new TypeError('network')).mockResolvedValueOnce('code');
  expect(await loadTwice(load, 1)).toBe('code');
  expect(load).toHaveBeenCalledTimes(2);
});

test('a second failure is told', async () => {
  const load = vi.fn().mockRejectedValue(new TypeError('network'));
  await expect(loadTwice(load, 1)).rejects.toThrow('network');
  expect(load).toHaveBeenCalledTimes(2);
});

test('what is there at once is fetched once', async () => {
  const load = vi.fn().mockResolvedValue('code');
  await loadTwice(load, 1);
  expect(load).toHaveBeenCalledOnce();
});
