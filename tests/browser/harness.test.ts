// SPDX-License-Identifier: Apache-2.0
// Proves the tests' own instruments on bare RTCPeerConnections: cameras, speech, probes, namespaces, cuts; the product takes no part.
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, newPerson } from './lib/chromium.js';
import { launchFirefox, newFirefoxPage } from './lib/firefox.js';
import { Network, withoutNamespaces } from '../net/network.js';
import { difference, type Evaluates, nextFrames, received, remotePicture, total } from './lib/probes.js';
import { Resources, sleep, until } from './lib/resources.js';

const suite = new Resources();
let port = 0;

beforeAll(async () => {
  const server = createServer((_, response) => { response.setHeader('content-type', 'text/html').end('<!doctype html><title>bare</title><body>'); });
  server.listen(0);
  await once(server, 'listening');
  suite.add(server, 'page server', value => { value.closeAllConnections(); value.close(); });
  port = (server.address() as AddressInfo).port;
});
afterAll(() => suite.close());

/** Connects two pages by hand, both sending camera and microphone. */
async function call(a: Evaluates, b: Evaluates): Promise<void> {
  const prepare = async (page: Evaluates) => page.evaluate(async () => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 360 } });
    const pc = new RTCPeerConnection();
    pc.addEventListener('track', event => {
      const player = document.createElement(event.track.kind as 'audio' | 'video');
      player.srcObject = new MediaStream([event.track]);
      document.body.append(player);
      void player.play();
    });
    for (const track of stream.getTracks()) pc.addTrack(track, stream);
  }, null);
  await prepare(a);
  await prepare(b);
  const describe = (page: Evaluates, remote: RTCSessionDescriptionInit | null) => page.evaluate(async remote => {
    const pc = globalThis.observed.peerConnections[0]!;
    if (remote) await pc.setRemoteDescription(remote);
    if (remote?.type === 'answer') return null;
    await pc.setLocalDescription();
    if (pc.iceGatheringState !== 'complete') {
      await new Promise<void>(resolve => { pc.addEventListener('icegatheringstatechange', () => { if (pc.iceGatheringState === 'complete') resolve(); }); });
    }
    return pc.localDescription!.toJSON() as RTCSessionDescriptionInit;
  }, remote);
  const offer = await describe(a, null);
  const answer = await describe(b, offer);
  await describe(a, answer);
}

async function expectMovingAndAudible(page: Evaluates): Promise<void> {
  await nextFrames(page, 15_000);
  const rows = await received(page, 2_000);
  expect(total(rows, 'video', 'frames')).toBeGreaterThan(10);
  expect(total(rows, 'audio', 'audioEnergy')).toBeGreaterThan(1e-4);
  const first = (await until('remote picture', () => remotePicture(page, 160, 90)));
  await sleep(700);
  expect(difference(first, (await remotePicture(page, 160, 90))!)).toBeGreaterThan(1);
}

describe('the instruments', () => {
  test('two bare Chromium pages see the photograph move and hear speech', async () => {
    await using resources = new Resources();
    const browser = resources.add(await launchChromium(), 'chromium', value => value.close());
    const [a, b] = [await newPerson(browser), await newPerson(browser)];
    for (const { page } of [a, b]) await page.goto(`http://127.0.0.1:${port}/`);
    await call(a.page, b.page);
    await expectMovingAndAudible(a.page);
    await expectMovingAndAudible(b.page);
  });

  test('bare Chromium and bare Firefox see and hear each other', async () => {
    await using resources = new Resources();
    const browser = resources.add(await launchChromium(), 'chromium', value => value.close());
    const firefox = await launchFirefox();
    resources.add(firefox.resources, 'firefox', value => value.close());
    const { page: a } = await newPerson(browser);
    const b = await newFirefoxPage(firefox.browser);
    await a.goto(`http://127.0.0.1:${port}/`);
    await b.goto(`http://127.0.0.1:${port}/`);
    await call(b as unknown as Evaluates, a);
    await expectMovingAndAudible(a);
    await expectMovingAndAudible(b as unknown as Evaluates);
  });

  test.skipIf(withoutNamespaces)('a host of the test network whose link is cut receives nothing, and receives again after', async () => {
    await using resources = new Resources();
    const network = resources.add(await Network.create(), 'network', value => value.close());
    const origin = `http://${network.address}:${port}`;
    const people = [];
    for (const name of ['a', 'b']) {
      const host = await network.addHost(name);
      const browser = resources.add(await launchChromium({ host, secureOrigin: origin }), 'chromium', value => value.close());
      const person = await newPerson(browser);
      await until('page over the bridge', async () => { await person.page.goto(origin); return true; });
      people.push({ host, page: person.page });
    }
    const [a, b] = people as [typeof people[0], typeof people[0]];
    await call(a.page, b.page);
    await nextFrames(b.page, 15_000);
    await a.host.cut();
    await sleep(500);
    expect(total(await received(b.page, 2_000), 'video', 'bytes')).toBe(0);
    await a.host.restore();
    await nextFrames(b.page, 15_000);
  });
});
