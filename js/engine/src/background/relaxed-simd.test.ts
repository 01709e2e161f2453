// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { gainOf, prefersRelaxed, probe } from './relaxed-simd.js';

test('the probe is a module wherever there is relaxed SIMD, and its answer is one', () => {
  // Byte 0x85 0x02 after 0xfd is the fused multiply-add; the usual multiplication and addition in its place are of every engine.
  const bytes = probe();
  expect(bytes.slice(0, 4)).toEqual(new Uint8Array([0, 0x61, 0x73, 0x6d]));
  if (!WebAssembly.validate(bytes)) return expect(prefersRelaxed()).toBe(false);
  const { plain, relaxed } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as Record<string, (steps: number) => void>;
  plain!(3);
  relaxed!(3);
  expect(typeof prefersRelaxed()).toBe('boolean');
});

test('a gain is taken from the later rounds, and never from nothing', () => {
  expect(gainOf([[9, 1], [9, 1], [3, 2], [3, 2]])).toBe(1.5);
  expect(gainOf([[0, 0], [0, 0]])).toBe(0);
  expect(gainOf([])).toBe(0);
});
