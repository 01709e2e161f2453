// SPDX-License-Identifier: Apache-2.0
// A page in Firefox and one in Chromium with nothing but the relay between them: moving pictures and sound both ways, whoever's codecs are
// used; and a call of theirs that goes over to the relay, and back, while it runs.
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newRoom } from '../lib/app.js';
import { barePage } from '../lib/bare.js';
import { launchChromium, newPerson } from '../lib/chromium.js';
import { launchFirefox, newFirefoxPage } from '../lib/firefox.js';
import { Resources, sleep, until } from '../lib/resources.js';
import { Server } from '../lib/server.js';
import { type AnyPage, carriedBy, enterCall } from './in-call.js';
import { close, counted, look, type Seen, start, type Start } from './in-page.js';
import { takePlace } from './site.js';

const tones = [700, 1900];
const suite = new Resources();
let server: Server;
/** Firefox's, then Chromium's. */
let openers: ((resources: Resources) => Promise<AnyPage>)[];

/** Opens a tab in front of a page; close it again. */
async function hideFirefox(page: AnyPage): Promise<{ close(): Promise<void> }> {
  const front = await (page as unknown as Page).browserContext().newPage();
  await front.bringToFront();
  await until('the page to be hidden', () => page.evaluate(() => document.hidden, undefined), 20_000);
  return front;
}

beforeAll(async () => {
  server = suite.add(await Server.start({ staticDir: barePage(suite, 'relay') }), 'server', value => value.close());
  const chromium = suite.add(await launchChromium(), 'chromium', value => value.close());
  const firefox = await launchFirefox();
  suite.add(firefox.resources, 'firefox', value => value.close());
  openers = [
    async (resources) => {
      const page = resources.add(await newFirefoxPage(firefox.browser), 'firefox page', value => value.close());
      page.on('pageerror', error => console.log(`firefox: ${String(error)}`));
      await page.goto(server.origin);
      await page.waitForFunction(() => 'tessera' in globalThis);
      return page as unknown as AnyPage;
    },
    async (resources) => {
      const { context, page } = await newPerson(chromium);
      resources.add(context, 'chromium page', value => value.close());
      page.on('pageerror', error => console.log(`chromium: ${String(error)}`));
      await page.goto(server.origin);
      await page.waitForFunction(() => 'tessera' in globalThis);
      return page as unknown as AnyPage;
    },
  ];
}, 120_000);
afterAll(() => suite.close());

for (const prefer of ['native', 'wasm'] as const) {
  test(`Firefox and Chromium see and hear each other, with ${prefer === 'native' ? 'the browsers’ codecs' : 'this package’s codecs'}`, async () => {
    await using resources = new Resources();
    const pages: AnyPage[] = [];
    for (const [index, open] of openers.entries()) {
      const page = await open(resources);
      const participantKey = await takePlace(resources, server.origin, prefer);
      const options: Start = { url: server.origin, room: prefer, participantKey, tone: tones[index]!, width: 320, height: 180, frameRate: 10, prefer };
      await page.evaluate(start, options);
      pages.push(page);
    }
    let last: Seen[][] = [];
    const goes = async (): Promise<boolean> => {
      last = await Promise.all(pages.map(page => page.evaluate(look, tones)));
      return last.every(([other], page) => other !== undefined && other.different >= 15 && other.levels[1 - page]! > -50 && other.levels[page]! < other.levels[1 - page]! - 20);
    };
    await until('pictures and sound both ways', goes, 90_000, 300).catch(async (error: Error) => {
      throw new Error([error.message, JSON.stringify(last), ...(await Promise.all(pages.map(page => page.evaluate(counted, undefined))))].join('\n'));
    });
    expect(last.map(([other]) => other!.width)).toEqual([320, 320]);
    // Behind another tab Firefox calls back for videos and canvases once a second; a camera is sent all the same.
    await pages[0]!.evaluate(async () => {
      const { relaying } = globalThis;
      const stream = await MediaDevices.prototype.getUserMedia.call(navigator.mediaDevices, { video: true });
      relaying.own.push(...stream.getVideoTracks());
      relaying.connection.publish(stream.getVideoTracks()[0]!, { sourceId: 'native camera' });
    }, undefined);
    const front = await hideFirefox(pages[0]!);
    const frames = async (): Promise<number> => (await pages[1]!.evaluate(look, tones))[0]!.frames;
    await until('four pictures a second of the hidden page', async () => {
      const [before, began] = [await frames(), performance.now()];
      await sleep(3_000);
      return (await frames()) - before > (4 * (performance.now() - began)) / 1000;
    }, 60_000, 0);
    await front.close();
    for (const page of pages) expect((await page.evaluate(close, undefined)).state).toBe('closed');
  }, 180_000);
}

test('a call between Firefox and Chromium goes over to the relay while it runs, and back', async () => {
  await using resources = new Resources();
  const room = newRoom();
  const pages: AnyPage[] = [];
  for (const [index, open] of openers.entries()) {
    const page = await open(resources);
    await page.evaluate(enterCall, { room, name: ['Fay', 'Carl'][index]! });
    pages.push(page);
  }
  const carried = (topology: string): Promise<void> => carriedBy(pages, topology);
  await carried('mesh');
  await pages[0]!.evaluate(async () => { await globalThis.room!.setTopology('relay'); }, undefined);
  await carried('relay');
  await pages[1]!.evaluate(async () => { await globalThis.room!.setTopology('mesh'); }, undefined);
  await carried('mesh');
  for (const page of pages) await page.evaluate(() => { globalThis.room!.close(); }, undefined);
}, 300_000);
