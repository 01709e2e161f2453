// SPDX-License-Identifier: Apache-2.0
// Figures at their edges: zero, unknown, and where the unit changes.

import { describe, expect, it } from 'vitest';
import { bitrate, clock, count, duration, milliseconds, percent } from './format.ts';

describe('format', () => {
  it.each([[0, '0 kbit/s'], [400, '400 bit/s'], [850_400, '850 kbit/s'], [999_600, '1.0 Mbit/s'], [1_240_000, '1.2 Mbit/s'], [null, '–'], [NaN, '–']])(
    'bitrate %s', (value, text) => expect(bitrate(value)).toBe(text));
  it.each([[0, '0:00'], [7.9, '0:07'], [760, '12:40'], [3723, '1:02:03'], [-5, '0:00']])('clock %s', (value, text) => expect(clock(value)).toBe(text));
  it.each([[1, '1 second'], [8, '8 seconds'], [60, '1 minute'], [150, '3 minutes'], [3600, '1 hour'], [3900, '1 hour 5 minutes']])(
    'duration %s', (value, text) => expect(duration(value)).toBe(text));
  it.each([[0, '0 %'], [0.004, '0.4 %'], [0.05, '5 %'], [0.123, '12 %'], [1, '100 %'], [undefined, '–']])('percent %s', (value, text) => expect(percent(value)).toBe(text));
  it('counts', () => {
    expect(count(1, 'person', 'people')).toBe('1 person');
    expect(count(0, 'message')).toBe('0 messages');
  });
  it('milliseconds', () => {
    expect(milliseconds(23.6)).toBe('24 ms');
    expect(milliseconds(null)).toBe('–');
  });
});
