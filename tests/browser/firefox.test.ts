// SPDX-License-Identifier: Apache-2.0
// Chromium calls Firefox, both ways, and the background in Firefox.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { chooseBackground, join, joinRoom, mediaOver, newRoom, type Person, seesMoving, showOnFailure } from './lib/app.js';
import { expectBackgroundReplaced, restingPicture } from './lib/background.js';
import { launchChromium } from './lib/chromium.js';
import { launchFirefox, newFirefoxPage } from './lib/firefox.js';
import { Resources, until } from './lib/resources.js';
import { Server } from './lib/server.js';
import { firefoxUi } from './lib/ui.js';

const suite = new Resources();
let server: Server;
let chromium: Browser;
let openFirefox: (room: string, name: string) => Promise<Person>;

beforeAll(async () => {
  server = suite.add(await Server.start(), 'server', value => value.close());
  chromium = suite.add(await launchChromium(), 'chromium', value => value.close());
  const firefox = await launchFirefox();
  suite.add(firefox.resources, 'firefox', value => value.close());
  openFirefox = async (room, name) => {
    const page = await newFirefoxPage(firefox.browser);
    const errors: string[] = [];
    page.on('pageerror', error => errors.push(String(error)));
    const person: Person = { name, ui: firefoxUi(page), errors };
    await person.ui.goto(`${server.origin}/r/${room}`);
    await until('the lobby', async () => (await person.ui.has('button', /use camera and microphone/i)) || (await person.ui.has('button', /^camera/i)), 20_000);
    if (await person.ui.has('button', /use camera and microphone/i)) await person.ui.press('button', /use camera and microphone/i);
    await until('his own picture', () => person.ui.evaluate(() => [...document.querySelectorAll('video')].some(video => video.videoWidth > 0), null));
    suite.add(page, 'firefox page', value => value.close());
    return person;
  };
});
afterAll(() => suite.close());

async function expectCall(a: Person, b: Person): Promise<void> {
  for (const person of [a, b]) await seesMoving(person, 1, 30_000);
  const measured = await Promise.all([mediaOver(a, 5_000), mediaOver(b, 5_000)]);
  for (const { video, audio } of measured) {
    expect(video[0]).toBeGreaterThan(5 * 15 / 3);
    expect(Math.max(...audio)).toBeGreaterThan(1e-4);
  }
}

test('somebody with Firefox waits, somebody with Chromium joins: they see and hear each other', async () => {
  await using resources = new Resources();
  const room = newRoom();
  const fay = await openFirefox(room, 'Fay');
  await join(fay);
  const carl = await joinRoom(chromium, server, room, 'Carl');
  resources.add(carl.context, 'carl', value => value.close());
  onTestFailed(() => showOnFailure('firefox-waits', fay, carl));
  await expectCall(fay, carl);
  await fay.ui.press('button', /^leave/i);
});

test('the other way round, and then the background works in Firefox', async () => {
  await using resources = new Resources();
  const room = newRoom();
  const carl = await joinRoom(chromium, server, room, 'Carl');
  resources.add(carl.context, 'carl', value => value.close());
  const fay = await openFirefox(room, 'Fay');
  await join(fay);
  onTestFailed(() => showOnFailure('chromium-waits', fay, carl));
  await expectCall(fay, carl);
  const plain = await restingPicture(carl);
  await chooseBackground(fay, /^colou?r/i);
  await expectBackgroundReplaced(carl, plain, 45_000);
});
