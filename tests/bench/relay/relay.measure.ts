// SPDX-License-Identifier: Apache-2.0
// Two pages send each other 360p30 with the time drawn into it, over the relay alone: once on loopback, once with one of them behind a slow link.
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { launchChromium } from '../../browser/lib/chromium.js';
import { engineDist, root } from '../../browser/lib/paths.js';
import { start as startProcess } from '../../browser/lib/processes.js';
import { Resources, sleep, until } from '../../browser/lib/resources.js';
import { Server } from '../../browser/lib/server.js';
import { look, start, takeDelays } from '../../browser/relay/in-page.js';
import { serveRelayPage, takePlace } from '../../browser/relay/site.js';
import { Network } from '../../net/network.js';
import { command } from '../../browser/lib/processes.js';

const kNear = '10.99.0.1';
const kFar = '10.99.0.2';
const kSettle = 8_000;
const kMeasure = 12_000;

/** Delays read in both pages. `host`: where the second page's browser lives. */
async function measure(resources: Resources, address: string, host?: Awaited<ReturnType<Network['addHost']>>): Promise<number[]> {
  const server = resources.add(await Server.start({ host: address, staticDir: engineDist, flags: ['--allowed-origins', '*'] }), 'server', value => value.close());
  const site = await serveRelayPage(resources, address);
  const room = 'bench';
  const pages = [];
  for (const far of [false, true]) {
    const browser = resources.add(await launchChromium({ secureOrigin: site, ...(far && host ? { host } : {}) }), 'chromium', value => value.close());
    const page = await browser.newPage();
    page.on('pageerror', error => console.log(`page: ${String(error)}`));
    await page.goto(site);
    await page.waitForFunction(() => 'relay' in globalThis, null, { timeout: 120_000 });
    const participantKey = await takePlace(resources, server.origin, room);
    await page.evaluate(start, { url: server.origin, room, participantKey, tone: far ? 700 : 1900, width: 640, height: 360, frameRate: 30 });
    pages.push(page);
  }
  await until('pictures both ways', async () => (await Promise.all(pages.map(page => page.evaluate(look, [])))).every(([other]) => (other?.different ?? 0) > 10), 90_000);
  await sleep(kSettle);
  for (const page of pages) await page.evaluate(takeDelays);
  await sleep(kMeasure);
  const delays = await Promise.all(pages.map(page => page.evaluate(takeDelays)));
  for (const page of pages) {
    const { uplinkLimit, sent, received, roundTripMs } = await page.evaluate(() => relaying.connection.statistics());
    console.log(JSON.stringify({ roundTripMs, uplinkLimit, sent, received }));
  }
  return delays.flat();
}

test('glass to glass', async () => {
  const report: Record<string, number[]> = {};
  {
    await using resources = new Resources();
    report['idle'] = await measure(resources, '127.0.0.1');
  }
  {
    await using resources = new Resources();
    const network = resources.add(await Network.create(), 'network', value => value.close());
    const host = await network.addHost('far');
    const emulator = path.join(root, 'build/native/tests/link_emulator');
    if (!existsSync(emulator)) throw new Error(`${emulator} is missing: run scripts/build native`);
    const link = resources.add(startProcess('link emulator', emulator, [String(host.keeper.pid), '1000000', '20', '2'], { stdin: 'pipe' }), 'link', value => value.end());
    await link.saw(/ready/);
    for (const [run, mine] of [[command, kNear], [host.run.bind(host), kFar]] as const) {
      await run('ip', 'address', 'add', `${mine}/30`, 'dev', 'emulated0');
      await run('ip', 'link', 'set', 'emulated0', 'up');
    }
    report['narrow'] = await measure(resources, kNear, host);
  }
  expect(report['idle']!.length).toBeGreaterThan(50);
  expect(report['narrow']!.length).toBeGreaterThan(50);
  writeFileSync(process.env.TESSERA_BENCH_REPORT ?? '/dev/stdout', JSON.stringify(report));
});
