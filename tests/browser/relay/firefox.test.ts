// SPDX-License-Identifier: Apache-2.0
// A page in Firefox and one in Chromium with nothing but the relay between them: moving pictures and sound both ways, whoever's codecs are used.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../lib/chromium.js';
import { launchFirefox } from '../lib/firefox.js';
import { engineDist } from '../lib/paths.js';
import { Resources, until } from '../lib/resources.js';
import { Server } from '../lib/server.js';
import { close, counted, look, type Seen, start, type Start } from './in-page.js';
import { serveRelayPage, takePlace } from './site.js';

/** What this test uses of either driver's page. */
interface AnyPage {
  evaluate<A, R>(run: (argument: A) => R | Promise<R>, argument: A): Promise<R>;
  close(): Promise<void>;
}

const tones = [700, 1900];
const suite = new Resources();
let server: Server;
let openers: (() => Promise<AnyPage>)[];

beforeAll(async () => {
  server = suite.add(await Server.start({ staticDir: engineDist, flags: ['--allowed-origins', 'http://127.0.0.1:*'] }), 'server', value => value.close());
  const site = await serveRelayPage(suite);
  const chromium = suite.add(await launchChromium(), 'chromium', value => value.close());
  const firefox = await launchFirefox();
  suite.add(firefox.resources, 'firefox', value => value.close());
  openers = [
    async () => {
      const page = await firefox.browser.newPage();
      page.on('pageerror', error => console.log(`firefox: ${String(error)}`));
      await page.goto(site);
      await page.waitForFunction(() => 'relay' in globalThis);
      return page as unknown as AnyPage;
    },
    async () => {
      const page = await chromium.newPage();
      page.on('pageerror', error => console.log(`chromium: ${String(error)}`));
      await page.goto(site);
      await page.waitForFunction(() => 'relay' in globalThis);
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
      const page = resources.add(await open(), 'page', value => value.close());
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
    for (const page of pages) expect((await page.evaluate(close, undefined)).state).toBe('closed');
  }, 180_000);
}
