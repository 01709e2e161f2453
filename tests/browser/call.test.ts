// SPDX-License-Identifier: Apache-2.0
// Calls between people with Chromium, through the web app's own screens.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { type ChromiumPerson, join, joinRoom, leave, mediaOver, newRoom, openLobby, remoteNames, seesMoving, showOnFailure } from './lib/app.js';
import { launchChromium } from './lib/chromium.js';
import { difference, localUfrags, received, remotePicture, total } from './lib/probes.js';
import { Resources, sleep, until } from './lib/resources.js';
import { Server } from './lib/server.js';

const suite = new Resources();
let browser: Browser;
let server: Server;

beforeAll(async () => {
  server = suite.add(await Server.start(), 'server', value => value.close());
  browser = suite.add(await launchChromium(), 'chromium', value => value.close());
});
afterAll(() => suite.close());

describe('three people and one link', () => {
  const room = newRoom();
  let ana: ChromiumPerson;
  let ben: ChromiumPerson;
  let caro: ChromiumPerson;
  afterAll(async () => { for (const person of [ana, ben, caro]) await person?.context.close(); });

  test('two people open the link, join, and see each other move and hear each other speak', async () => {
    ana = await joinRoom(browser, server, room, 'Ana');
    ben = await joinRoom(browser, server, room, 'Ben');
    onTestFailed(() => showOnFailure('two', ana, ben));
    for (const [person, other] of [[ana, ben], [ben, ana]] as const) {
      await seesMoving(person, 1);
      expect(await remoteNames(person)).toEqual([other.name]);
    }
    const measured = await Promise.all([mediaOver(ana, 5_000), mediaOver(ben, 5_000)]);
    for (const { video, audio } of measured) {
      expect(video).toHaveLength(1);
      expect(video[0]).toBeGreaterThan(5 * 15 / 3); // a third of what the camera gives in 5 s
      expect(Math.max(...audio)).toBeGreaterThan(1e-3);
    }
    for (const person of [ana, ben]) {
      const first = await until('a remote picture', () => remotePicture(person.ui, 160, 90));
      await sleep(700);
      expect(difference(first, (await remotePicture(person.ui, 160, 90))!)).toBeGreaterThan(1);
      expect(person.errors).toEqual([]);
    }
  });

  test('muting is seen by the other, silences, and negotiates nothing', async () => {
    onTestFailed(() => showOnFailure('mute', ana, ben));
    const descriptions = () => ben.ui.evaluate(() => globalThis.observed.descriptions, null);
    const before = [await descriptions(), await localUfrags(ben.ui)];
    await ana.ui.press('button', /^microphone/i);
    await ben.ui.seesElement(/^Ana, microphone off/);
    const muted = performance.now();
    await until('silence', async () => total(await received(ben.ui, 700), 'audio', 'audioEnergy') < 1e-7, 6_000, 1);
    console.log(`silent within ${Math.round(performance.now() - muted)} ms`);
    expect(total(await received(ben.ui, 1_500), 'audio', 'audioEnergy')).toBeLessThan(1e-7);
    await ana.ui.press('button', /^microphone/i);
    await until('sound again', async () => total(await received(ben.ui, 1_000), 'audio', 'audioEnergy') > 1e-4);
    expect([await descriptions(), await localUfrags(ben.ui)]).toEqual(before);
  });

  test('a camera switched off is gone at the other, and comes back', async () => {
    onTestFailed(() => showOnFailure('camera', ana, ben));
    await ana.ui.press('button', /^camera/i);
    await until('no picture', async () => (await received(ben.ui, 800)).every(row => row.kind !== 'video' || row.frames === 0));
    await ana.ui.press('button', /^camera/i);
    await seesMoving(ben, 1);
  });

  test('a shared screen reaches the other beside the camera, and goes', async () => {
    onTestFailed(() => showOnFailure('screen', ana, ben));
    await ana.ui.press('button', /^share screen/i);
    await ben.ui.seesElement(/^Ana’s screen/);
    await seesMoving(ben, 2);
    await ana.ui.press('button', /^stop sharing/i);
    await until('the stage to go', async () => !/Ana’s screen/.test(await ben.ui.text()));
    await seesMoving(ben, 1);
  });

  test('a chat message arrives, as text and nothing else', async () => {
    onTestFailed(() => showOnFailure('chat', ana, ben));
    await ana.ui.press('button', /^chat/i);
    await ben.ui.press('button', /^chat/i);
    await ana.ui.type(/message/i, 'Hello <b>Ben</b>');
    await ana.ui.key('Enter');
    await ben.ui.reads(/Hello <b>Ben<\/b>/);
    for (const person of [ana, ben]) await person.ui.press('button', /^chat/i);
  });

  test('a third joins and everybody sees everybody', async () => {
    caro = await joinRoom(browser, server, room, 'Caro');
    onTestFailed(() => showOnFailure('third', ana, ben, caro));
    for (const person of [ana, ben, caro]) await seesMoving(person, 2, 30_000);
    expect((await remoteNames(caro)).sort()).toEqual(['Ana', 'Ben']);
  });

  test('one reloads: comes back, leaves no ghost', async () => {
    onTestFailed(() => showOnFailure('reload', ana, ben, caro));
    await caro.ui.reload();
    await until('her own picture', () => caro.ui.evaluate(() => [...document.querySelectorAll('video')].some(video => video.videoWidth > 0), null));
    await join(caro);
    for (const person of [ana, ben, caro]) await seesMoving(person, 2, 30_000);
    for (const person of [ana, ben]) await until('one Caro', async () => (await remoteNames(person)).filter(name => name === 'Caro').length === 1, 3_000);
  });

  test('one leaves: the tile goes promptly', async () => {
    onTestFailed(() => showOnFailure('leave', ana, ben, caro));
    await leave(caro);
    const left = performance.now();
    for (const person of [ana, ben]) await until('Caro gone', async () => !(await remoteNames(person)).includes('Caro'), 5_000, 20);
    console.log(`tiles gone after ${Math.round(performance.now() - left)} ms`);
    await caro.ui.reads(/left the call/i);
    for (const person of [ana, ben]) expect((await mediaOver(person, 1_000)).video.filter(frames => frames > 0)).toHaveLength(1);
  });
});

