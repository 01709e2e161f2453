// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SentDiagnostics } from '../diagnostics/types.js';
import type { VideoMixer } from '../mixer/video-mixer.js';
import { EncodeBudget, kMixSizes } from './encode-budget.js';
import { EncodeMeter } from './encode-meter.js';

/** Encoding of each receiver's picture takes so many cores, at 640 x 360; smaller ones take less, by their pixels. */
function mixing({ cores, each, people, published = 0 }: { cores: number; each: number; people: number; published?: number }) {
  const budget = new EncodeBudget(cores);
  const log: string[] = [];
  const capped: [number, string][] = [];
  let seconds = 0;
  const spent = new Map<string, number>();
  const video = Object.assign(new EventTarget(), { resize: (width: number, height: number) => void log.push(`${width}x${height}`) });
  const scale = (): number => (budget.size[0] * budget.size[1]) / (640 * 360);
  const row = (id: string, cost: number): SentDiagnostics[] => {
    const total = (spent.get(id) ?? 0) + cost * scale() * (performance.now() / 1000 - seconds);
    spent.set(id, total);
    return [{ kind: 'video', totalEncodeTime: total } as SentDiagnostics, { kind: 'audio', totalEncodeTime: 1e9 } as SentDiagnostics];
  };
  const meter = new EncodeMeter(budget, video as unknown as VideoMixer, {
    measure: async () => Array.from({ length: people }, (_, i) => [`person ${i}`, row(`person ${i}`, each)] as const),
    published: async () => {
      const rows = row('', published);
      seconds = performance.now() / 1000;
      return rows;
    },
    people: () => people,
    said: (code, message) => void log.push(`${code}: ${message}`),
    capped: (...it) => void capped.push(it),
    overloaded: ({ message }) => void log.push(`overloaded: ${message}`),
  });
  return { budget, meter, log, capped };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('the picture shrinks until it fits, everybody is told, and the room stays open', async () => {
  const { budget, meter, log, capped } = mixing({ cores: 4, each: 0.5, people: 5 });
  await vi.advanceTimersByTimeAsync(120_000);
  meter.close();
  expect(budget.size).not.toEqual(kMixSizes[0]);
  expect(log.filter((line) => line.startsWith('mix-smaller'))).toHaveLength(kMixSizes.indexOf(budget.size));
  expect(log.at(-1)).toMatch(/^mix-smaller: This device mixes for 5 people, which takes \d+\.\d processor cores of at most 2\.0: everybody gets the picture in \d+ by \d+/);
  expect(log.some((line) => line.startsWith('overloaded'))).toBe(false);
  // 2 cores carry about 7 of 480 x 270 at 0.28 each, if it came to that at all.
  if (budget.size === kMixSizes.at(-1)) expect(capped[0]![0]).toBeGreaterThanOrEqual(5);
});

test('with the smallest picture it says for how many it can be, once in words', async () => {
  const { budget, meter, log, capped } = mixing({ cores: 4, each: 0.8, people: 4 });
  await vi.advanceTimersByTimeAsync(120_000);
  meter.close();
  expect(budget.size).toBe(kMixSizes.at(-1));
  // 0.8 of 640 x 360 are 0.45 of 480 x 270: four of them in two cores.
  expect(capped).toHaveLength(1);
  expect(capped[0]![0]).toBe(4);
  expect(capped[0]![1]).toContain('no more than 4 people');
  expect(log.some((line) => line.startsWith('overloaded'))).toBe(false);
});

test('what is published to a media server counts, and is nobody who receives', async () => {
  const { meter, capped } = mixing({ cores: 4, each: 0.8, people: 3, published: 1.2 });
  await vi.advanceTimersByTimeAsync(120_000);
  meter.close();
  // 0.675 of the two cores go to the publication.
  expect(capped.map(([most]) => most)).toEqual([2]);
});

test('what cannot be carried even so is said', async () => {
  const { meter, log } = mixing({ cores: 4, each: 3, people: 4 });
  await vi.advanceTimersByTimeAsync(240_000);
  meter.close();
  expect(log.find((line) => line.startsWith('overloaded'))).toContain('use a media server');
});
