// SPDX-License-Identifier: Apache-2.0
// tessera-rtc/codecs in Chromium and Firefox, against the browser's own WebCodecs both ways.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../lib/chromium.js';
import { launchFirefox } from '../lib/firefox.js';
import { Resources } from '../lib/resources.js';
import { audioConformance } from './conformance-audio.js';
import { videoConformance } from './conformance-video.js';
import { damage, exchange, layersAndRates, overload, redundancy, sound, whose } from './in-page.js';
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
  const fetched: string[] = [];
  let page: AnyPage;
  beforeAll(async () => {
    page = await kBrowsers[name]!(await serveEngine(resources, fetched), resources);
  });
  afterAll(() => resources.close());

  const modules = () => [...new Set(fetched.filter((path) => path.endsWith('.wasm')).map((path) => path.split('/').at(-1)))].sort();

  test('modules are fetched when they are first needed, each by itself', async () => {
    expect(modules()).toEqual([]);
    expect(fetched.filter((path) => path.endsWith('codecs-worker.js'))).toEqual([]);
    const result = await page.evaluate(layersAndRates, undefined as never);
    expect(modules()).toEqual(['vp9_encoder.wasm', 'vpx_decoder.wasm']);
    // Three layers in, as many as asked for out.
    expect(result.layers).toBe(3);
    expect(result.widths).toEqual({ all: 512, lowest: 128 });
    // Keyframes alone, of twelve pictures two.
    expect(result.keyFrames).toEqual([0, 8000]);
    // A new rate is no new keyframe, and is followed.
    expect(result.keys).toBe(2);
    expect(result.bytesBefore).toBeGreaterThan(1.7 * result.bytesAfter);
  });

  test.each([['video', videoConformance], ['audio', audioConformance]] as const)('%s: what WebCodecs asks for holds', async (_, list) => {
    expect(await page.evaluate(list, 'ours' as const)).toEqual([]);
    // That Chromium's own classes pass too shows that the list is right.
    if (name === 'Chromium') expect(await page.evaluate(list, 'browser' as const)).toEqual([]);
  });

  test.each(['wasm', 'native'] as const)('prefer: %s is heeded', async (prefer) => {
    expect(await page.evaluate(whose, prefer)).toBe(prefer);
  });

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

  test('lost packets are filled from a later one, by the module that is loaded for it', async () => {
    expect(modules()).not.toContain('opus_dred.wasm');
    const result = await page.evaluate(redundancy, undefined as never);
    expect(modules()).toContain('opus_dred.wasm');
    expect(result.frames).toBe(result.expected);
    for (const ratio of result.filled) {
      expect(ratio).toBeGreaterThan(0.3);
      expect(ratio).toBeLessThan(3);
    }
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
