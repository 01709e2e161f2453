// SPDX-License-Identifier: Apache-2.0
// A receiver whose link becomes slow for a while: what it pinned goes on, the others stay visible, and everything comes back; beside it the same without selection.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Host, Network } from '../../net/network.js';
import { newRoom } from '../lib/app.js';
import { barePage } from '../lib/bare.js';
import { launchChromium, newPerson } from '../lib/chromium.js';
import { Janus } from '../lib/janus.js';
import { Resources, sleep, until } from '../lib/resources.js';
import { Server } from '../lib/server.js';
import { choicesOf, heightOf, makeTiles, watchForGaps } from './in-page.js';

const suite = new Resources();
let server: Server;
let link: Host;
let room: string;
let dora: Page;

const kSlow = 400;
const kSlowFor = 20_000;
const others = ['Ben', 'Cleo'] as const;

async function enter(browser: Browser, name: string, camera: { width: number; height: number } | null): Promise<Page> {
  const person = await newPerson(browser);
  suite.add(person.context, `context of ${name}`, value => value.close());
  await person.page.goto(server.origin);
  await person.page.waitForFunction(() => globalThis.tessera !== undefined);
  await person.page.evaluate(async ({ room, name }) => {
    globalThis.room = await globalThis.tessera.joinRoom({ url: location.origin, room, name });
  }, { room, name });
  if (camera) await person.page.evaluate(camera => globalThis.room!.local.enableCamera({ ...camera, frameRate: 10 }), camera);
  else await makeTiles(person.page);
  return person.page;
}

/** Longest time without a new frame of Ana's while the link is slow, and what was seen of the others. */
async function slowPeriod(): Promise<{ gap: number; kinds: Record<string, string[]>; kilobits: number }> {
  const longestGap = await watchForGaps(dora, 'Ana');
  const kinds: Record<string, Set<string>> = {};
  const bytes = (): Promise<number> => dora.evaluate(async () => {
    const { peers } = await globalThis.room!.getDiagnostics();
    return peers.flatMap(peer => peer.inbound).reduce((sum, row) => sum + (row.bytesReceived ?? 0), 0);
  });
  const before = await bytes();
  await link.throttle(kSlow);
  const end = performance.now() + kSlowFor;
  while (performance.now() < end) {
    await sleep(500);
    for (const { name, kind, spatial, temporal } of await choicesOf(dora)) (kinds[name] ??= new Set()).add(kind === 'video' ? `${spatial}.${temporal}` : kind);
  }
  const gap = await longestGap();
  const kilobits = (await bytes() - before) * 8 / kSlowFor;
  return { gap, kilobits, kinds: Object.fromEntries(Object.entries(kinds).map(([name, set]) => [name, [...set]])) };
}

beforeAll(async () => {
  const network = suite.add(await Network.create(), 'network', value => value.close());
  const janus = suite.add(await Janus.start(await network.addHost('janus')), 'janus', value => value.close());
  link = await network.addHost('dora');
  const flags = ['--sfu', 'janus', '--janus-url', janus.url, '--mesh-up-to', '2'];
  server = suite.add(await Server.start({ host: network.address, staticDir: barePage(suite, 'layers'), flags }), 'server', value => value.close());
  const senders = suite.add(await launchChromium({ camera: 'wide', secureOrigin: server.origin }), 'chromium', value => value.close());
  const receiver = suite.add(await launchChromium({ camera: 'none', secureOrigin: server.origin, host: link }), 'chromium of Dora', value => value.close());
  room = newRoom();
  await enter(senders, 'Ana', { width: 960, height: 540 });
  for (const name of others) await enter(senders, name, { width: 320, height: 180 });
  dora = await enter(receiver, 'Dora', null);
  await until('everybody to be seen', async () => (await Promise.all(['Ana', ...others].map(name => heightOf(dora, name)))).every(height => height > 0), 40_000);
  await dora.evaluate(() => {
    const tile = document.querySelector<HTMLElement>('[data-name="Ana"]')!;
    tile.style.width = '900px';
    [...globalThis.room!.participants.values()].find(it => it.name === 'Ana')!.observe(tile, { pinned: true });
  });
}, 90_000);
afterAll(() => suite.close());

test('a slow link: the pinned picture goes on, the others stay, and everything is back soon after', async () => {
  await until('Ana in full', async () => (await heightOf(dora, 'Ana')) === 540, 40_000);
  const { gap, kinds, kilobits } = await slowPeriod();
  const shown = await Promise.all(others.map(name => heightOf(dora, name)));
  await link.throttle(null);
  const began = performance.now();
  await until('Ana in full again', async () => (await heightOf(dora, 'Ana')) === 540, 30_000, 50);
  const back = performance.now() - began;
  await until('the others to be taken as video again', async () => (await choicesOf(dora)).every(({ kind }) => kind === 'video'), 30_000, 100);
  console.log(`${kSlow} kbit/s for ${kSlowFor / 1000} s: longest gap of the pinned picture ${gap.toFixed(0)} ms, received ${kilobits.toFixed(0)} kbit/s, taken ${JSON.stringify(kinds)}; `
    + `in full again after ${back.toFixed(0)} ms, all of them after ${(performance.now() - began).toFixed(0)} ms`);
  expect(gap).toBeLessThan(3_000);
  // Ana's picture became smaller, and nobody vanished.
  expect(kinds['Ana']!.some(it => /^[01]\./.test(it))).toBe(true);
  for (const name of others) expect(kinds[name]).not.toContain('paused');
  for (const height of shown) expect(height).toBeGreaterThan(0);
});

test('what was recorded of the call replays to the same decisions', async () => {
  const { log, difference } = await dora.evaluate(async () => {
    const { layersOf, replayLog } = globalThis.layers;
    const log = layersOf(globalThis.room!)!.exportLog();
    return { log, difference: await replayLog(log) };
  });
  expect(log.split('\n').filter(line => / stats /.test(line)).length).toBeGreaterThan(50);
  expect(difference).toBe('');
});

test('the same without selection, for comparison', async () => {
  await dora.evaluate(() => { globalThis.layers.layersOf(globalThis.room!)!.automatic = false; });
  const { gap, kilobits } = await slowPeriod();
  await link.throttle(null);
  console.log(`without selection: longest gap of the pinned picture ${gap.toFixed(0)} ms, received ${kilobits.toFixed(0)} kbit/s`);
});
