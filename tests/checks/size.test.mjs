// SPDX-License-Identifier: Apache-2.0
// Every budget in size-budget.json holds; prints each size beside its limit.

import { expect, test } from 'vitest';
import { measureSizes } from '../../scripts/lib/sizes.mjs';

test('everything shipped is within its budget', () => {
  const sizes = measureSizes();
  console.log(sizes.map(({ name, gzip, recorded, limit }) => `${name.padEnd(44)} ${String(recorded).padStart(7)} -> ${String(gzip).padStart(7)} of ${limit}`).join('\n'));
  expect(sizes.length).toBeGreaterThan(3);
  expect(sizes.filter(({ gzip, limit }) => gzip > limit)).toEqual([]);
});
