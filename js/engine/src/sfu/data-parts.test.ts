// SPDX-License-Identifier: Apache-2.0
// Messages over signalling: cut, put together, and nothing kept of what makes no sense.

import { expect, test } from 'vitest';
import { DataParts, partsOf } from './data-parts.js';

const through = (topic: string, data: string | Uint8Array) => {
  const parts = new DataParts();
  const whole = partsOf(topic, data).map((part) => parts.add('a', JSON.parse(JSON.stringify(part))));
  expect(whole.slice(0, -1).every((it) => it === undefined)).toBe(true);
  return whole.at(-1);
};

test('texts and bytes of every size arrive whole', () => {
  expect(through('chat', '')).toEqual({ topic: 'chat', data: '' });
  expect(through('chat', 'grüß dich 👋')).toEqual({ topic: 'chat', data: 'grüß dich 👋' });
  expect(through('chat', 'x'.repeat(65536))).toEqual({ topic: 'chat', data: 'x'.repeat(65536) });
  const bytes = Uint8Array.from({ length: 65536 }, (_, i) => i * 7);
  expect(through('file', bytes)).toEqual({ topic: 'file', data: bytes });
});

test('every part fits a message of signalling, whatever is in it', () => {
  for (const part of partsOf('t'.repeat(256), '\u0001'.repeat(65536))) expect(JSON.stringify(part).length).toBeLessThan(60_000);
});

test('senders are kept apart, nonsense and floods are dropped', () => {
  const parts = new DataParts();
  expect(parts.add('a', { topic: 't', text: 'one ', more: true })).toBeUndefined();
  expect(parts.add('b', { topic: 't', text: 'other' })).toEqual({ topic: 't', data: 'other' });
  expect(parts.add('a', { topic: 't', text: 'two' })).toEqual({ topic: 't', data: 'one two' });
  expect(parts.add('a', { topic: 't', bytes: '%%%' })).toBeUndefined();
  expect(parts.add('a', { topic: 7, text: 'x' } as never)).toBeUndefined();
  for (let i = 0; i < 100; i++) parts.add('a', { topic: 't', text: 'x'.repeat(9000), more: true });
  expect(parts.add('a', { topic: 't', text: 'end' })?.data.length ?? 0).toBeLessThan(100_000);
});
