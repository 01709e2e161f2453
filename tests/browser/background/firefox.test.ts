// SPDX-License-Identifier: Apache-2.0
// The background in Firefox, which has no streams of frames: single frames go to the worker, a canvas shows what comes back.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { launchFirefox, newFirefoxPage } from '../lib/firefox.js';
import { kCamera, cameraStill } from '../lib/media-files.js';
import { referenceMask } from '../lib/reference-mask.js';
import { Resources, until } from '../lib/resources.js';
import { tools } from './in-page.js';
import { serveSite } from './site.js';

test('the person is kept, the background becomes the colour, and close() ends it', async () => {
  await using resources = new Resources();
  const site = await serveSite(resources, { '/still.jpg': readFileSync(await cameraStill()) });
  const firefox = await launchFirefox();
  resources.add(firefox.resources, 'firefox', value => value.close());
  const page = await newFirefoxPage(firefox.browser);
  await page.goto(`${site.origin}/`);
  await page.evaluate(tools);
  await page.waitForFunction(() => 'background' in globalThis);
  // Firefox has no file camera: a canvas with the photograph, swaying a little, gives the track.
  await page.evaluate(async camera => {
    const bitmap = await createImageBitmap(await (await fetch('/still.jpg')).blob());
    const canvas = document.createElement('canvas');
    canvas.width = camera.width;
    canvas.height = camera.height;
    document.body.append(canvas);
    const context = canvas.getContext('2d')!;
    let tick = 0;
    const draw = () => { context.drawImage(bitmap, -camera.left - (tick++ % 2), -camera.top); };
    draw();
    setInterval(draw, 66);
    const track = canvas.captureStream(15).getVideoTracks()[0]!;
    const processor = await background.BackgroundProcessor.create(track, { kind: 'color', color: '#00a03c' });
    const events: string[] = [];
    processor.addEventListener('error', ({ error }) => events.push(`error ${error.code} ${error.message}`));
    processor.addEventListener('stats', ({ fps, msPerFrame }) => events.push(`stats ${fps > 0 && msPerFrame > 0}`));
    globalThis.bench = { camera: track, processor, video: show(processor.track), events };
    globalThis.cameraVideo = show(track);
  }, { ...kCamera });
  const mask = referenceMask(160, 90);
  await until('the colour around the person', async () => {
    const texts = await page.evaluate(() => [look(bench.video), look(globalThis.cameraVideo!)]);
    if (!texts[0] || !texts[1]) return false;
    const [output, camera] = texts.map(text => Buffer.from(text!, 'base64')) as [Buffer, Buffer];
    const sums = [0, 0];
    const counts = [0, 0];
    for (let i = 0; i < mask.length; i++) {
      if (mask[i] === -1) continue;
      const part = mask[i] as 0 | 1;
      for (let c = 0; c < 3; c++) sums[part]! += Math.abs(output[4 * i + c]! - (part === 1 ? camera[4 * i + c]! : [0, 160, 60][c]!));
      counts[part]! += 3;
    }
    return sums[0]! / counts[0]! < 14 && sums[1]! / counts[1]! < 14;
  }, 30_000, 300);
  await until('stats', () => page.evaluate(() => bench.events.includes('stats true')));
  expect(await page.evaluate(() => bench.events.filter(event => event.startsWith('error')))).toEqual([]);
  expect(await page.evaluate(() => { bench.processor.close(); return [bench.processor.track.readyState, bench.camera.readyState]; })).toEqual(['ended', 'live']);
}, 90_000);
