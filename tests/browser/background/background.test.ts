// SPDX-License-Identifier: Apache-2.0
// The background alone, on a track, in Chromium: person kept, room replaced; nothing raw gets out when the worker dies; live changes; nothing left.
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from 'vitest';
import type { BlurBackground, ColorBackground, NoBackground } from '../../../js/engine/src/background/index.js';
import { launchChromium } from '../lib/chromium.js';
import { cameraStill } from '../lib/media-files.js';
import { observeLeaks } from '../lib/observe-leaks.js';
import { referenceMask } from '../lib/reference-mask.js';
import { Resources, sleep, until } from '../lib/resources.js';
import { tools } from './in-page.js';
import { serveSite, type Site } from './site.js';

const suite = new Resources();
const mask = referenceMask(160, 90);
let browser: Browser;
let site: Site;
let page: Page;

beforeAll(async () => {
  site = await serveSite(suite, { '/picture.jpg': readFileSync(await cameraStill()) });
  browser = suite.add(await launchChromium(), 'chromium', value => value.close());
});
afterAll(() => suite.close());

beforeEach(async () => {
  const context = await browser.newContext();
  await context.addInitScript(observeLeaks);
  await context.addInitScript(tools);
  page = await context.newPage();
  page.setDefaultTimeout(30_000);
  await page.goto(site.origin);
  await page.waitForFunction(() => 'background' in globalThis);
});
afterEach(() => page.context().close());

/** Opens the camera and a processor with `options`; its output is shown from before the first frame. */
async function start(options: NoBackground | BlurBackground | ColorBackground): Promise<void> {
  await page.evaluate(async options => {
    const camera = await openCamera();
    const processor = await background.BackgroundProcessor.create(camera, options);
    const events: string[] = [];
    processor.addEventListener('error', ({ error }) => events.push(`error ${error.code}`));
    processor.addEventListener('stats', ({ fps, msPerFrame, segmentationMs, level }) => events.push(`stats ${fps > 0 && msPerFrame > 0 && segmentationMs >= 0 && level >= 0}`));
    processor.track.addEventListener('ended', () => events.push('ended'));
    globalThis.bench = { camera, processor, video: show(processor.track), events };
  }, options);
}

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

/** The output as it is now, 160x90 RGBA; null before the first picture. */
async function picture(): Promise<Uint8Array | null> {
  const text = await page.evaluate(() => look(bench.video));
  return text === null ? null : bytes(text);
}

/** Output and camera at the same moment: the camera's picture moves. */
async function pair(): Promise<{ output: Uint8Array; camera: Uint8Array } | null> {
  const texts = await page.evaluate(() => {
    globalThis.cameraVideo ??= show(bench.camera);
    return [look(bench.video), look(globalThis.cameraVideo)];
  });
  return texts[0] && texts[1] ? { output: bytes(texts[0]), camera: bytes(texts[1]) } : null;
}

/** Waits until the output shows the person as the camera does. */
const personIsKept = () => until('the person to be kept', async () => {
  const seen = await pair();
  return seen && partDifference(1, seen.output, seen.camera) < 12;
});

declare global {
  // eslint-disable-next-line no-var
  var cameraVideo: HTMLVideoElement | undefined;
}

/** Mean absolute difference from `expected` over one part of the picture: 1 the person, 0 the background. */
function partDifference(part: 0 | 1, seen: Uint8Array, expected: Uint8Array | readonly [number, number, number]): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] !== part) continue;
    for (let c = 0; c < 3; c++) sum += Math.abs(seen[4 * i + c]! - (expected.length === 3 ? expected[c]! : expected[4 * i + c]!));
    count += 3;
  }
  return sum / count;
}

/** Neighbouring pixels' mean difference in the background. */
function detail(seen: Uint8Array): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i + 1 < mask.length; i++) {
    if (mask[i] !== 0 || mask[i + 1] !== 0) continue;
    sum += Math.abs(seen[4 * i + 1]! - seen[4 * i + 5]!);
    count++;
  }
  return sum / count;
}

