// SPDX-License-Identifier: Apache-2.0
// Calls through a real TURN server: over UDP, TCP and TLS, with the signalling server's credentials; what wrong ones and a blocked UDP lead to.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Host, Network, withoutNamespaces } from '../net/network.js';
import { newRoom } from './lib/app.js';
import { barePage } from './lib/bare.js';
import { launchChromium, newPerson } from './lib/chromium.js';
import { Coturn } from './lib/coturn.js';
import { nextFrames } from './lib/probes.js';
import { Resources, until } from './lib/resources.js';
import { Server } from './lib/server.js';
import { useSyntheticMedia } from './lib/synthetic-media.js';

type Engine = typeof import('../../js/engine/src/index.js');
declare global {
  // eslint-disable-next-line no-var
  var tessera: Engine;
  // eslint-disable-next-line no-var
  var room: Awaited<ReturnType<Engine['joinRoom']>> | undefined;
  // eslint-disable-next-line no-var
  var warnings: { code: string; message: string }[];
}

describe.skipIf(withoutNamespaces)('through coturn', () => {
  const suite = new Resources();
  let network: Network;
  let laptop: Host;
  let coturn: Coturn;
  let browser: Browser;
  let site: string;

  beforeAll(async () => {
    network = suite.add(await Network.create(), 'network', value => value.close());
    laptop = await network.addHost('laptop');
    coturn = suite.add(await Coturn.start(await network.addHost('coturn')), 'coturn', value => value.close());
    site = barePage(suite);
    browser = suite.add(await launchChromium({ host: laptop, secureOrigin: `http://${network.address}:8080`, flags: ['--ignore-certificate-errors'] }), 'chromium', value => value.close());
  }, 60_000);
  afterAll(() => suite.close());

  /** A server that names these TURN addresses; on the one port that the browser trusts, so one at a time. */
  const serve = async (resources: Resources, urls: string[], secret = coturn.secret): Promise<Server> =>
    resources.add(await Server.start({ host: network.address, port: 8080, staticDir: site, flags: urls.length ? ['--turn-urls', urls.join(' '), '--turn-secret', secret] : [] }), 'server', value => value.close());

  async function enter(resources: Resources, server: Server, room: string, name: string, relayOnly: boolean): Promise<Page> {
    const { context, page } = await newPerson(browser);
    resources.add(context, `context of ${name}`, value => value.close());
    await useSyntheticMedia(context, { frequency: name === 'Ana' ? 500 : 900 });
    await page.goto(server.origin);
    await page.waitForFunction(() => globalThis.tessera !== undefined);
    await page.evaluate(async ({ room, name, relayOnly }) => {
      globalThis.room = await globalThis.tessera.joinRoom({ url: location.origin, room, name, relayOnly });
      globalThis.warnings = [];
      globalThis.room.addEventListener('warning', ({ code, message }) => globalThis.warnings.push({ code, message }));
      globalThis.room.addEventListener('participantjoined', ({ participant }) => document.querySelector('main')!.append(participant.createTile()));
      await globalThis.room.local.enableCamera();
      await globalThis.room.local.enableMicrophone();
    }, { room, name, relayOnly });
    return page;
  }

  const pair = (page: Page) => page.evaluate(async () => (await globalThis.room!.getDiagnostics()).peers[0]?.candidatePair);

  for (const transport of ['udp', 'tcp', 'tls'] as const) {
    test(`over ${transport}: media flows, and both ends are relayed`, async () => {
      await using resources = new Resources();
      const server = await serve(resources, [coturn.url(transport)]);
      const room = newRoom();
      const pages = [await enter(resources, server, room, 'Ana', true), await enter(resources, server, room, 'Ben', true)];
      for (const page of pages) {
        await nextFrames(page, 40_000).catch((error: unknown) => { throw new Error(`${String(error)}\n${coturn.output.slice(-3000)}`); });
        const chosen = await until('a candidate pair', () => pair(page), 10_000);
        expect(chosen.local).toMatchObject({ type: 'relay', relayProtocol: transport });
        expect(chosen.remote.address).toBe(coturn.host.address);
      }
    });
  }

  test('credentials that coturn does not accept are told of in words', async () => {
    await using resources = new Resources();
    const server = await serve(resources, [coturn.url('udp')], 'another secret than coturn has');
    const room = newRoom();
    const ana = await enter(resources, server, room, 'Ana', true);
    await enter(resources, server, room, 'Ben', true);
    const warning = await until('the warning', () => ana.evaluate(() => globalThis.warnings.find(({ code }) => code.startsWith('turn-'))), 40_000);
    expect(warning.code).toBe('turn-unauthorized');
    expect(warning.message).toContain('does not accept the credentials (401');
    expect(await pair(ana)).toBeNull();
  });

  test('with UDP blocked the call goes through TURN over TCP', async () => {
    await using resources = new Resources();
    await laptop.blockUdp();
    resources.add(laptop, 'blocked UDP', host => host.allowUdp());
    const server = await serve(resources, [coturn.url('udp'), coturn.url('tcp')]);
    const room = newRoom();
    const pages = [await enter(resources, server, room, 'Ana', false), await enter(resources, server, room, 'Ben', false)];
    for (const page of pages) {
      await nextFrames(page, 60_000);
      const chosen = await until('a candidate pair', () => pair(page), 10_000);
      expect([chosen.local.relayProtocol, chosen.remote.address]).toEqual(['tcp', coturn.host.address]);
    }
  });
});
