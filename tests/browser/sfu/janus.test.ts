// SPDX-License-Identifier: Apache-2.0
// A call through a real Janus: three pages, layers that follow the tiles, senders that encode what is watched, and Janus killed.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Network } from '../../net/network.js';
import { newRoom } from '../lib/app.js';
import { barePage } from '../lib/bare.js';
import { launchChromium, newPerson } from '../lib/chromium.js';
import { Janus } from '../lib/janus.js';
import { Resources, sleep, until } from '../lib/resources.js';
import { Server } from '../lib/server.js';
import { encoderWork, encodes, heightOf, makeTiles, received, resize, screenRates, watchForGaps } from './in-page.js';

const suite = new Resources();
let janus: Janus;
let server: Server;
let browser: Browser;
let room: string;
let ana: Page;
let ben: Page;
let cleo: Page;
const errors: string[] = [];

async function enter(name: string, camera: { width: number; height: number }): Promise<Page> {
  const person = await newPerson(browser);
  suite.add(person.context, `context of ${name}`, value => value.close());
  await person.page.goto(server.origin);
  await person.page.waitForFunction(() => globalThis.tessera !== undefined);
  await person.page.evaluate(async ({ room, name }) => {
    globalThis.room = await globalThis.tessera.joinRoom({ url: location.origin, room, name });
  }, { room, name });
  await makeTiles(person.page);
  await person.page.evaluate(camera => globalThis.room!.local.enableCamera({ ...camera, frameRate: 10 }), camera);
  person.page.on('pageerror', error => errors.push(String(error)));
  return person.page;
}

beforeAll(async () => {
  const network = suite.add(await Network.create(), 'network', value => value.close());
  janus = suite.add(await Janus.start(await network.addHost('janus')), 'janus', value => value.close());
  const flags = ['--sfu', 'janus', '--janus-url', janus.url, '--mesh-up-to', '2'];
  server = suite.add(await Server.start({ staticDir: barePage(suite, 'layers', 'janus'), flags }), 'server', value => value.close());
  browser = suite.add(await launchChromium({ camera: 'wide' }), 'chromium', value => value.close());
  room = newRoom();
  ana = await enter('Ana', { width: 960, height: 540 });
  ben = await enter('Ben', { width: 320, height: 180 });
}, 60_000);
afterAll(() => suite.close());

/** Waits until exactly these layers of Ana's camera are being encoded. */
const encodedAre = (heights: readonly number[], timeoutMs: number) => until(`the layers ${heights} and no others to be encoded`, async () => {
  const now = await encodes(ana);
  if (JSON.stringify(now) !== JSON.stringify(heights)) throw new Error(`encoded are ${now}`);
  return true;
}, timeoutMs, 50);

test('two are a mesh; when a third comes the room moves to Janus, and nobody rejoins', async () => {
  const topology = (page: Page) => page.evaluate(async () => (await globalThis.room!.getDiagnostics()).topology);
  const ids = await Promise.all([ana, ben].map(page => page.evaluate(() => globalThis.room!.local.id)));
  expect([await topology(ana), await topology(ben)]).toEqual(['mesh', 'mesh']);
  await until('Ana to be seen', async () => (await heightOf(ben, 'Ana')) > 0, 30_000);
  const longestGap = await watchForGaps(ben, 'Ana');
  cleo = await enter('Cleo', { width: 320, height: 180 });
  for (const page of [ana, ben, cleo]) await until('the room to have moved', async () => (await topology(page)) === 'sfu', 20_000);
  await until('Ana to be seen through Janus', async () => (await received(ben, 'Ana')).frames > 5, 20_000);
  expect(await Promise.all([ana, ben].map(page => page.evaluate(() => globalThis.room!.local.id)))).toEqual(ids);
  const gap = await longestGap();
  console.log(`longest time without a new frame while moving: ${gap.toFixed(0)} ms`);
  expect(gap).toBeLessThan(3_000);
});

test('everybody sees everybody through Janus, and nobody else is connected with', async () => {
  for (const [page, names] of [[ana, ['Ben', 'Cleo']], [ben, ['Ana', 'Cleo']], [cleo, ['Ana', 'Ben']]] as const) {
    for (const name of names) await until(`${name} to be seen`, async () => (await heightOf(page, name)) > 0, 30_000);
  }
  const { topology, peers } = await ana.evaluate(() => globalThis.room!.getDiagnostics());
  expect(topology).toBe('sfu');
  expect(peers.map(peer => peer.state)).toEqual(['connected', 'connected']);
  expect(new Set(peers.map(peer => peer.candidatePair?.remote.address))).toEqual(new Set([janus.host.address]));
});

