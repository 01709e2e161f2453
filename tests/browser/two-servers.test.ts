// SPDX-License-Identifier: Apache-2.0
// Two tessera-servers behind one Redis and one load balancer carry a room; either is killed, and the call and its chat go on.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newRoom } from './lib/app.js';
import { Balancer } from './lib/balancer.js';
import { barePage } from './lib/bare.js';
import { launchChromium, newPerson } from './lib/chromium.js';
import { Redis } from './lib/redis.js';
import { Resources, until } from './lib/resources.js';
import { Server } from './lib/server.js';
import './sfu/in-page.js';

const suite = new Resources();
const room = newRoom();
let servers: Server[];
let balancer: Balancer;
let browser: Browser;
const pages: Record<string, Page> = {};

async function enter(name: string): Promise<void> {
  const { context, page } = await newPerson(browser);
  suite.add(context, `context of ${name}`, value => value.close());
  await page.goto(balancer.origin);
  await page.waitForFunction(() => globalThis.tessera !== undefined);
  await page.evaluate(async ({ room, name }) => {
    globalThis.room = await globalThis.tessera.joinRoom({ url: location.origin, room, name });
    const heard: string[] = [];
    globalThis.room.addEventListener('data', ({ data }) => { heard.push(String(data)); });
    Object.assign(globalThis, { heard });
  }, { room, name });
  pages[name] = page;
}

const present = (page: Page): Promise<string[]> => page.evaluate(() => [...globalThis.room!.participants.values()].filter(it => it.present && it.state === 'connected').map(it => it.name).sort());
const others = (name: string): string[] => Object.keys(pages).filter(it => it !== name).sort();

/** Everybody is connected with everybody, by signalling as by media. */
async function together(): Promise<void> {
  for (const [name, page] of Object.entries(pages)) {
    await until(`${name} to see ${others(name).join(' and ')}`, async () => {
      const now = await present(page);
      const signalling = await page.evaluate(() => globalThis.room!.signallingState);
      if (signalling !== 'connected' || JSON.stringify(now) !== JSON.stringify(others(name))) throw new Error(`${signalling}, sees ${now}`);
      return true;
    }, 45_000);
  }
}

/** What one says, all others hear. */
async function talks(name: string): Promise<void> {
  const text = `${name} at ${Date.now()}`;
  await pages[name]!.evaluate(text => globalThis.room!.sendData(text, { topic: 'chat', reliable: true }), text);
  for (const other of others(name)) {
    await until(`${other} to hear ${name}`, () => pages[other]!.evaluate(text => (globalThis as never as { heard: string[] }).heard.includes(text), text), 20_000);
  }
}

beforeAll(async () => {
  const redis = suite.add(await Redis.start(), 'redis', value => value.close());
  const staticDir = barePage(suite);
  const secret = 'the same on both servers, and long enough';
  servers = [];
  for (const name of ['one', 'two']) {
    servers.push(suite.add(await Server.start({ staticDir, secret, flags: ['--redis-url', redis.url] }), `server ${name}`, value => value.close()));
  }
  balancer = suite.add(await Balancer.start(() => servers.map(({ port }) => port)), 'balancer', value => value.close());
  browser = suite.add(await launchChromium(), 'chromium', value => value.close());
}, 60_000);
afterAll(() => suite.close());

test('people whose sockets are at different servers are in one room', async () => {
  await enter('Ana');
  balancer.first = 1;
  await enter('Ben');
  await together();
  await talks('Ben');
});

for (const [killed, name] of [[0, 'the first'], [1, 'the second']] as const) {
  test(`${name} server is killed: everybody is together again at the other, and a newcomer finds them`, async () => {
    const began = performance.now();
    await servers[killed]!.kill();
    balancer.first = 1 - killed;
    await enter(`Guest ${killed}`);
    await together();
    console.log(`together again ${(performance.now() - began).toFixed(0)} ms after ${name} was killed`);
    await talks('Ana');
    await talks(`Guest ${killed}`);
    await servers[killed]!.start();
  });
}

test('nobody was sent away for good', async () => {
  for (const page of Object.values(pages)) expect(await page.evaluate(() => globalThis.room!.state)).toBe('connected');
});
