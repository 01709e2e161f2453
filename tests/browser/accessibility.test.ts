// SPDX-License-Identifier: Apache-2.0
// axe finds nothing to object to in the lobby and in the room, in both themes and on a phone; the keys do what they say.
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { type ChromiumPerson, join, joinRoom, newRoom, openLobby, seesMoving, showOnFailure } from './lib/app.js';
import { launchChromium } from './lib/chromium.js';
import { Resources, until } from './lib/resources.js';
import { Server } from './lib/server.js';

const suite = new Resources();
let browser: Browser;
let server: Server;
beforeAll(async () => {
  server = suite.add(await Server.start(), 'server', value => value.close());
  browser = suite.add(await launchChromium(), 'chromium', value => value.close());
});
afterAll(() => suite.close());

/** Everything that axe checks for WCAG 2.2 A and AA and its best practices. */
async function expectNoViolations(person: ChromiumPerson, where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page: person.page }).analyze();
  expect(violations.map(({ id, nodes }) => `${where}: ${id}: ${nodes.map(node => node.html.slice(0, 160)).join(' | ')}`)).toEqual([]);
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in the home page and the lobby (${colorScheme})`, async () => {
    await using resources = new Resources();
    const ana = await openLobby(browser, server, newRoom(), 'Ana', { colorScheme, granted: false });
    resources.add(ana.context, 'ana', value => value.close());
    onTestFailed(() => showOnFailure(`axe-${colorScheme}`, ana));
    await ana.ui.reads(/nobody is here yet/i);
    await expectNoViolations(ana, 'lobby before the question');
    await ana.ui.press('button', /use camera and microphone/i);
    await until('her picture', () => ana.ui.evaluate(() => [...document.querySelectorAll('video')].some(video => video.videoWidth > 0), null));
    await ana.ui.press('button', /^background/i);
    await until('the choices', () => ana.ui.evaluate(() => document.querySelectorAll('input[type=radio]').length > 5, null));
    await expectNoViolations(ana, 'lobby with backgrounds');
    await ana.page.goto(server.origin);
    await ana.ui.reads(/start a call/i);
    await expectNoViolations(ana, 'home');
  });
}

test('axe finds nothing in the room: alone, with another, each panel and dialog, on a phone; keys work', async () => {
  await using resources = new Resources();
  const room = newRoom();
  const ana = await joinRoom(browser, server, room, 'Ana');
  resources.add(ana.context, 'ana', value => value.close());
  onTestFailed(() => showOnFailure('axe-room', ana));
  await expectNoViolations(ana, 'room alone');
  const ben = await openLobby(browser, server, room, 'Ben', { granted: false });
  resources.add(ben.context, 'ben', value => value.close());
  await join(ben);
  await ben.ui.reads(/Ana/);
  await seesMoving(ben, 1);
  await expectNoViolations(ana, 'room of two');
  for (const [key, heading] of [['c', /chat/i], ['b', /background/i], ['d', /signalling/i]] as const) {
    await ana.ui.key(key);
    await ana.ui.reads(heading);
    await expectNoViolations(ana, `panel ${key}`);
    await ana.ui.key('Escape');
    await until('the panel to close', () => ana.ui.evaluate(() => document.querySelector('aside') === null, null));
  }
  await ana.ui.key('m');
  await ben.ui.seesElement(/^Ana, microphone off/);
  await ana.ui.key('m');
  await ben.ui.seesElement(/^Ana, microphone on/);
  await ana.ui.key('?');
  await until('the list of keys', () => ana.ui.evaluate(() => document.querySelector('dialog[open]') !== null, null));
  await expectNoViolations(ana, 'list of keys');
  await ana.ui.key('Escape');
  await ana.page.setViewportSize({ width: 320, height: 640 });
  await expectNoViolations(ana, 'room on a phone');
  expect(await ana.ui.evaluate(() => document.documentElement.scrollWidth, null)).toBeLessThanOrEqual(320);
});