test('the received size follows the tile, other tiles keep theirs, and the sender encodes what is watched', async () => {
  // 320 wide is the middle layer at 960x540: 480x270.
  await ben.evaluate(() => { document.querySelector<HTMLElement>('[data-name="Ana"]')!.style.width = '320px'; });
  await until('the middle layers', async () => (await heightOf(ben, 'Ana')) === 270 && (await heightOf(cleo, 'Ana')) === 270, 15_000);
  await encodedAre([270], 10_000);
  const times: Record<string, number> = {};
  times['enlarged'] = await resize(ben, 'Ana', 900, 540);
  expect(await heightOf(cleo, 'Ana')).toBe(270);
  times['shrunk'] = await resize(ben, 'Ana', 200, 135);
  expect(await heightOf(cleo, 'Ana')).toBe(270);
  expect(await heightOf(ben, 'Cleo')).toBe(180);
  await encodedAre([135, 270], 3_000);
  times['enlarged again'] = await resize(ben, 'Ana', 900, 540);
  console.log(`received size follows, ms: ${JSON.stringify(times)}`);
  for (const [what, ms] of Object.entries(times)) {
    expect(ms, what).toBeGreaterThanOrEqual(0);
    expect(ms, what).toBeLessThan(1_500);
  }
});

test('received bits fall with the tile', async () => {
  const rate = async (): Promise<number> => {
    await sleep(1_000); // the keyframe of the change
    const before = await received(ben, 'Ana');
    await sleep(2_500);
    const after = await received(ben, 'Ana');
    expect(after.frames).toBeGreaterThan(before.frames);
    return (after.bytes - before.bytes) * 8 / (after.at - before.at);
  };
  expect(await resize(ben, 'Ana', 900, 540)).toBeGreaterThanOrEqual(0);
  const large = await rate();
  expect(await resize(ben, 'Ana', 150, 135)).toBeGreaterThanOrEqual(0);
  const small = await rate();
  console.log(`received, kbit/s: ${large.toFixed(0)} at 540 lines, ${small.toFixed(0)} at 135`);
  expect(large).toBeGreaterThan(2 * small);
});

test('what is hidden is not sent, and comes back when it is shown', async () => {
  const pin = (pinned: boolean) => ben.evaluate(pinned => {
    const participant = [...globalThis.room!.participants.values()].find(it => it.name === 'Ana')!;
    participant.observe(document.querySelector('[data-name="Ana"]')!, { pinned });
  }, pinned);
  await pin(true);
  const show = (page: Page, name: string, shown: boolean) => page.evaluate(({ name, shown }) => {
    document.querySelector<HTMLElement>(`[data-name="${name}"]`)!.style.display = shown ? '' : 'none';
  }, { name, shown });
  const began = performance.now();
  await show(ben, 'Ana', false);
  await show(cleo, 'Ana', false);
  await encodedAre([], 5_000);
  console.log(`nothing watched, nothing encoded after ${(performance.now() - began).toFixed(0)} ms`);
  const idle = await encoderWork(ana);
  await sleep(1_000);
  const stillIdle = await encoderWork(ana);
  expect(stillIdle.frames - idle.frames).toBeLessThanOrEqual(1);
  expect(stillIdle.seconds - idle.seconds).toBeLessThan(0.05);
  const before = (await received(ben, 'Ana')).frames;
  await show(ben, 'Ana', true);
  await until('Ana to move again', async () => (await received(ben, 'Ana')).frames > before + 3, 6_000, 50);
  await show(cleo, 'Ana', true);
  expect(errors).toEqual([]);
});

test('a shared screen keeps its size and gives up frame rate', async () => {
  const page = (await newPerson(browser)).page;
  suite.add(page.context(), 'context of a screen', value => value.close());
  await page.goto(server.origin);
  await page.waitForFunction(() => globalThis.tessera !== undefined);
  const rates = await page.evaluate(screenRates, janus.url);
  console.log(`a screen's frames a second by the temporal layer taken: ${JSON.stringify(rates)}`);
  expect(rates.map(({ height }) => height)).toEqual([360, 360, 360]);
  // A quarter of the frames; a busy machine sends fewer of them all.
  expect(rates[0]!.rate).toBeLessThan(0.7 * rates[2]!.rate);
});

test('Janus killed and started again: the call comes back by itself', async () => {
  await janus.kill();
  await until('the trouble to be seen', () => ben.evaluate(() => [...globalThis.room!.participants.values()].some(it => it.state !== 'connected')), 20_000);
  await janus.start();
  const began = performance.now();
  await Promise.all(([[ana, 'Ben'], [ben, 'Ana'], [cleo, 'Ana']] as const).map(async ([page, name]) => {
    const before = (await received(page, name)).frames;
    let last = before;
    await until(`${name} to move again`, async () => {
      const { frames } = await received(page, name);
      // A new connection counts from nothing.
      if (frames < last) last = frames;
      return frames > last + 3 && (await page.evaluate(() => [...globalThis.room!.participants.values()].every(it => it.state === 'connected')));
    }, 15_000, 100);
  }));
  console.log(`back ${(performance.now() - began).toFixed(0)} ms after Janus was`);
  expect(errors).toEqual([]);
});
