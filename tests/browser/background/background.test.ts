// SPDX-License-Identifier: Apache-2.0
// The background alone, on a track, in Chromium: person kept, room replaced; nothing raw gets out when the worker dies; live changes; nothing left.
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from 'vitest';
import { launchChromium } from '../lib/chromium.js';
import { cameraStill } from '../lib/media-files.js';
import { Resources, sleep, until } from '../lib/resources.js';
import { kUnclosed, openPage, pair, picture, start, untilGreen } from './bench.js';
import { detail, green, isGreen, kGreen, partDifference } from './look.js';
import { serveSite, type Site } from './site.js';

const suite = new Resources();
let browser: Browser;
let site: Site;
let page: Page;
let words: string[];

beforeAll(async () => {
  site = await serveSite(suite, { '/picture.jpg': readFileSync(await cameraStill()) });
  browser = suite.add(await launchChromium(), 'chromium', value => value.close());
});
afterAll(() => suite.close());

beforeEach(async () => {
  ({ page, words } = await openPage(browser, site));
});
afterEach(() => page.context().close());

/** Waits until the output shows the person as the camera does. */
const personIsKept = () => until('the person to be kept', async () => {
  const seen = await pair(page);
  return seen && partDifference(1, seen.output, seen.camera) < 12;
});

test('the person is kept and the background becomes the colour, then a picture, then blur, without an interruption', async () => {
  await start(page, kGreen);
  const coloured = await untilGreen(page);
  const { camera: plain } = await until('the camera', () => pair(page));
  expect(partDifference(0, plain, green), 'the room is not green by itself').toBeGreaterThan(40);
  expect(partDifference(1, coloured, green)).toBeGreaterThan(40);
  await personIsKept();

  const before = await page.evaluate(() => bench.processor.track.id);
  await page.evaluate(() => bench.processor.update({ kind: 'image', image: '/picture.jpg', lightWrap: 0.3 }));
  await until('the picture', async () => { const seen = await picture(page); return seen && partDifference(0, seen, green) > 40; });
  await page.evaluate(() => bench.processor.update({ kind: 'blur', strength: 1 }));
  await until('the blur', async () => { const seen = await picture(page); return seen && detail(seen) < 0.4 * detail(plain); });
  await personIsKept();
  await page.evaluate(() => bench.processor.update({ kind: 'none' }));
  await until('the raw picture', async () => { const seen = await pair(page); return seen && partDifference(0, seen.output, seen.camera) < 8; });
  expect(await page.evaluate(() => [bench.processor.track.id, bench.processor.track.readyState])).toEqual([before, 'live']);
  await until('stats', () => page.evaluate(() => bench.events.includes('stats true')));
  expect(await page.evaluate(() => bench.events.filter(event => event.startsWith('error')))).toEqual([]);
});

test('when the worker is killed an error is told, and no raw pixel gets out', async () => {
  await start(page, kGreen);
  await untilGreen(page);
  await page.evaluate(() => { for (const worker of workers) worker.terminate(); });
  const end = performance.now() + 9_000;
  let told = false;
  while (performance.now() < end) {
    const seen = (await picture(page))!;
    expect(partDifference(0, seen, green)).toBeLessThan(12);
    told ||= await page.evaluate(() => bench.events.includes('error background-failed'));
    await sleep(250);
  }
  expect(told).toBe(true);
  const refused = await page.evaluate(() => bench.processor.update({ kind: 'none' }).then(() => 'accepted', (error: { code: string }) => error.code));
  expect(refused).toBe('background-failed');
  const seen = (await picture(page))!;
  expect(partDifference(0, seen, green)).toBeLessThan(12);
});

test('with the model missing or damaged, creation fails with its code and nothing was ever shown', async () => {
  for (const [status, code] of [[404, 'model-invalid'], [200, 'model-invalid']] as const) {
    await page.context().route('**/*.tsm', route => route.fulfill({ status, body: 'no model' }));
    const result = await page.evaluate(async () => {
      const camera = await openCamera();
      const error = await background.BackgroundProcessor.create(camera, { kind: 'blur' }).then(() => null, (error: { code: string }) => error);
      return { code: error?.code, camera: camera.readyState };
    });
    expect(result).toEqual({ code, camera: 'live' });
    await page.context().unroute('**/*.tsm');
  }
});

