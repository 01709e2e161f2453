// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { discard, park, take } from './parked.js';

/** Gives `value(n)` for the nth frame asked for; stands in for a camera's frames, which the tests in Chromium transfer for real. */
function counting(value: (n: number) => unknown): { stream: ReadableStream<VideoFrame>; cancelled: () => boolean } {
  let next = 0;
  let cancelled = false;
  const stream = new ReadableStream<unknown>({
    pull: (controller) => controller.enqueue(value(next++)),
    cancel: () => { cancelled = true; },
  }, { highWaterMark: 0 });
  return { stream: stream as unknown as ReadableStream<VideoFrame>, cancelled: () => cancelled };
}

test('a parked stream comes out of its port with every frame, and not before it has settled', async () => {
  const begun = performance.now();
  const { port, settled } = park(counting((n) => n).stream);
  await settled;
  expect(performance.now() - begun).toBeGreaterThan(90);
  const reader = (await take(port)).getReader();
  for (const expected of [0, 1, 2]) expect((await reader.read()).value).toBe(expected);
  await reader.cancel();
});

test('a stream that nobody wants is ended', async () => {
  const { stream, cancelled } = counting(() => null);
  await discard(park(stream));
  for (let tries = 0; !cancelled() && tries < 200; tries++) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(cancelled()).toBe(true);
});
