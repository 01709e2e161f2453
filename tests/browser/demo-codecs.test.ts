// SPDX-License-Identifier: Apache-2.0
// The codecs demo as a person uses it: both pictures run, the sliders and the stack do what they say, nothing is left running.
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import type { Page as FirefoxPage } from 'puppeteer-core';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { launchChromium, newPerson } from './lib/chromium.js';
import { launchFirefox, newFirefoxPage } from './lib/firefox.js';
import { Resources, until } from './lib/resources.js';
import { Server } from './lib/server.js';

const suite = new Resources();
let server: Server;
let browser: Browser;
beforeAll(async () => {
  server = suite.add(await Server.start(), 'server', (value) => value.close());
  browser = suite.add(await launchChromium(), 'chromium', (value) => value.close());
});
afterAll(() => suite.close());

type Column = 'wasm' | 'native';

/** A row of the numbers; NaN where there is none. */
const number = (page: Page | FirefoxPage, row: string, column: Column): Promise<number> => (page as Page).evaluate(([name, index]) => {
  const found = [...document.querySelectorAll('#numbers tbody tr')].find((line) => line.firstElementChild!.textContent === name);
  return Number.parseFloat(found?.children[index as number]?.textContent ?? '');
}, [row, column === 'wasm' ? 1 : 2] as const);

const slide = (page: Page, name: string, value: number): Promise<void> => page.getByRole('slider', { name }).fill(String(value));

test('start, bitrate, layers, loss, VP8, stop', async () => {
  const { context, page, errors } = await newPerson(browser, { permissions: ['camera'] });
  suite.add(context, 'person', (value) => value.close());
  onTestFailed(() => page.screenshot({ path: 'build/test-results/screenshots/demo-codecs.png', fullPage: true }).then(() => console.log(errors.join('\n'))));
  await page.goto(`${server.origin}/demos/codecs/`);
  await page.getByRole('button', { name: 'Start the camera' }).click();
  await until('both to be shown in good quality', async () => (await number(page, 'PSNR', 'wasm')) > 35 && (await number(page, 'PSNR', 'native')) > 35, 60_000);
  await until('every number', async () => {
    const values = await Promise.all(['Sent', 'Received', 'Encoding a picture', 'Decoding a picture', 'Shown'].flatMap((row) => [number(page, row, 'wasm'), number(page, row, 'native')]));
    return values.every((value) => value > 0);
  });
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`)).toEqual([]);

  await slide(page, 'Sizes', 2);
  await page.getByRole('button', { name: /S1 T2/ }).waitFor();
  await until('two sizes to be sent', async () => /[1-9]/.test(await page.getByRole('button', { name: /S0 T0/ }).locator('span').innerText()));
  await page.getByRole('button', { name: /S0 T0/ }).click();
  await until('less to be received than is sent', async () => (await number(page, 'Received', 'wasm')) < 0.6 * (await number(page, 'Sent', 'wasm')));
  expect(await page.getByRole('button', { name: /S1 T2/ }).getAttribute('aria-pressed')).toBe('false');
  await page.getByRole('button', { name: /S1 T2/ }).click();
  await until('all of it to be received', async () => (await number(page, 'Received', 'wasm')) > 0.9 * (await number(page, 'Sent', 'wasm')));

  await slide(page, 'Bitrate', 100);
  await until('the bitrate to fall', async () => (await number(page, 'Sent', 'wasm')) < 180 && (await number(page, 'Sent', 'native')) < 180);
  await slide(page, 'Bitrate', 1000);
  await slide(page, 'Loss', 20);
  await until('pictures to be lost', async () => (await number(page, 'Received', 'wasm')) < 0.95 * (await number(page, 'Sent', 'wasm')));
  await slide(page, 'Loss', 0);
  await page.getByRole('radio', { name: 'VP8' }).check();
  await until('VP8 to run in both', async () => (await page.locator('.size').count()) === 1 && (await number(page, 'PSNR', 'wasm')) > 28 && (await number(page, 'PSNR', 'native')) > 28);
  expect(await page.locator('polyline').evaluateAll((lines) => lines.map((line) => line.getAttribute('points')!.split(' ').length > 3))).toEqual([true, true, true, true]);

  await page.getByRole('button', { name: 'Stop the camera' }).click();
  await until('the workers to end', () => page.workers().length === 0);
  expect(errors).toEqual([]);
});

test('in Firefox, both run', async () => {
  const { browser: firefox, resources } = await launchFirefox();
  suite.add(resources, 'firefox', (value) => value.close());
  const page = await newFirefoxPage(firefox);
  await page.goto(`${server.origin}/demos/codecs/`);
  await page.click('#start');
  await until('both to be shown in good quality', async () => (await number(page, 'PSNR', 'wasm')) > 30 && (await number(page, 'PSNR', 'native')) > 25, 60_000);
  await page.click('#start');
});