const green = [0, 160, 60] as const;
const isGreen = async () => {
  const seen = await picture();
  return seen && partDifference(0, seen, green) < 12 && seen;
};

test('the person is kept and the background becomes the colour, then a picture, then blur, without an interruption', async () => {
  await start({ kind: 'color', color: '#00a03c' });
  const coloured = await until('the colour', isGreen, 20_000);
  const { camera: plain } = await until('the camera', pair);
  expect(partDifference(0, plain, green), 'the room is not green by itself').toBeGreaterThan(40);
  expect(partDifference(1, coloured, green)).toBeGreaterThan(40);
  await personIsKept();

  const before = await page.evaluate(() => bench.processor.track.id);
  await page.evaluate(() => bench.processor.update({ kind: 'image', image: '/picture.jpg', lightWrap: 0.3 }));
  await until('the picture', async () => { const seen = await picture(); return seen && partDifference(0, seen, green) > 40; });
  await page.evaluate(() => bench.processor.update({ kind: 'blur', strength: 1 }));
  await until('the blur', async () => { const seen = await picture(); return seen && detail(seen) < 0.4 * detail(plain); });
  await personIsKept();
  await page.evaluate(() => bench.processor.update({ kind: 'none' }));
  await until('the raw picture', async () => { const seen = await pair(); return seen && partDifference(0, seen.output, seen.camera) < 8; });
  expect(await page.evaluate(() => [bench.processor.track.id, bench.processor.track.readyState])).toEqual([before, 'live']);
  await until('stats', () => page.evaluate(() => bench.events.includes('stats true')));
  expect(await page.evaluate(() => bench.events.filter(event => event.startsWith('error')))).toEqual([]);
});

test('when the worker is killed an error is told, and no raw pixel gets out', async () => {
  await start({ kind: 'color', color: '#00a03c' });
  await until('the colour', isGreen, 20_000);
  await page.evaluate(() => { for (const worker of workers) worker.terminate(); });
  const end = performance.now() + 9_000;
  let told = false;
  while (performance.now() < end) {
    const seen = (await picture())!;
    expect(partDifference(0, seen, green)).toBeLessThan(12);
    told ||= await page.evaluate(() => bench.events.includes('error background-failed'));
    await sleep(250);
  }
  expect(told).toBe(true);
  const refused = await page.evaluate(() => bench.processor.update({ kind: 'none' }).then(() => 'accepted', (error: { code: string }) => error.code));
  expect(refused).toBe('background-failed');
  const seen = (await picture())!;
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
  await start({ kind: 'none' });
  await until('the raw picture', () => picture());
  expect(site.requests.length).toBeGreaterThan(0);
  await page.context().route('**/*.tsm', async route => { await sleep(2_500); await route.continue(); });
  await page.evaluate(() => { void bench.processor.update({ kind: 'color', color: '#00a03c' }).then(() => bench.events.push('updated')); });
  await sleep(500);
  const frozen = (await picture())!;
  for (let i = 0; i < 5; i++) {
    if (await page.evaluate(() => bench.events.includes('updated'))) break;
    const seen = (await picture())!;
    if (!Buffer.from(seen).equals(Buffer.from(frozen))) expect(partDifference(0, seen, green)).toBeLessThan(12);
    await sleep(300);
  }
  await until('the colour', isGreen, 20_000);
});

test('bad options are refused with typed errors, and a bad picture leaves the old background', async () => {
  await start({ kind: 'color', color: '#00a03c' });
  await until('the colour', isGreen, 20_000);
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
  expect(await isGreen()).toBeTruthy();
});

test('when the camera stops, the output ends', async () => {
  await start({ kind: 'blur' });
  await until('a picture', () => picture(), 20_000);
  await page.evaluate(() => bench.camera.stop());
  await until('the end', () => page.evaluate(() => bench.events.includes('ended') && bench.processor.track.readyState === 'ended'));
});

test('close() leaves no worker, track, timer or listener, and the camera alone', async () => {
  const before = await page.evaluate(() => held());
  await start({ kind: 'blur' });
  await until('a picture', () => picture(), 20_000);
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
