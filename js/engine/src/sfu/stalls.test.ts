// SPDX-License-Identifier: Apache-2.0
// Which pictures are asked for again, and when.

import { expect, test } from 'vitest';
import { Stalls, type Picture } from './stalls.js';

const picture = (changes: Partial<Picture> = {}): Picture => ({ id: 'ana/camera', taken: '0.1', frameRate: 10, framesDecoded: 5, pixels: 240 * 135, layerPixels: 240 * 135, ...changes });

/** Looks every 100 ms, and gives the times at which it was asked for. */
function asks(stalls: Stalls, of: (now: number) => Picture | null, milliseconds: number): number[] {
  const times: number[] = [];
  for (let now = 0; now <= milliseconds; now += 100) {
    const it = of(now);
    if (stalls.look(now, it ? [it] : []).length > 0) times.push(now);
  }
  return times;
}

test('what moves is not asked for', () => {
  expect(asks(new Stalls(), (now) => picture({ framesDecoded: now / 100 }), 5000)).toEqual([]);
});

test('what does not come is asked for after half a second, then ever later, and not for ever', () => {
  const times = asks(new Stalls(), () => picture(), 60_000);
  expect(times[0]).toBe(500);
  expect(times).toHaveLength(6);
  const gaps = times.map((time, index) => time - (times[index - 1] ?? 0));
  for (let i = 1; i < gaps.length; i++) expect(gaps[i]!).toBeGreaterThanOrEqual(gaps[i - 1]!);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(3100);
});

test('a slow picture has three frames of time', () => {
  expect(asks(new Stalls(), () => picture({ frameRate: 2 }), 2000)[0]).toBe(1500);
});

test('another layer, and a frame, begin anew; what is not taken is not asked for', () => {
  expect(asks(new Stalls(), (now) => picture({ taken: now < 400 ? '2.1' : '0.1' }), 1000)).toEqual([900]);
  expect(asks(new Stalls(), (now) => picture({ framesDecoded: now < 400 ? 5 : 6 }), 1000)).toEqual([900]);
  expect(asks(new Stalls(), (now) => picture({ taken: now === 300 ? null : '0.1' }), 700)).toEqual([]);
  expect(asks(new Stalls(), () => picture({ taken: null }), 5000)).toEqual([]);
});

test('what moves in another layer than the one taken is asked for', () => {
  const stuck = (now: number) => picture({ framesDecoded: now / 100, pixels: 480 * 270, layerPixels: 960 * 540 });
  expect(asks(new Stalls(), stuck, 60_000)).toHaveLength(6);
  expect(asks(new Stalls(), (now) => ({ ...stuck(now), pixels: now < 400 ? 480 * 270 : 940 * 530 }), 5000)).toEqual([]);
});
