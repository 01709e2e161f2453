// SPDX-License-Identifier: Apache-2.0
// The background in a call: the far side keeps the person and does not see the room.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { chooseBackground, type ChromiumPerson, joinRoom, newRoom, seesMoving, showOnFailure } from './lib/app.js';
import { backgroundDetail, expectBackgroundReplaced, personDifference, restingPicture } from './lib/background.js';
import { launchChromium } from './lib/chromium.js';
import type { Picture } from './lib/probes.js';
import { Resources, until } from './lib/resources.js';
import { Server } from './lib/server.js';

const suite = new Resources();
let browser: Browser;
let ana: ChromiumPerson;
let ben: ChromiumPerson;
let plain: Picture;
let plainDetail: number;

beforeAll(async () => {
  const server = suite.add(await Server.start(), 'server', value => value.close());
  browser = suite.add(await launchChromium(), 'chromium', value => value.close());
  const room = newRoom();
  ana = await joinRoom(browser, server, room, 'Ana');
  ben = await joinRoom(browser, server, room, 'Ben');
  await seesMoving(ben, 1);
  plain = await restingPicture(ben);
  plainDetail = await backgroundDetail(ben);
});
afterAll(() => suite.close());

test('a colour behind Ana: Ben sees Ana before that colour', async () => {
  onTestFailed(() => showOnFailure('colour', ana, ben));
  await chooseBackground(ana, /^colou?r/i);
  await expectBackgroundReplaced(ben, plain, 30_000);
  await seesMoving(ben, 1);
});

test('a picture behind Ana: Ben sees Ana before that picture', async () => {
  onTestFailed(() => showOnFailure('picture', ana, ben));
  const expected = await ben.ui.evaluate(async () => {
    const bitmap = await createImageBitmap(await (await fetch('/backgrounds/city.webp')).blob());
    const context = new OffscreenCanvas(160, 90).getContext('2d')!;
    const scale = Math.max(160 / bitmap.width, 90 / bitmap.height); // as CSS object-fit: cover
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, (160 - bitmap.width * scale) / 2, (90 - bitmap.height * scale) / 2, bitmap.width * scale, bitmap.height * scale);
    return [...context.getImageData(0, 0, 160, 90).data];
  }, null);
  await chooseBackground(ana, /city/i);
  await expectBackgroundReplaced(ben, plain, 30_000, { width: 160, height: 90, rgba: Uint8Array.from(expected) });
});

test('a strong blur behind Ana: the person stays, the room loses its detail', async () => {
  onTestFailed(() => showOnFailure('blur', ana, ben));
  await chooseBackground(ana, /strong blur/i);
  let blurred = plainDetail;
  await until('the room to be blurred', async () => (blurred = await backgroundDetail(ben)) < plainDetail / 2, 30_000, 500);
  const person = personDifference(await restingPicture(ben), plain);
  console.log(`detail of the room ${plainDetail.toFixed(2)} -> ${blurred.toFixed(2)}, person off by ${person.toFixed(1)}`);
  expect(person).toBeLessThan(24);
});

test('no background again: Ben sees the room', async () => {
  onTestFailed(() => showOnFailure('none', ana, ben));
  await chooseBackground(ana, /^none/i);
  await until('the room to be back', async () => (await backgroundDetail(ben)) > plainDetail * 0.7, 30_000, 500);
  expect(ana.errors).toEqual([]);
});
