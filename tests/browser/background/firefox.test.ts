// SPDX-License-Identifier: Apache-2.0
// The background in Firefox, which has no streams of frames: single frames go to the worker, a canvas shows what comes back.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { launchFirefox, newFirefoxPage } from '../lib/firefox.js';
import { kCamera, cameraStill } from '../lib/media-files.js';
import type { Evaluates } from '../lib/probes.js';
import { Resources, until } from '../lib/resources.js';
import { Server } from '../lib/server.js';
import { expectColourMaskAndNone, press, startDemo, status } from './demo.js';
import { photographTrack, tools } from './in-page.js';
import { bytes, isGreen, partDifference } from './look.js';
import { serveSite } from './site.js';

test('the person is kept, the background becomes the colour, and close() ends it; the demo runs', async () => {
  await using resources = new Resources();
  const site = await serveSite(resources, { '/still.jpg': readFileSync(await cameraStill()) });
  const firefox = await launchFirefox();
  resources.add(firefox.resources, 'firefox', value => value.close());
  const page = await newFirefoxPage(firefox.browser);
  await page.goto(`${site.origin}/`);
  await page.evaluate(tools);
  await page.waitForFunction(() => 'background' in globalThis);
  await page.evaluate(photographTrack, { ...kCamera });
  await page.evaluate(async () => {
    const track = await photograph;
    const processor = await background.BackgroundProcessor.create(track, { kind: 'color', color: '#00a03c' });
    const events: string[] = [];
    processor.addEventListener('error', ({ error }) => events.push(`error ${error.code} ${error.message}`));
    processor.addEventListener('stats', ({ fps, msPerFrame }) => events.push(`stats ${fps > 0 && msPerFrame > 0}`));
    globalThis.bench = { camera: track, processor, video: show(processor.track), events };
    globalThis.cameraVideo = show(track);
  });
  await until('the colour around the person', async () => {
    const texts = await page.evaluate(() => [look(bench.video), look(globalThis.cameraVideo!)]);
    if (!texts[0] || !texts[1]) return false;
    const [output, camera] = texts.map(text => bytes(text!)) as [Uint8Array, Uint8Array];
    return isGreen(output) && partDifference(1, output, camera) < 14;
  }, 30_000, 300);
  await until('stats', () => page.evaluate(() => bench.events.includes('stats true')));
  expect(await page.evaluate(() => bench.events.filter(event => event.startsWith('error')))).toEqual([]);
  expect(await page.evaluate(() => { bench.processor.close(); return [bench.processor.track.readyState, bench.camera.readyState]; })).toEqual(['ended', 'live']);

  const server = resources.add(await Server.start(), 'server', value => value.close());
  await page.goto(`${server.origin}/demos/background/`);
  await startDemo(page as unknown as Evaluates, 'clip');
  await expectColourMaskAndNone(page as unknown as Evaluates);
  await press(page as unknown as Evaluates, 'stop');
  expect(await status(page as unknown as Evaluates)).toBe('Stopped.');
}, 120_000);
