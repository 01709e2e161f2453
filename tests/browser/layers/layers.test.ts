// SPDX-License-Identifier: Apache-2.0
// The demo of the layer selection as people use it, and LayerSelector watching real elements.
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newPerson } from '../lib/chromium.js';
import { appDist, chromiumPath, engineDist } from '../lib/paths.js';
import { Resources, until } from '../lib/resources.js';
import { serveFolder } from './site.js';

const suite = new Resources();
let browser: Browser;
const launch = (...flags: string[]): Promise<Browser> => chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync', ...flags] });
beforeAll(async () => { browser = suite.add(await launch(), 'chromium', value => value.close()); });
afterAll(() => suite.close());

const figure = (page: Page, policy: string, name: string): Promise<number> => page.evaluate(([wanted, key]) => {
  const card = [...document.querySelectorAll('.policy')].find(each => each.querySelector('h3')!.textContent === wanted)!;
  return Number.parseFloat(card.querySelector(`[data-figure=${key}]`)!.textContent ?? '0');
}, [policy, name] as const);

test('the demo: tiles are dragged larger, pinned, the link is changed, and every policy shows what it makes of it', async () => {
  const origin = await serveFolder(suite, appDist);
  const { page, context, errors } = await newPerson(browser);
  suite.add(context, 'page', value => value.close());
  await page.goto(`${origin}/demos/layers/`);
  await until('six policies', () => page.evaluate(() => document.querySelectorAll('.policy').length === 6));
  expect(await page.evaluate(() => document.querySelectorAll('.tile').length)).toBe(6);
  await until('figures', async () => (await figure(page, 'tessera', 'bits')) > 0.5);

  const corner = await page.locator('.tile').first().boundingBox();
  await page.mouse.move(corner!.x + corner!.width - 4, corner!.y + corner!.height - 4);
  await page.mouse.down();
  await page.mouse.move(corner!.x + 330, corner!.y + 190, { steps: 4 });
  await page.mouse.up();
  expect((await page.locator('.tile').first().boundingBox())!.width).toBeGreaterThan(corner!.width + 80);
  await page.getByRole('button', { name: 'Camera 2' }).click();
  expect(await page.getByRole('button', { name: 'Camera 2, pinned' }).getAttribute('aria-pressed')).toBe('true');

  const rate = (text: string) => until(`a link of ${text}`, () => page.evaluate(wanted => document.querySelector('#rate')!.textContent === wanted && document.querySelector('#status')!.textContent!.includes(wanted), text));
  for (const [value, text] of [['100', '10.00 Mbit/s'], ['0', '0.15 Mbit/s']] as const) {
    await page.locator('[name=bandwidth]').fill(value);
    await rate(text);
  }
  const before = await figure(page, 'tessera', 'switches');
  await until('it to switch', async () => (await figure(page, 'tessera', 'switches')) > before);

  await page.locator('[name=file]').setInputFiles({ name: 'mine.txt', mimeType: 'text/plain', buffer: Buffer.from('0 1.5\n1 0.5\n') });
  await until('the trace to be taken', () => page.evaluate(() => /your trace/.test(document.querySelector('#status')!.textContent!)));
  await page.locator('[name=file]').setInputFiles({ name: 'bad.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') });
  await until('the bad one to be refused', () => page.evaluate(() => /cannot be read/.test(document.querySelector('#status')!.textContent!)));

  await page.getByRole('button', { name: 'Pause' }).click();
  const bits = await figure(page, 'tessera', 'bits');
  await page.waitForTimeout(400);
  expect(await figure(page, 'tessera', 'bits')).toBe(bits);
  await page.getByRole('button', { name: 'Go on' }).click();
  await until('it to go on', async () => (await figure(page, 'tessera', 'bits')) > bits);
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 900 });
    await page.waitForTimeout(300);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    if (process.env.TESSERA_SCREENSHOTS) await page.screenshot({ path: `${process.env.TESSERA_SCREENSHOTS}/layers-${width}.png`, fullPage: true });
  }
  expect(errors).toEqual([]);
});

test('LayerSelector follows an element: grown, shrunk, hidden, in device pixels', async () => {
  const origin = await serveFolder(suite, engineDist, '<!doctype html><title>layers</title><script type="module">import * as layers from "/layers.js"; globalThis.layers = layers;</script><div id="tile" style="width:160px;height:90px"></div>');
  // A real screen of two device pixels each: of an emulated one ResizeObserver knows nothing.
  const dense = suite.add(await launch('--force-device-scale-factor=2', '--window-size=1400,1000'), 'dense chromium', value => value.close());
  const { page, errors } = await newPerson(dense, { viewport: null });
  await page.goto(origin);
  await page.waitForFunction(() => 'layers' in globalThis);
  await page.evaluate(async () => {
    const { LayerSelector } = (globalThis as unknown as { layers: typeof import('../../../js/engine/src/layers/index.js') }).layers;
    const selector = await LayerSelector.create({ utility: { speakerWeight: 2 } });
    const layers = [0, 1, 2].map(spatial => ({ spatial, temporal: 0, width: 320 << spatial, height: 180 << spatial, frameRate: 30, bitrate: [150, 500, 1500][spatial]! * 1000 }));
    const taken: number[] = [];
    selector.addEventListener('selection', ({ choices }) => choices.forEach(choice => taken.push(choice.spatial)));
    selector.observe(document.querySelector('#tile')!, { id: 'alice/camera', layers, role: 'speaker' });
    Object.assign(globalThis, { selector, taken });
  });
  const last = () => page.evaluate(() => (globalThis as unknown as { taken: number[] }).taken.at(-1));
  const size = (css: string) => page.evaluate(text => { document.querySelector<HTMLElement>('#tile')!.style.cssText = text; }, css);
  // 160x90 at two device pixels each.
  await until('the smallest', async () => (await last()) === 0 ? 'yes' : '', 5000, 20);
  const began = Date.now();
  await size('width:640px;height:360px');
  await until('the largest', async () => (await last()) === 2, 5000, 20);
  console.log(`a grown tile had its layer after ${Date.now() - began} ms`);
  await size('width:320px;height:180px');
  await until('the middle', async () => (await last()) === 1, 5000, 20);
  await size('width:320px;height:180px;margin-top:5000px');
  await until('nothing', async () => (await last()) === -1, 5000, 20);
  await page.evaluate(() => (globalThis as unknown as { selector: { close(): void } }).selector.close());
  expect(errors.filter(error => !/favicon|404/.test(error))).toEqual([]);
});