test('from none to an effect: from the call of update on, no new raw frame, also while it loads', async () => {
  await start(page, { kind: 'none' });
  await until('the raw picture', () => picture(page));
  expect(site.requests.length).toBeGreaterThan(0);
  await page.context().route('**/*.tsm', async route => { await sleep(2_500); await route.continue(); });
  await page.evaluate(() => { void bench.processor.update({ kind: 'color', color: '#00a03c' }).then(() => bench.events.push('updated')); });
  await sleep(500);
  const frozen = (await picture(page))!;
  for (let i = 0; i < 5; i++) {
    if (await page.evaluate(() => bench.events.includes('updated'))) break;
    const seen = (await picture(page))!;
    if (!Buffer.from(seen).equals(Buffer.from(frozen))) expect(partDifference(0, seen, green)).toBeLessThan(12);
    await sleep(300);
  }
  await untilGreen(page);
});

test('bad options are refused with typed errors, and a bad picture leaves the old background', async () => {
  await start(page, kGreen);
  await untilGreen(page);
  const codes = await page.evaluate(async () => {
    const code = (options: object) => bench.processor.update(options as never).then(() => 'accepted', (error: { code: string; option?: string; name: string }) => `${error.name} ${error.code} ${error.option}`);
    return [
      await code({ kind: 'sepia' }), await code({ kind: 'blur', strength: 2 }), await code({ kind: 'image', image: '/missing.jpg' }),
      await code({ kind: 'image', image: new Blob(['nonsense']) }),
    ];
  });
  expect(codes).toEqual([
    'OptionError option-invalid background.kind', 'OptionError option-invalid background.strength', 'OptionError option-invalid background.image', 'OptionError option-invalid background.image',
  ]);
  await sleep(300);
  expect(isGreen((await picture(page))!)).toBe(true);
});

test('when the camera stops, the output ends', async () => {
  await start(page, { kind: 'blur' });
  await until('a picture', () => picture(page), 20_000);
  await page.evaluate(() => bench.camera.stop());
  await until('the end', () => page.evaluate(() => bench.events.includes('ended') && bench.processor.track.readyState === 'ended'));
});

test('close() leaves no worker, track, timer or listener, and the camera alone', async () => {
  const before = await page.evaluate(() => held());
  await start(page, { kind: 'blur' });
  await until('a picture', () => picture(page), 20_000);
  await page.evaluate(() => { bench.processor.close(); bench.processor.close(); });
  expect(await page.evaluate(() => [bench.camera.readyState, bench.processor.track.readyState])).toEqual(['live', 'ended']);
  await page.evaluate(() => bench.camera.stop());
  await until('nothing to be held', async () => {
    expect(await page.evaluate(() => held())).toEqual(before);
    return true;
  });
  const aborted = await page.evaluate(async () => {
    const camera = await openCamera();
    const controller = new AbortController();
    const creation = background.BackgroundProcessor.create(camera, { kind: 'blur', signal: controller.signal }).then(() => 'created', (error: { code: string }) => error.code);
    controller.abort();
    const code = await creation;
    camera.stop();
    return code;
  });
  expect(aborted).toBe('aborted');
  await until('nothing to be held', async () => {
    expect(await page.evaluate(() => held())).toEqual(before);
    return true;
  });
});

test('close() leaves no frame to the collector, whenever it comes', async () => {
  for (let i = 0; i < 6; i++) {
    await start(page, i % 2 ? kGreen : { kind: 'none' });
    await until('a picture', () => picture(page), 20_000);
    await sleep(i * 11);
    await page.evaluate(() => { bench.processor.close(); bench.camera.stop(); });
  }
  await until('the workers to be gone', () => page.workers().length === 0);
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  await page.reload();
  await page.waitForFunction(() => 'background' in globalThis);
  expect(words.filter(word => kUnclosed.test(word))).toEqual([]);
});
