// SPDX-License-Identifier: Apache-2.0
// The page that only watches, as a person meets it: the door, the wait, the picture, the end. Without a media server, so that viewers take places.
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { joinRoom, newRoom, showOnFailure } from '../lib/app.js';
import { launchChromium, newPerson } from '../lib/chromium.js';
import { Resources, until } from '../lib/resources.js';
import { Server } from '../lib/server.js';
import { chromiumUi } from '../lib/ui.js';

const suite = new Resources();
let browser: Browser;
let server: Server;
beforeAll(async () => {
  server = suite.add(await Server.start(), 'server', value => value.close());
  browser = suite.add(await launchChromium(), 'chromium', value => value.close());
});
afterAll(() => suite.close());

/** How far the picture has come, in seconds; 0 without one. */
const played = (page: Page) => page.evaluate(() => {
  const video = document.querySelector<HTMLVideoElement>('.watch-picture:not([hidden]) video');
  return video && video.videoWidth > 0 ? video.currentTime : 0;
});
async function axe(page: Page, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${where}: ${id}: ${nodes.map(node => node.html.slice(0, 160)).join(' | ')}`)).toEqual([]);
}

test('a viewer waits, sees the call when there is one, is counted, and leaves', async () => {
  await using resources = new Resources();
  const room = newRoom();
  const { context, page, errors } = await newPerson(browser);
  resources.add(context, 'viewer', value => value.close());
  const viewer = { name: 'Vera', ui: chromiumUi(page), errors };
  onTestFailed(() => showOnFailure('watch', viewer));
  await page.goto(`${server.origin}/r/${room}`);
  await page.getByRole('link', { name: 'Join to watch' }).click();
  await page.waitForURL(`**/w/${room}`);
  await viewer.ui.reads(/nobody sees or hears you/i);
  await axe(page, 'the door');
  await viewer.ui.press('button', /^watch$/i);
  await viewer.ui.reads(/has not begun yet/i);
  await viewer.ui.reads(/only you are watching/i);
  await axe(page, 'the wait');

  const ana = await joinRoom(browser, server, room, 'Ana');
  resources.add(ana.context, 'ana', value => value.close());
  onTestFailed(() => showOnFailure('watched', ana));
  await ana.ui.reads(/1 watching/);
  await until('the picture to move', async () => {
    const before = await played(page);
    return before > 0 && (await until('more of it', async () => (await played(page)) > before, 10_000, 100));
  }, 60_000);
  await axe(page, 'the picture');
  expect(await page.evaluate(() => globalThis.observed.peerConnections.flatMap(pc => pc.getSenders()).some(({ track }) => track !== null))).toBe(false);
  await ana.ui.press('button', /^people/i);
  await ana.ui.reads(/copy link to watch/i);
  expect(await ana.page.locator('.people li').count()).toBe(1);

  await viewer.ui.press('button', /^leave/i);
  await viewer.ui.reads(/you stopped watching/i);
  await until('nobody to be counted any more', () => ana.ui.evaluate(() => !/\d watching/.test(document.body.innerText), null), 30_000);
  expect(errors).toEqual([]);
}, 150_000);
