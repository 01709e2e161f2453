// SPDX-License-Identifier: Apache-2.0
// A room that tessera-mcu mixes: four people with one stream each way, everybody in the picture, nobody hears themselves, and what happens when the mixer dies.
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { barePage } from '../lib/bare.js';
import { launchChromium, newPerson } from '../lib/chromium.js';
import { chromiumPath, root } from '../lib/paths.js';
import { type Child, start } from '../lib/processes.js';
import { Resources, until } from '../lib/resources.js';
import { Server } from '../lib/server.js';
import { carried, colours, fakeMedia, heard, join, type Person, streams } from './in-page.js';

const people: Person[] = [
  { name: 'Ana', colour: 'red', tone: 700 },
  { name: 'Ben', colour: 'lime', tone: 1300 },
  { name: 'Cleo', colour: 'blue', tone: 2100 },
  { name: 'Dan', colour: 'yellow', tone: 3100 },
];
const tones = people.map(({ tone }) => tone);
const all = people.map(({ colour }) => colour).sort();
const room = `mcu-${process.pid}`;
const suite = new Resources();
const pages: Page[] = [];
const ids: string[] = [];
let mcu: Child;
let mixer = '';
let before: Awaited<ReturnType<typeof carried>>[] | undefined;

beforeAll(async () => {
  const server = suite.add(await Server.start({ staticDir: barePage(suite) }), 'server', value => value.close());
  const browser = suite.add(await launchChromium({ camera: 'none' }), 'chromium', value => value.close());
  mcu = suite.add(start('tessera-mcu', process.execPath, [path.join(root, 'js/server/dist/mcu/cli.js'), '--room', room, '--url', server.origin,
    '--chromium', chromiumPath, '--chromium-flag=--allow-loopback-in-peer-connection']), 'tessera-mcu', value => value.end());
  for (const person of people) {
    const { context, page } = await newPerson(browser);
    await context.addInitScript(fakeMedia, person);
    await page.goto(server.origin);
    await page.waitForFunction(() => 'tessera' in globalThis);
    pages.push(page);
    ids.push(await page.evaluate(join, { room, person: person.name }));
  }
  mixer = (await mcu.saw(/joined room \S+ as (\S+)/, 60_000))[1]!;
}, 120_000);
afterAll(() => suite.close());

/** Until every page has what `good` says; fails with what each had last. */
async function everywhere<T>(what: string, probe: (page: Page) => Promise<T>, good: (value: T, index: number) => boolean, timeoutMs = 40_000, some = pages): Promise<T[]> {
  let last: T[] = [];
  await until(what, async () => {
    last = await Promise.all(some.map(probe));
    return last.every((value, i) => good(value, pages.indexOf(some[i]!)));
  }, timeoutMs, 200).catch((error: Error) => { throw new Error(`${error.message}\n${last.map(value => JSON.stringify(value)).join('\n')}\n${mcu.output}`); });
  return last;
}

test('tessera-mcu mixes: everybody sends it one video and gets one back, with all four in it', async () => {
  await everywhere('the mixed room', page => page.evaluate(carried), ({ topology, mixer: who }) => topology === 'mcu' && who === mixer);
  await everywhere('all four in the picture', page => page.evaluate(colours), found => JSON.stringify(found) === JSON.stringify(all));
  const one = { connections: 1, videoIn: 1, videoOut: 1, audioIn: 1, audioOut: 1 };
  const found = await everywhere('one stream each way', page => page.evaluate(streams), ({ framesDecoded, ...counts }) => framesDecoded > 10 && JSON.stringify(counts) === JSON.stringify(one));
  for (const { framesDecoded, ...counts } of found) expect([framesDecoded > 10, counts]).toEqual([true, one]);
  expect(await Promise.all(pages.map(async page => (await page.evaluate(carried)).connections))).toEqual([1, 1, 1, 1]);
  // Who is there is still known.
  const names = await pages[0]!.evaluate(() => [...joined.room.participants.values()].map(({ name }) => name).sort());
  expect(names).toEqual(['Ben', 'Cleo', 'Dan', 'Mixer']);
}, 120_000);

test('each of the four hears the other three tones and not their own', async () => {
  const levels = await everywhere('three tones each', page => page.evaluate(heard, tones), (row, own) => {
    const others = row.filter((_, tone) => tone !== own);
    return row.length === tones.length && Math.min(...others) > -60 && row[own]! < Math.min(...others) - 20;
  });
  console.log(`dB of each tone, by listener\n${levels.map(row => `  ${row.map(Math.round).join(' ')}`).join('\n')}`);
}, 90_000);

test('the mixer is killed: somebody else mixes, or everybody is connected with everybody, and all are told', async () => {
  const began = performance.now();
  // Noted once: a second try finds the mixer dead.
  before ??= await Promise.all(pages.map(page => page.evaluate(carried)));
  const told = before.map(({ said }) => said.length);
  mcu.process.kill('SIGKILL');
  const after = await everywhere('another way', page => page.evaluate(carried), ({ topology, mixer: who, said }, i) => (topology !== 'mcu' || who !== mixer) && said.length > told[i]!);
  const decided = performance.now() - began;
  const next = after[0]!;
  expect(new Set(after.map(({ topology, mixer: who }) => `${topology} ${who}`)).size).toBe(1);
  // The next mixer is one of the four; the other three see all four again. In a mesh everybody decodes the three others.
  const mixing = ids.indexOf(next.mixer);
  const others = pages.filter((_, i) => i !== mixing);
  if (next.topology === 'mcu') {
    expect(mixing).toBeGreaterThanOrEqual(0);
    await everywhere('all four in the new mix', page => page.evaluate(colours), found => JSON.stringify(found) === JSON.stringify(all), 40_000, others);
    await everywhere('one stream each way again', page => page.evaluate(streams), ({ connections, videoIn, videoOut }) => connections === 1 && videoIn === 1 && videoOut === 1, 40_000, others);
  } else {
    await everywhere('three others', page => page.evaluate(streams), ({ videoIn, framesDecoded }) => videoIn === 3 && framesDecoded > 10);
  }
  console.log(`after the mixer's death: decided after ${decided.toFixed(0)} ms, pictures after ${(performance.now() - began).toFixed(0)} ms (${next.topology}); ${next.said.slice(told[0]).join('; ')}`);
  expect(performance.now() - began).toBeLessThan(60_000);
}, 120_000);