describe('the way in', () => {
  test('the lobby asks why before the browser does, and tells who is in', async () => {
    await using resources = new Resources();
    const room = newRoom();
    const ana = await joinRoom(browser, server, room, 'Ana');
    resources.add(ana.context, 'ana', value => value.close());
    const ben = await openLobby(browser, server, room, 'Ben', { granted: false });
    resources.add(ben.context, 'ben', value => value.close());
    await ben.ui.reads(/Ana is already in/);
    expect(await ben.ui.evaluate(() => document.querySelectorAll('video').length, null)).toBe(0);
    await ben.ui.press('button', /use camera and microphone/i);
    await until('his picture', () => ben.ui.evaluate(() => [...document.querySelectorAll('video')].some(video => video.videoWidth > 0), null));
  });

  test('a seventh person reads that the room is full', async () => {
    await using resources = new Resources();
    const room = newRoom();
    // Six places taken by people who only listen: pages without devices are light.
    for (let i = 1; i <= 6; i++) {
      const person = await openLobby(browser, server, room, `Guest ${i}`, { granted: false });
      resources.add(person.context, person.name, value => value.close());
      await join(person);
    }
    const seventh = await openLobby(browser, server, room, 'Seventh', { granted: false });
    resources.add(seventh.context, 'seventh', value => value.close());
    onTestFailed(() => showOnFailure('full', seventh));
    await seventh.ui.reads(/all 6 places are taken/i);
    await seventh.ui.type(/name/i, 'Seventh');
    await seventh.ui.press('button', /^join\b/i);
    await seventh.ui.reads(/room is full/i);
  });

  test('a link with a name that cannot be a room says so', async () => {
    const person = await openLobby(browser, server, encodeURIComponent('no room!'), 'Ana');
    await using resources = new Resources();
    resources.add(person.context, 'ana', value => value.close());
    await person.ui.reads(/cannot be a room/i);
  });

  test('with the server gone the lobby says so, and lets people in once it is back', async () => {
    await using resources = new Resources();
    const own = resources.add(await Server.start(), 'server', value => value.close());
    const room = newRoom();
    const ana = await openLobby(browser, own, room, 'Ana');
    resources.add(ana.context, 'ana', value => value.close());
    onTestFailed(() => showOnFailure('gone', ana));
    await ana.ui.reads(/nobody is here yet/i);
    await own.kill();
    await ana.ui.type(/name/i, 'Ana');
    await ana.ui.press('button', /^join\b/i);
    await ana.ui.reads(/server does not answer/i, 30_000);
    await own.start();
    const calm = async () => !/does not answer|could not be joined|next try in/i.test(await ana.ui.text());
    await until('the words to go for good', async () => { if (!await calm()) return false; await sleep(1_000); return calm(); }, 30_000);
    await join(ana);
  });
});
