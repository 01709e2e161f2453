// SPDX-License-Identifier: Apache-2.0
// Two tessera-servers behind one Redis: people whose sockets are at different ones are together on the relay; the room's server is killed, and the call goes on.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newRoom } from '../lib/app.js';
import { Balancer } from '../lib/balancer.js';
import { barePage } from '../lib/bare.js';
import { launchChromium, newPerson } from '../lib/chromium.js';
import { Redis } from '../lib/redis.js';
import { Resources, until } from '../lib/resources.js';
import { freePort, Server } from '../lib/server.js';
import { useSyntheticMedia } from '../lib/synthetic-media.js';
import { type AnyPage, carriedBy, enterCall } from './in-call.js';

const suite = new Resources();
const servers: Server[] = [];
let balancer: Balancer;
const people: { page: Page; errors: string[] }[] = [];

beforeAll(async () => {
  const redis = suite.add(await Redis.start(), 'redis', value => value.close());
  const staticDir = barePage(suite);
  const secret = 'the same on both servers, and long enough';
  for (const name of ['one', 'two']) {
    const port = await freePort('127.0.0.1');
    const flags = ['--redis-url', redis.url, '--cluster-url', `http://127.0.0.1:${port}`];
    servers.push(suite.add(await Server.start({ staticDir, secret, port, flags }), `server ${name}`, value => value.close()));
  }
  balancer = suite.add(await Balancer.start(() => servers.map(({ port }) => port)), 'balancer', value => value.close());
  const browser = suite.add(await launchChromium(), 'chromium', value => value.close());
  const room = newRoom();
  for (const [index, name] of ['Ana', 'Ben'].entries()) {
    // Whoever comes from now on comes to this server first; the relay's sockets, too.
    balancer.first = index;
    const { context, page, errors } = await newPerson(browser);
    suite.add(context, `context of ${name}`, value => value.close());
    await useSyntheticMedia(context, { frequency: 500 + 400 * index });
    await page.goto(balancer.origin);
    await page.waitForFunction(() => 'tessera' in globalThis);
    await page.evaluate(enterCall, { room, name });
    people.push({ page, errors });
  }
}, 90_000);
afterAll(() => suite.close());

const pages = (): AnyPage[] => people.map(({ page }) => page as unknown as AnyPage);
const gauge = async ({ origin }: Server, name: string): Promise<number> => Number(new RegExp(`^${name} (\\d+)`, 'm').exec(await (await fetch(`${origin}/metrics`)).text())?.[1]);

test('people at two servers see and hear each other over the relay, and when its server is killed the call goes on', async () => {
  await carriedBy(pages());
  await people[0]!.page.evaluate(() => globalThis.room!.setTopology('relay'));
  await carriedBy(pages(), 'relay');
  // Ana's room is the first server's; all sockets that come now come to the second, and those of the relay are passed on.
  await until('both sockets at the first server', async () => (await gauge(servers[0]!, 'tessera_relay_sockets')) === 2, 20_000);
  expect(await gauge(servers[1]!, 'tessera_relay_passages')).toBeGreaterThan(0);
  await servers[0]!.kill();
  // Everybody is at the second server now, and builds the room up again there, with what it began with.
  for (const { page } of people) await until('everybody to be back', () => page.evaluate(() => globalThis.room!.signallingState === 'connected'), 60_000);
  await carriedBy(pages());
  await people[1]!.page.evaluate(() => globalThis.room!.setTopology('relay'));
  await carriedBy(pages(), 'relay');
  await until('both sockets at the second server', async () => (await gauge(servers[1]!, 'tessera_relay_sockets')) === 2, 20_000);
  for (const { page } of people) await page.evaluate(() => globalThis.room!.close());
}, 300_000);
