// SPDX-License-Identifier: Apache-2.0
// One room, four people, every topology in turn while the call runs, chosen from the diagnostics panel of one of them.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { Network, withoutNamespaces } from '../net/network.js';
import { type ChromiumPerson, join, newRoom, showOnFailure } from './lib/app.js';
import { launchChromium, newPerson } from './lib/chromium.js';
import { listenIn, takeGaps, watchGaps, worst } from './lib/gaps.js';
import { Janus } from './lib/janus.js';
import { Resources, until } from './lib/resources.js';
import { Server } from './lib/server.js';
import { useSyntheticMedia } from './lib/synthetic-media.js';
import { chromiumUi } from './lib/ui.js';

const tones: Record<string, number> = { Ana: 500, Ben: 900, Caro: 1400, Dan: 2000 };
const names = Object.keys(tones);
/** The goal is 1.5 s; a machine that does other things, too, is given three times that. */
const kLongestGap = 4_500;

const suite = new Resources();
let server: Server;
let browser: Browser;
const people: ChromiumPerson[] = [];

beforeAll(async () => {
  if (withoutNamespaces) return;
  const network = suite.add(await Network.create(), 'network', value => value.close());
  const janus = suite.add(await Janus.start(await network.addHost('janus')), 'janus', value => value.close());
  server = suite.add(await Server.start({ flags: ['--sfu', 'janus', '--janus-url', janus.url, '--mesh-up-to', '6'] }), 'server', value => value.close());
  browser = suite.add(await launchChromium(), 'chromium', value => value.close());
  const room = newRoom();
  for (const name of names) {
    const { context, page, errors } = await newPerson(browser, { viewport: { width: name === 'Ana' ? 1100 : 640, height: 560 } });
    suite.add(context, `context of ${name}`, value => value.close());
    await context.grantPermissions(['camera', 'microphone'], { origin: server.origin });
    await useSyntheticMedia(context, { frequency: tones[name]! });
    await listenIn(context);
    await page.goto(`${server.origin}/r/${room}`);
    people.push({ name, ui: chromiumUi(page), errors, page, context });
  }
  for (const person of people) await join(person);
}, 120_000);
afterAll(() => suite.close());

/** What the panel says of connections: [streams up, streams down] of each, and how many bits go up and down in all. */
const table = (person: ChromiumPerson) => person.page.evaluate(() => [...document.querySelectorAll('.connections tbody tr')].map(row => [...row.querySelectorAll('th, td')].map(cell => cell.textContent)));

/** What Ana's panel says once media flows: connections, and streams up and down on all of them together. She mixes, having come first. */
const expected = { Mesh: [3, 6, 6], SFU: [2, 2, 6], MCU: [3, 6, 6], Relay: [1, 2, 6] } as const;

test.skipIf(withoutNamespaces)('pictures and sound go on through every change, and the panel shows what carries them', async () => {
  const [ana] = people as [ChromiumPerson];
  onTestFailed(() => showOnFailure('topologies', ...people));
  for (const person of people) await watchGaps(person.page, Object.fromEntries(names.filter(name => name !== person.name).map(name => [name, tones[name]!])));
  for (const person of people) {
    await until(`${person.name} to see and hear everybody`, async () => {
      const gaps = await takeGaps(person.page);
      return worst(gaps) < 500;
    }, 60_000, 700);
  }
  await ana.ui.key('d');
  await until('the choice', () => ana.ui.evaluate(() => document.querySelectorAll('.topology-choice input').length >= 2, null));

  const measured: string[] = [];
  for (const topology of ['SFU', 'MCU', 'Relay', 'Mesh'] as const) {
    for (const person of people) await takeGaps(person.page);
    const began = performance.now();
    await ana.ui.press('radio', new RegExp(`^${topology}$`));
    await until(`${topology} on Ana's panel`, () => ana.ui.evaluate(words => document.querySelector('.topology svg')?.getAttribute('aria-label')?.startsWith(`${words}:`) ?? false, topology), 30_000, 50);
    const changed = performance.now() - began;
    const [connections, up, down] = expected[topology];
    await until(`${connections} connections, ${up} streams up and ${down} down`, async () => {
      const rows = await table(ana);
      const total = rows.at(-1)!;
      if (rows.length !== (connections > 1 ? connections + 1 : 1) || Number(total[1]) !== up || Number(total[2]) !== down || !total.slice(3).every(bits => /^[1-9]/.test(bits!))) throw new Error(JSON.stringify(rows));
      return true;
    }, 30_000, 250);
    await ana.ui.screenshot(`topology-${topology}`);
    const worsts = await Promise.all(people.map(async person => ({ name: person.name, ...(await takeGaps(person.page)) })));
    const picture = Math.max(...worsts.flatMap(gaps => Object.values(gaps.picture)));
    const sound = Math.max(...worsts.flatMap(gaps => Object.values(gaps.sound)));
    measured.push(`${topology}: changed after ${changed.toFixed(0)} ms, longest time without a picture ${picture.toFixed(0)} ms, without sound ${sound.toFixed(0)} ms`);
    expect(picture, JSON.stringify(worsts)).toBeLessThan(kLongestGap);
    expect(sound, JSON.stringify(worsts)).toBeLessThan(kLongestGap);
  }
  console.log(`${measured.join('\n')}\n(goal 1500 ms)`);
  for (const person of people) expect(person.errors).toEqual([]);
});
