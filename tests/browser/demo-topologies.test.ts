// SPDX-License-Identifier: Apache-2.0
// The demo of topologies as a person uses it: start, count, one person fewer, end; and what it says where a server is missing.
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { Network, withoutNamespaces } from '../net/network.js';
import { launchChromium, newPerson } from './lib/chromium.js';
import { Janus } from './lib/janus.js';
import { Resources, until } from './lib/resources.js';
import { Server } from './lib/server.js';

const suite = new Resources();
let browser: Browser;
beforeAll(async () => {
  browser = suite.add(await launchChromium(), 'chromium', (value) => value.close());
});
afterAll(() => suite.close());

/** Rows of a call's table: name, connections, streams up and down, bits up and down; the last is the sum. */
const counts = (page: Page, topology: string): Promise<string[][]> =>
  page.locator(`[data-topology=${topology}] .counts tbody tr`).evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent!)));

/** Waits until the rows begin with these patterns: connections, streams up, streams down; and bits flow in both directions for everybody. */
const counted = (page: Page, topology: string, expected: readonly string[]): Promise<unknown> =>
  until(`the counts of ${topology}`, async () => {
    const rows = await counts(page, topology);
    const fits = new RegExp(`^${expected.join()}$`).test(rows.map((cells) => cells.slice(0, 4).join(' ')).join());
    if (!fits || !rows.every((cells) => cells.slice(4).every((bits) => /^[1-9]/.test(bits)))) throw new Error(JSON.stringify(rows));
    return true;
  }, 60_000, 250);

test.skipIf(withoutNamespaces)('three people in every topology at once, then two; each with the connections and streams it must have', async () => {
  const network = suite.add(await Network.create(), 'network', (value) => value.close());
  const janus = suite.add(await Janus.start(await network.addHost('janus')), 'janus', (value) => value.close());
  const server = suite.add(await Server.start({ flags: ['--sfu', 'janus', '--janus-url', janus.url, '--mesh-up-to', '6'] }), 'server', (value) => value.close());
  const { context, page, errors } = await newPerson(browser, { viewport: { width: 1500, height: 1600 } }); // All of it on the screen: what is not is not received.
  suite.add(context, 'person', (value) => value.close());
  onTestFailed(() => page.screenshot({ path: 'build/test-results/screenshots/demo-topologies.png', fullPage: true }).then(() => console.log(errors.join('\n'))));
  await page.goto(`${server.origin}/demos/topologies/`);
  await page.getByRole('button', { name: 'Start the calls' }).click();
  const status = () => page.locator('#status').innerText();
  await until('all to run', async () => (await status()) === '3 people in each of 4 calls.', 90_000);
  await counted(page, 'mesh', ['Ana 2 4 4', 'Ben 2 4 4', 'Caro 2 4 4', 'All 3 12 12']);
  await counted(page, 'sfu', ['Ana 2 2 4', 'Ben 2 2 4', 'Caro 2 2 4', 'All 6 6 12']);
  await counted(page, 'mcu', ['Ana 2 4 4', 'Ben 1 2 2', 'Caro 1 2 2', 'All 2 8 8']);
  // On a machine that is behind, the relay leaves pictures out before sound.
  await counted(page, 'relay', ['Ana 1 [12] [2-4]', 'Ben 1 [12] [2-4]', 'Caro 1 [12] [2-4]', 'All 3 [3-6] \\d+']);
  await until('pictures wherever WebRTC carries them', () => page.evaluate(() => {
    const videos = [...document.querySelectorAll('.seen')].map((seen) => [...seen.querySelectorAll('video'), ...[...seen.children].flatMap((tile) => [...(tile.shadowRoot?.querySelectorAll('video') ?? [])])]);
    const seen = videos.map((list) => list.filter((video) => video.videoWidth > 0).length);
    return seen.slice(0, 3).join() === '2,2,1' || seen.join();
  }).then((seen) => seen === true || Promise.reject(new Error(String(seen)))), 60_000, 250);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`)).toEqual([]);

  await page.getByRole('slider', { name: 'People' }).fill('2');
  await counted(page, 'mesh', ['Ana 1 2 2', 'Ben 1 2 2', 'All 1 4 4']);
  await counted(page, 'mcu', ['Ana 1 2 2', 'Ben 1 2 2', 'All 1 4 4']);
  expect(await status()).toBe('2 people in each of 4 calls.');
  await page.getByRole('button', { name: 'End them' }).click();
  await until('nothing to be left', () => page.evaluate(() => globalThis.observed.peerConnections.every((pc) => pc.connectionState === 'closed')), 10_000);
  expect(await counts(page, 'mesh')).toEqual([['Ana', '–', '–', '–', '–', '–'], ['Ben', '–', '–', '–', '–', '–'], ['All', '–', '–', '–', '–', '–']]);
  expect(errors).toEqual([]);
});

test('where a media server and the relay are missing, their calls say what to do, and the others run; with the camera', async () => {
  const server = suite.add(await Server.start({ flags: ['--relay', 'false'] }), 'server without', (value) => value.close());
  const { context, page } = await newPerson(browser, { permissions: ['camera'], viewport: { width: 360, height: 780 } });
  suite.add(context, 'person on a phone', (value) => value.close());
  onTestFailed(() => page.screenshot({ path: 'build/test-results/screenshots/demo-topologies-missing.png', fullPage: true }).then(() => undefined));
  await page.goto(`${server.origin}/demos/topologies/`);
  await page.getByRole('slider', { name: 'People' }).fill('2');
  await page.getByRole('checkbox', { name: 'Ana shows my camera' }).check();
  await page.getByRole('button', { name: 'Start the calls' }).click();
  await until('two to run', async () => /^2 people in each of 2 calls/.test(await page.locator('#status').innerText()), 60_000);
  await counted(page, 'mesh', ['Ana 1 2 2', 'Ben 1 2 2', 'All 1 4 4']);
  const alert = (topology: string) => page.locator(`[data-topology=${topology}]`).getByRole('alert').innerText();
  expect(await alert('sfu')).toMatch(/npm start/);
  expect(await alert('relay')).toMatch(/--relay/);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  await page.getByRole('button', { name: 'End them' }).click();
});
