// SPDX-License-Identifier: Apache-2.0
// A call in trouble: the signalling server dies, the network is cut, a computer's address changes.
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import type { Browser } from 'playwright-core';
import { type ChromiumPerson, framesOf, joinRoom, mediaOver, newRoom, remoteNames, seesMoving, showOnFailure } from './lib/app.js';
import { launchChromium } from './lib/chromium.js';
import { localUfrags, nextFrames } from './lib/probes.js';
import { Resources, sleep, until } from './lib/resources.js';
import { Server } from './lib/server.js';
import { type Host, Network, withoutNamespaces } from '../net/network.js';

const suite = new Resources();
afterAll(() => suite.close());

describe('the signalling server is killed', () => {
  test('the call goes on, signalling resumes when the server is back, and a newcomer reaches everybody', async () => {
    await using resources = new Resources();
    const server = resources.add(await Server.start(), 'server', value => value.close());
    const browser = resources.add(await launchChromium(), 'chromium', value => value.close());
    const room = newRoom();
    const ana = await joinRoom(browser, server, room, 'Ana');
    const ben = await joinRoom(browser, server, room, 'Ben');
    onTestFailed(() => showOnFailure('killed', ana, ben));
    for (const person of [ana, ben]) await seesMoving(person, 1);

    await server.kill();
    for (const person of [ana, ben]) await person.ui.reads(/server is gone|server .*(away|back)|reconnecting/i);
    await sleep(3_000);
    for (const person of [ana, ben]) {
      const { video, audio } = await mediaOver(person, 1_500);
      expect(video[0]).toBeGreaterThan(5);
      expect(Math.max(...audio)).toBeGreaterThan(1e-5);
      expect(await remoteNames(person)).toHaveLength(1);
    }
    const [framesA, framesB] = [await framesOf(ana), await framesOf(ben)];
    await server.start();
    const back = performance.now();
    for (const person of [ana, ben]) await until('signalling to resume', async () => !/server is gone|reconnecting/i.test(await person.ui.text()), 30_000);
    console.log(`signalling resumed ${Math.round(performance.now() - back)} ms after the server answered`);

    const caro = await joinRoom(browser, server, room, 'Caro');
    onTestFailed(() => showOnFailure('killed', caro));
    for (const person of [ana, ben, caro]) await seesMoving(person, 2, 30_000);
    expect((await remoteNames(caro)).sort()).toEqual(['Ana', 'Ben']);
    expect(await remoteNames(ana)).toHaveLength(2);
    // The first two never lost their connection: its counters only grew, and nothing was negotiated anew between them.
    expect(await framesOf(ana)).toBeGreaterThan(framesA);
    expect(await framesOf(ben)).toBeGreaterThan(framesB);
  });
});

describe.skipIf(withoutNamespaces)('on a network of one\'s own', () => {
  let network: Network;
  let server: Server;
  const people: { host: Host; browser: Browser; person: ChromiumPerson }[] = [];

  beforeAll(async () => {
    network = suite.add(await Network.create(), 'network', value => value.close());
    server = suite.add(await Server.start({ host: network.address }), 'server', value => value.close());
    const room = newRoom();
    for (const name of ['Ana', 'Ben']) {
      const host = await network.addHost(name.toLowerCase());
      const browser = suite.add(await launchChromium({ host, secureOrigin: server.origin }), 'chromium', value => value.close());
      people.push({ host, browser, person: await joinRoom(browser, server, room, name) });
    }
    for (const { person } of people) await seesMoving(person, 1);
  });

  test('the network is cut for 8 s: picture and sound are back soon after its return', async () => {
    const [ana, ben] = people as [typeof people[0], typeof people[0]];
    onTestFailed(() => showOnFailure('cut', ana.person, ben.person));
    await ana.host.cut();
    const begun = performance.now();
    await sleep(2_000);
    expect((await mediaOver(ben.person, 2_000)).video.reduce((a, b) => a + b, 0)).toBe(0);
    await ben.person.ui.reads(/weak|reconnecting|lost the connection/i, 8_000);
    await sleep(Math.max(0, 8_000 - (performance.now() - begun)));
    await ana.host.restore();
    const waits = await Promise.all(people.map(({ person }) => nextFrames(person.ui, 15_000)));
    console.log(`media back ${waits.map(Math.round).join(' and ')} ms after the network's return (goal 5000)`);
    for (const { person } of people) {
      await until('sound', async () => Math.max(0, ...(await mediaOver(person, 500)).audio) > 1e-5, 15_000);
      expect(await remoteNames(person)).toHaveLength(1);
    }
  });

  test("a computer's address changes: the call recovers by an ICE restart", async () => {
    const [ana, ben] = people as [typeof people[0], typeof people[0]];
    onTestFailed(() => showOnFailure('address', ana.person, ben.person));
    const before = await localUfrags(ana.person.ui);
    const [framesA, framesB] = [await framesOf(ana.person), await framesOf(ben.person)];
    expect(framesA * framesB).toBeGreaterThan(0);
    await ana.host.changeAddress();
    const changed = performance.now();
    await until('a new ufrag', async () => (await localUfrags(ana.person.ui)).some(ufrag => !before.includes(ufrag)), 45_000);
    await Promise.all(people.map(({ person }) => nextFrames(person.ui, 45_000)));
    console.log(`media over the new address ${Math.round(performance.now() - changed)} ms after the change`);
    for (const { person } of people) expect(await remoteNames(person)).toHaveLength(1);
    // What flows now really uses the new address.
    const address = await ana.person.ui.evaluate(async () => {
      for (const pc of globalThis.observed.peerConnections.filter(pc => pc.connectionState === 'connected')) {
        const stats = await pc.getStats();
        const transport = [...stats.values()].find(report => report.type === 'transport');
        const pair = stats.get(transport?.selectedCandidatePairId) as RTCIceCandidatePairStats | undefined;
        const candidate = pair && stats.get(pair.localCandidateId) as { address?: string } | undefined;
        if (candidate?.address) return candidate.address;
      }
      return null;
    }, null);
    expect(address).toBe(ana.host.address);
  });
});
