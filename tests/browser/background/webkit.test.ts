// SPDX-License-Identifier: Apache-2.0
// Safari's engine: the background from WebKit's mock camera by the route of single frames, and a person kept.
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { cameraStill, kCamera } from '../lib/media-files.js';
import { Resources, until } from '../lib/resources.js';
import { screenshotFile } from '../lib/ui.js';
import { launchWebKit, type WebKitPage } from '../lib/webkit.js';
import { photographTrack, tools } from './in-page.js';
import { bytes, isGreen, partDifference } from './look.js';
import { serveSite, type Site } from './site.js';

const suite = new Resources();
let page: WebKitPage;
let site: Site;

beforeAll(async () => {
  site = await serveSite(suite, { '/still.jpg': readFileSync(await cameraStill()) });
  const webkit = await launchWebKit();
  suite.add(webkit.resources, 'webkit', value => value.close());
  page = webkit.page;
});
afterAll(() => suite.close());

const screenshot = async () => {
  console.log(await page.evaluate(() => document.body.innerText));
  writeFileSync(screenshotFile('webkit'), await page.screenshot());
};
const picture = async () => {
  const text = await page.evaluate(() => look(bench.video));
  return text === null ? null : bytes(text);
};

async function open(): Promise<void> {
  await page.goto(`${site.origin}/`);
  await page.evaluate(tools);
  await until('the package', () => page.evaluate(() => 'background' in globalThis));
}

test('from the mock camera: processed pictures flow, and close() ends them', async () => {
  onTestFailed(screenshot);
  await open();
  await page.evaluate(async () => {
    const camera = await openCamera();
    const processor = await background.BackgroundProcessor.create(camera, { kind: 'blur', strength: 1 });
    const events: string[] = [];
    processor.addEventListener('error', ({ error }) => events.push(error.message));
    processor.addEventListener('stats', ({ fps, segmentationMs }) => { if (segmentationMs > 0) events.push(`${fps.toFixed(0)} frames a second`); });
    globalThis.bench = { camera, processor, video: show(processor.track), events };
  });
  // What it shows is a test card with a clock: whether the model takes that for a person is no matter here.
  const first = await until('a picture', async () => { const seen = await picture(); return seen?.some((value, i) => i % 4 < 3 && value > 60) && seen; });
  await until('another one', async () => !Buffer.from((await picture())!).equals(Buffer.from(first)));
  expect(await page.evaluate(() => [bench.video.videoWidth, bench.video.videoHeight])).toEqual([640, 360]);
  const told = await until('figures', () => page.evaluate(() => bench.events.length > 2 && bench.events));
  console.log(`WebKit: ${told.at(-1)}`);
  expect(told.filter(event => !/a second$/.test(event))).toEqual([]);
  expect(await page.evaluate(() => { bench.processor.close(); return [bench.processor.track.readyState, bench.camera.readyState]; })).toEqual(['ended', 'live']);
});

test('a person is kept, the room is not', async () => {
  onTestFailed(screenshot);
  await open();
  await page.evaluate(photographTrack, kCamera);
  await page.evaluate(async () => {
    const camera = await photograph;
    const processor = await background.BackgroundProcessor.create(camera, { kind: 'color', color: '#00a03c' });
    globalThis.bench = { camera, processor, video: show(processor.track), events: [] };
    globalThis.cameraVideo = show(camera);
  });
  await until('the colour around the person', async () => {
    const texts = await page.evaluate(() => [look(bench.video), look(globalThis.cameraVideo!)]);
    if (!texts[0] || !texts[1]) return false;
    const [output, camera] = texts.map(text => bytes(text!)) as [Uint8Array, Uint8Array];
    return isGreen(output) && partDifference(1, output, camera) < 14;
  });
});
