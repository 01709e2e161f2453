// SPDX-License-Identifier: Apache-2.0
// Two pages with nothing but the relay between them: moving pictures and sound both ways, in VP9, and in VP8 while somebody has nothing else; a
// receiver that stalls harms nobody.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RelayClient } from '../../../js/server/src/testing/relay-client.js';
import { launchChromium } from '../lib/chromium.js';
import { engineDist } from '../lib/paths.js';
import { Resources, until } from '../lib/resources.js';
import { Server } from '../lib/server.js';
import { close, counted, look, refused, type Seen, start, takeDelays } from './in-page.js';
import { serveRelayPage, takePlace } from './site.js';

const tones = [700, 1900];
const suite = new Resources();
let server: Server;
let site: string;
beforeAll(async () => {
  server = suite.add(await Server.start({ staticDir: engineDist, flags: ['--allowed-origins', 'http://127.0.0.1:*'] }), 'server', value => value.close());
  site = await serveRelayPage(suite);
}, 60_000);
afterAll(() => suite.close());

test('pictures move and sound is heard both ways; a stalled receiver with VP8 alone harms nobody; a lost server is noticed; close() ends it', async () => {
  await using resources = new Resources();
  const browser = resources.add(await launchChromium(), 'chromium', value => value.close());
  const room = 'relay';
  const pages: Page[] = [];
  // One with the browser's codecs, the other with this package's.
  for (const [tone, prefer] of [[tones[0]!, 'native'], [tones[1]!, 'wasm']] as const) {
    const page = await browser.newPage();
    page.on('pageerror', error => console.log(`page: ${String(error)}`));
    await page.goto(site);
    await page.waitForFunction(() => 'relay' in globalThis);
    const participantKey = await takePlace(resources, server.origin, room);
    await page.evaluate(start, { url: server.origin, room, participantKey, tone, width: 320, height: 180, frameRate: 10, prefer });
    pages.push(page);
  }
  let last: Seen[][] = [];
  const watch = async (): Promise<Seen[][]> => (last = await Promise.all(pages.map(page => page.evaluate(look, tones))));
  const goes = (seen: Seen[][], from: number[] = [0, 0]): boolean => seen.every(([other], page) =>
    other !== undefined && other.different >= from[page]! + 15 && other.levels[1 - page]! > -50 && other.levels[page]! < other.levels[1 - page]! - 20);
  const state = async (): Promise<string> => [JSON.stringify(last), ...(await Promise.all(pages.map(page => page.evaluate(counted))))].join('\n');
  /** Whether each page sends video in this codec, and receives it so. A machine that VP9 is too much for goes on with VP8. */
  const inCodec = async (wanted: RegExp): Promise<boolean> => {
    const statistics = await Promise.all(pages.map(page => page.evaluate(() => relaying.connection.statistics())));
    const videos = statistics.flatMap(({ sent, received }) => [...sent, ...received]).filter(({ kind }) => kind === 'video');
    const slow = statistics.some(({ sent }) => sent.some(({ qualityLimitationReason }) => qualityLimitationReason === 'cpu'));
    return videos.length === 4 && videos.every(({ codec }) => wanted.test(codec) || (slow && codec === 'vp8'));
  };
  await until('pictures and sound both ways', async () => goes(await watch()), 60_000, 200).catch(async (error: Error) => { throw new Error(`${error.message}\n${await state()}`); });
  expect(last.map(([other]) => other!.width)).toEqual([320, 320]);

  const stalled = resources.add(await RelayClient.open(server.origin), 'stalled receiver', value => value[Symbol.asyncDispose]());
  stalled.send({ type: 'enter', protocol: 1, room, participantKey: await takePlace(resources, server.origin, room), decodes: ['vp8'] });
  stalled.acknowledging = true;
  await until('a first frame to it', () => stalled.media.length > 0, 20_000);
  const from = last.map(([other]) => other!.different);
  await until('both to go on in VP8', async () => (await inCodec(/^vp8$/)) && goes(await watch(), from), 60_000, 200).catch(async (error: Error) => { throw new Error(`${error.message}\n${await state()}`); });
  expect(stalled.texts.find(message => message.type === 'streamAdded' && message.stream.kind === 'video')).toMatchObject({ stream: { codec: 'vp8' } });
  stalled.acknowledging = false;
  await until('it to be cut off, now that it acknowledges nothing', () => stalled.closeCode === 4006, 40_000);
  const then = last.map(([other]) => other!.different);
  await until('VP9 again', async () => (await inCodec(/^vp09/)) && goes(await watch(), then), 40_000, 200).catch(async (error: Error) => { throw new Error(`${error.message}\n${await state()}`); });

  expect(await pages[0]!.evaluate(refused, { url: server.origin, room })).toBe('RelayError not-joined');
  await server.kill();
  await until('both to notice', async () => (await Promise.all(pages.map(page => page.evaluate(() => relaying.connection.state)))).every(it => it === 'reconnecting'), 20_000);

  const delays = (await Promise.all(pages.map(page => page.evaluate(takeDelays)))).map(list => list.toSorted((a, b) => a - b)[list.length >> 1]);
  console.log(`glass to glass, 320x180 at 10 fps, milliseconds: ${delays.join(', ')}`);
  for (const page of pages) {
    expect(await page.evaluate(close)).toEqual({ remote: ['live', 'live'].map(() => 'ended'), own: ['live', 'live'], state: 'closed', after: 'closed' });
  }
}, 240_000);
