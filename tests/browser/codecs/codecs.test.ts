// SPDX-License-Identifier: Apache-2.0
// tessera-rtc/codecs in Chromium and Firefox, against the browser's own WebCodecs both ways.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../lib/chromium.js';
import { launchFirefox } from '../lib/firefox.js';
import { Resources } from '../lib/resources.js';
import { damage, exchange, overload, sound } from './in-page.js';
import { serveEngine } from './site.js';

interface AnyPage {
  evaluate<A, R>(work: (argument: A) => Promise<R>, argument: A): Promise<R>;
}

const kBrowsers: Record<string, (origin: string, resources: Resources) => Promise<AnyPage>> = {
  Chromium: async (origin, resources) => {
    const browser = resources.add(await launchChromium({ camera: 'none' }), 'Chromium', (value) => value.close());
    const page = await browser.newPage();
    await page.goto(origin);
    return page as unknown as AnyPage;
  },
  Firefox: async (origin, resources) => {
    const { browser, resources: own } = await launchFirefox();
    resources.add(own, 'Firefox', (value) => value.close());
    const page = await browser.newPage();
    await page.goto(origin);
    return page as unknown as AnyPage;
  },
};

describe.each(Object.keys(kBrowsers))('%s', (name) => {
  const resources = new Resources();
  let page: AnyPage;
  beforeAll(async () => {
    page = await kBrowsers[name]!(await serveEngine(resources), resources);
  });
  afterAll(() => resources.close());

  // Firefox's decoder shows the layers of a superframe one by one, so that there is nothing to compare.
  const layered = name === 'Chromium' ? ([['vp09.00.10.08', 'ours', 'L3T3'], ['vp09.00.10.08', 'ours', 'L2T2_KEY']] as const) : [];
  test.each([
    ['vp8', 'ours', undefined],
    ['vp09.00.10.08', 'ours', undefined],
    ['vp8', 'ours', 'L1T3'],
    ...layered,
    ['vp8', 'browser', undefined],
    ['vp09.00.10.08', 'browser', undefined],
  ] as const)('%s from %s encoder, mode %s: both decoders give the same pictures', async (codec, encoder, mode) => {
    const result = await page.evaluate(exchange, { codec, encoder, count: 12, ...(mode ? { mode } : {}) });
    expect(result.frames).toBe(12);
    if (result.format === 'I420') expect(result.equal).toBe(12);
    else expect(result.difference, String(result.format)).toBeLessThan(5);
    if (name === 'Chromium') expect(result.format).toBe('I420');
    expect(result.keys).toBeGreaterThanOrEqual(2);
    if (encoder === 'ours') expect(result.layers).toBe(mode?.startsWith('L3') ? 3 : mode?.startsWith('L2') ? 2 : 1);
  });

  test('late frames are dropped and counted', async () => {
    const result = await page.evaluate(overload, undefined as never);
    expect(result.out + result.dropped).toBe(result.given);
    expect(result.dropped).toBeGreaterThan(0);
    expect(result.most).toBeLessThanOrEqual(5);
    expect(result.dequeues).toBeGreaterThan(0);
    expect(result.firstIsKey).toBe(true);
  });

  test('a damaged chunk closes the decoder, or is overcome at the next keyframe', async () => {
    expect(await page.evaluate(damage, 'close' as const)).toEqual({ state: 'closed', errors: ['EncodingError'], pictures: [0, 1, 2] });
    expect(await page.evaluate(damage, 'skip' as const)).toEqual({ state: 'configured', errors: ['EncodingError'], pictures: [0, 1, 2, 6, 7, 8, 9] });
  });

  test.each(['wasm', 'native'] as const)('Opus with prefer: %s', async (prefer) => {
    const result = await page.evaluate(sound, { prefer, bitrate: 64_000 });
    expect(result.packets).toBeGreaterThanOrEqual(50);
    expect(result.bytes).toBeGreaterThan(4000);
    expect(result.bytes).toBeLessThan(16_000);
    if (prefer === 'wasm') expect(result.head).toBe('OpusHead');
    expect(result.frames).toBe(result.packets * 960);
    expect(result.energyOut / result.energyIn).toBeGreaterThan(0.8);
    expect(result.energyOut / result.energyIn).toBeLessThan(1.2);
    expect(result.concealed).toBe(960);
  });
});
