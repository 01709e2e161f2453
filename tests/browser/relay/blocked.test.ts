// SPDX-License-Identifier: Apache-2.0
// A network that lets no UDP through: the call goes over to the relay by itself, and picture and sound come that way.
import { afterAll, expect, onTestFailed, test } from 'vitest';
import { Network, withoutNamespaces } from '../../net/network.js';
import { type ChromiumPerson, join, newRoom, showOnFailure } from '../lib/app.js';
import { launchChromium, newPerson } from '../lib/chromium.js';
import { listenIn, takeGaps, watchGaps, worst } from '../lib/gaps.js';
import { Resources, until } from '../lib/resources.js';
import { Server } from '../lib/server.js';
import { useSyntheticMedia } from '../lib/synthetic-media.js';
import { chromiumUi } from '../lib/ui.js';

const tones: Record<string, number> = { Ana: 600, Ben: 1500 };
const names = Object.keys(tones);
const suite = new Resources();
afterAll(() => suite.close());

test.skipIf(withoutNamespaces)('without UDP the call lands on the relay by itself', async () => {
  const network = suite.add(await Network.create(), 'network', value => value.close());
  const host = await network.addHost('blocked');
  await host.blockUdp();
  const server = suite.add(await Server.start({ host: network.address }), 'server', value => value.close());
  const browser = suite.add(await launchChromium({ host, secureOrigin: server.origin }), 'chromium', value => value.close());
  const room = newRoom();
  const people: ChromiumPerson[] = [];
  for (const name of names) {
    const { context, page, errors } = await newPerson(browser, { viewport: { width: 640, height: 560 } });
    await context.grantPermissions(['camera', 'microphone'], { origin: server.origin });
    await useSyntheticMedia(context, { frequency: tones[name]! });
    await listenIn(context);
    await page.goto(`${server.origin}/r/${room}`);
    people.push({ name, ui: chromiumUi(page), errors, page, context });
  }
  onTestFailed(() => showOnFailure('blocked', ...people));
  for (const person of people) await join(person);
  const began = performance.now();
  for (const person of people) await watchGaps(person.page, Object.fromEntries(names.filter(name => name !== person.name).map(name => [name, tones[name]!])));
  for (const person of people) {
    await until(`${person.name} to see and hear the other`, async () => worst(await takeGaps(person.page)) < 700, 90_000, 800);
  }
  console.log(`picture and sound over the relay ${((performance.now() - began) / 1000).toFixed(1)} s after joining (ICE is given 8 s)`);
  const [ana] = people as [ChromiumPerson];
  await ana.ui.key('d');
  await until('the panel to name the relay', () => ana.ui.evaluate(() => /^Relay:/.test(document.querySelector('.topology svg')?.getAttribute('aria-label') ?? ''), null), 30_000);
  for (const person of people) expect(person.errors).toEqual([]);
}, 240_000);
