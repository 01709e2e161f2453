// SPDX-License-Identifier: Apache-2.0
// Firefox and Chromium in a room of each kind of SFU: both see each other, and the layer received follows the tile on either side.
import type { Browser } from 'playwright-core';
import type { Browser as FirefoxBrowser } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Host, Network } from '../../net/network.js';
import { barePage } from '../lib/bare.js';
import { launchChromium } from '../lib/chromium.js';
import { everyAddress, launchFirefox } from '../lib/firefox.js';
import { Janus } from '../lib/janus.js';
import { LiveKit } from '../lib/livekit.js';
import type { Evaluates } from '../lib/probes.js';
import { Resources, until } from '../lib/resources.js';
import { Server } from '../lib/server.js';
import { encodes, heightOf, received } from './in-page.js';
import { everybodySeen, kThreeLayers, movesAgain, People, setShown, setWidth } from './people.js';

const suite = new Resources();
let hosts: Record<'Janus' | 'LiveKit', Host>;
let chromium: Browser;
let firefox: FirefoxBrowser;

beforeAll(async () => {
  const network = suite.add(await Network.create(), 'network', value => value.close());
  hosts = { Janus: await network.addHost('janus'), LiveKit: await network.addHost('livekit') };
  chromium = suite.add(await launchChromium({ camera: 'wide' }), 'chromium', value => value.close());
  const launched = await launchFirefox(everyAddress);
  suite.add(launched.resources, 'firefox', value => value.close());
  firefox = launched.browser;
}, 90_000);
afterAll(() => suite.close());

const kinds = {
  Janus: async (resources: Resources) => {
    const janus = resources.add(await Janus.start(hosts.Janus), 'janus', value => value.close());
    return ['--sfu', 'janus', '--janus-url', janus.url];
  },
  LiveKit: async (resources: Resources) => {
    const livekit = resources.add(await LiveKit.start(hosts.LiveKit), 'livekit', value => value.close());
    return [...livekit.flags, '--sfu-through-server'];
  },
};

/** Waits until the picture of somebody has about this height; gives the milliseconds. Browsers may make a picture smaller by themselves. */
async function height(page: Evaluates, name: string, fits: (height: number) => boolean): Promise<number> {
  const began = performance.now();
  let now = 0;
  await until(`another layer of ${name}`, async () => {
    if (fits(now = await heightOf(page, name))) return true;
    throw new Error(`it is ${now}; ${JSON.stringify(await received(page, name))}`);
  }, 30_000, 20);
  return Math.round(performance.now() - began);
}

test.each(['Janus', 'LiveKit'] as const)('through %s', async kind => {
  await using resources = new Resources();
  const flags = [...await kinds[kind](resources), '--mesh-up-to', '0'];
  const server = resources.add(await Server.start({ staticDir: barePage(resources, 'layers', kind.toLowerCase()), flags }), 'server', value => value.close());
  const people = new People(resources, server);
  const fay = await people.openFirefox(firefox, 'Fay');
  await people.enter(fay, 'Fay', kThreeLayers);
  const carl = await people.join(chromium, 'Carl', kThreeLayers);
  await everybodySeen([[fay, ['Carl']], [carl, ['Fay']]], 60_000);
  const times: Record<string, number[]> = {};
  for (const [who, page, name] of [['Firefox receives', fay, 'Carl'], ['Chromium receives', carl, 'Fay']] as const) {
    await setWidth(page, name, 200);
    await height(page, name, lines => lines > 0 && lines < 200);
    const took: number[] = [];
    for (const [width, fits] of [[900, (lines: number) => lines > 400], [200, (lines: number) => lines < 200]] as const) {
      await setWidth(page, name, width);
      took.push(await height(page, name, fits));
      await movesAgain(page, name, 20_000);
    }
    times[who] = took;
  }
  console.log(`${kind}: received size follows, enlarged and shrunk, ms: ${JSON.stringify(times)}`);
  // What nobody watches is not encoded.
  await setShown(carl, 'Fay', false);
  await until('Firefox to encode nothing', async () => (await encodes(fay)).length === 0, 30_000);
  await setShown(carl, 'Fay', true);
  await movesAgain(carl, 'Fay', 30_000);
  expect(people.errors).toEqual([]);
});
