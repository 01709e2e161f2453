// SPDX-License-Identifier: Apache-2.0
// The background in a hidden tab of Chromium: the other side goes on seeing moving, processed pictures. Frozen, it stands still for that long.
import { expect, test } from 'vitest';
import { launchChromiumWithTabs } from '../lib/chromium.js';
import { Resources, sleep, until } from '../lib/resources.js';
import { tools } from './in-page.js';
import { bytes, isGreen } from './look.js';
import { serveSite } from './site.js';

test('by streams, and by single frames where a browser has no streams', async () => {
  await using resources = new Resources();
  const site = await serveSite(resources);
  const browser = resources.add(await launchChromiumWithTabs(), 'chromium', value => value.close());
  const page = await browser.newPage();
  await page.evaluateOnNewDocument(tools);
  for (const route of ['streams', 'single frames']) {
    await page.goto(site.origin);
    await page.bringToFront();
    await page.waitForFunction(() => 'background' in globalThis);
    await page.evaluate(async route => {
      const camera = await openCamera();
      const { MediaStreamTrackProcessor: Processor } = globalThis as unknown as { MediaStreamTrackProcessor: new (init: object) => { readable: ReadableStream<VideoFrame> } };
      if (route !== 'streams') Reflect.deleteProperty(globalThis, 'MediaStreamTrackProcessor');
      const processor = await background.BackgroundProcessor.create(camera, { kind: 'color', color: '#00a03c' });
      const events: string[] = [];
      processor.addEventListener('error', ({ error }) => events.push(`error ${error.message}`));
      globalThis.bench = { camera, processor, video: document.createElement('video'), events };
      follow(processor.track, Processor);
    }, route);
    await until('frames', () => page.evaluate(() => followed.count > 5));
    const other = await browser.newPage();
    await other.bringToFront();
    await until('the page to be hidden', () => page.evaluate(() => document.visibilityState === 'hidden'));
    await sleep(1_000);
    const before = await page.evaluate(() => followed.count);
    await sleep(4_000);
    const seen = (await page.evaluate(() => followed.count)) - before;
    console.log(`hidden, by ${route}: ${(seen / 4).toFixed(1)} of 15 frames a second`);
    expect(seen).toBeGreaterThan(route === 'streams' ? 4 * 15 / 3 : 4);
    expect(isGreen(bytes(await page.evaluate(() => followed.look())))).toBe(true);
    await page.evaluate(() => bench.processor.update({ kind: 'blur' }));
    await until('the blur', async () => !isGreen(bytes(await page.evaluate(() => followed.look()))));
    // Frozen for longer than a worker may be silent.
    await page.evaluate(() => { for (const name of ['freeze', 'resume']) document.addEventListener(name, () => bench.events.push(`${name} ${followed.count}`)); });
    const session = await page.createCDPSession();
    await session.send('Page.setWebLifecycleState', { state: 'frozen' });
    await sleep(5_500);
    await session.send('Page.setWebLifecycleState', { state: 'active' });
    const [frozenAt, resumedAt] = await until('freeze and resume', async () => {
      const told = await page.evaluate(() => bench.events);
      return told.length >= 2 && told.map(event => Number(/^(?:freeze|resume) (\d+)$/.exec(event)?.[1] ?? Number.NaN));
    });
    expect(resumedAt! - frozenAt!, 'it stood still').toBeLessThan(15);
    await until('frames again', () => page.evaluate(count => followed.count > count + 5, resumedAt!));
    expect((await page.evaluate(() => bench.events)).length, 'no errors').toBe(2);
    await other.close();
  }
}, 90_000);
