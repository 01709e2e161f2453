// SPDX-License-Identifier: Apache-2.0
// A call through a real Janus: three pages, layers that follow the tiles, senders that encode what is watched, and Janus killed.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Network } from '../../net/network.js';
import { barePage } from '../lib/bare.js';
import { launchChromium } from '../lib/chromium.js';
import { Janus } from '../lib/janus.js';
import { Resources, sleep, until } from '../lib/resources.js';
import { Server } from '../lib/server.js';
import { encoderWork, heightOf, received, resize, screenRates, watchForGaps } from './in-page.js';
import { allBack, bitsBySize, encodedAre, everybodySeen, kOneLayer, kThreeLayers, movesAgain, People, pin, setShown, setWidth, troubleSeen } from './people.js';

const suite = new Resources();
let janus: Janus;
let browser: Browser;
let people: People;
let ana: Page;
let ben: Page;
let cleo: Page;

beforeAll(async () => {
  const network = suite.add(await Network.create(), 'network', value => value.close());
  janus = suite.add(await Janus.start(await network.addHost('janus')), 'janus', value => value.close());
  const flags = ['--sfu', 'janus', '--janus-url', janus.url, '--mesh-up-to', '2'];
  const server = suite.add(await Server.start({ staticDir: barePage(suite, 'layers', 'janus'), flags }), 'server', value => value.close());
  browser = suite.add(await launchChromium({ camera: 'wide' }), 'chromium', value => value.close());
  people = new People(suite, server);
  ana = await people.join(browser, 'Ana', kThreeLayers);
  ben = await people.join(browser, 'Ben', kOneLayer);
}, 60_000);
afterAll(() => suite.close());

test('two are a mesh; when a third comes the room moves to Janus, and nobody rejoins', async () => {
  const topology = (page: Page) => page.evaluate(async () => (await globalThis.room!.getDiagnostics()).topology);
  const ids = await Promise.all([ana, ben].map(page => page.evaluate(() => globalThis.room!.local.id)));
  expect([await topology(ana), await topology(ben)]).toEqual(['mesh', 'mesh']);
  await until('Ana to be seen', async () => (await heightOf(ben, 'Ana')) > 0, 30_000);
  const longestGap = await watchForGaps(ben, 'Ana');
  cleo = await people.join(browser, 'Cleo', kOneLayer);
  for (const page of [ana, ben, cleo]) await until('the room to have moved', async () => (await topology(page)) === 'sfu', 20_000);
  await until('Ana to be seen through Janus', async () => (await received(ben, 'Ana')).frames > 5, 20_000);
  expect(await Promise.all([ana, ben].map(page => page.evaluate(() => globalThis.room!.local.id)))).toEqual(ids);
  const gap = await longestGap();
  console.log(`longest time without a new frame while moving: ${gap.toFixed(0)} ms`);
  expect(gap).toBeLessThan(3_000);
});

test('everybody sees everybody through Janus, and nobody else is connected with', async () => {
  await everybodySeen([[ana, ['Ben', 'Cleo']], [ben, ['Ana', 'Cleo']], [cleo, ['Ana', 'Ben']]], 30_000);
  const { topology, peers } = await ana.evaluate(() => globalThis.room!.getDiagnostics());
  expect(topology).toBe('sfu');
  expect(peers.map(peer => peer.state)).toEqual(['connected', 'connected']);
  expect(new Set(peers.map(peer => peer.candidatePair?.remote.address))).toEqual(new Set([janus.host.address]));
});

test('the received size follows the tile, other tiles keep theirs, and the sender encodes what is watched', async () => {
  // 320 wide is the middle layer at 960x540: 480x270.
  await setWidth(ben, 'Ana', 320);
  await until('the middle layers', async () => (await heightOf(ben, 'Ana')) === 270 && (await heightOf(cleo, 'Ana')) === 270, 15_000);
  await encodedAre(ana, [270], 10_000);
  const times: Record<string, number> = {};
  times['enlarged'] = await resize(ben, 'Ana', 900, 540);
  expect(await heightOf(cleo, 'Ana')).toBe(270);
  times['shrunk'] = await resize(ben, 'Ana', 200, 135);
  expect(await heightOf(cleo, 'Ana')).toBe(270);
  expect(await heightOf(ben, 'Cleo')).toBe(180);
  await encodedAre(ana, [135, 270], 3_000);
  times['enlarged again'] = await resize(ben, 'Ana', 900, 540);
  console.log(`received size follows, ms: ${JSON.stringify(times)}`);
  for (const [what, ms] of Object.entries(times)) {
    expect(ms, what).toBeGreaterThanOrEqual(0);
    expect(ms, what).toBeLessThan(1_500);
  }
});

test('received bits fall with the tile', async () => {
  const [large, small] = await bitsBySize(ben, 'Ana', [[900, 540], [150, 135]]);
  console.log(`received, kbit/s: ${large} at 540 lines, ${small} at 135`);
  expect(large).toBeGreaterThan(2 * small!);
});

test('what is hidden is not sent, and comes back when it is shown', async () => {
  await pin(ben, 'Ana');
  const began = performance.now();
  await setShown(ben, 'Ana', false);
  await setShown(cleo, 'Ana', false);
  await encodedAre(ana, [], 5_000);
  console.log(`nothing watched, nothing encoded after ${(performance.now() - began).toFixed(0)} ms`);
  const idle = await encoderWork(ana);
  await sleep(1_000);
  const stillIdle = await encoderWork(ana);
  expect(stillIdle.frames - idle.frames).toBeLessThanOrEqual(1);
  expect(stillIdle.seconds - idle.seconds).toBeLessThan(0.05);
  await setShown(ben, 'Ana', true);
  await movesAgain(ben, 'Ana', 6_000);
  await setShown(cleo, 'Ana', true);
  expect(people.errors).toEqual([]);
});

test('a shared screen keeps its size and gives up frame rate', async () => {
  const page = await people.open(browser, 'a screen');
  const rates = await page.evaluate(screenRates, janus.url);
  console.log(`a screen's frames a second by the temporal layer taken: ${JSON.stringify(rates)}`);
  expect(rates.map(({ height }) => height)).toEqual([360, 360, 360]);
  // A quarter of the frames; a busy machine sends fewer of them all.
  expect(rates[0]!.rate).toBeLessThan(0.7 * rates[2]!.rate);
});

test('Janus killed and started again: the call comes back by itself', async () => {
  await janus.kill();
  await troubleSeen(ben, 20_000);
  await janus.start();
  const took = await allBack([[ana, ['Ben']], [ben, ['Ana']], [cleo, ['Ana']]], 15_000);
  console.log(`back ${took.toFixed(0)} ms after Janus was`);
  expect(people.errors).toEqual([]);
});
