// SPDX-License-Identifier: Apache-2.0
// A call through a real LiveKit: layers that follow the tiles, senders that encode what is watched, LiveKit killed; and a page's own
// livekit-client beside it, with our layer selection and our background. Signalling of both goes through tessera-server.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Network } from '../../net/network.js';
import { newRoom } from '../lib/app.js';
import { barePage } from '../lib/bare.js';
import { launchChromium, newPerson } from '../lib/chromium.js';
import { LiveKit, loadLiveKitClient, ownLiveKitClient } from '../lib/livekit.js';
import { Resources, until } from '../lib/resources.js';
import { Server } from '../lib/server.js';
import { encodes, heightOf, makeTiles, received, resize } from './in-page.js';

const suite = new Resources();
let livekit: LiveKit;
let server: Server;
let browser: Browser;
let room: string;
let ana: Page;
let ben: Page;
let cleo: Page;
const errors: string[] = [];

async function open(name: string): Promise<Page> {
  const person = await newPerson(browser);
  suite.add(person.context, `context of ${name}`, value => value.close());
  await person.page.goto(server.origin);
  await person.page.waitForFunction(() => globalThis.tessera !== undefined);
  person.page.on('pageerror', error => errors.push(String(error)));
  return person.page;
}

async function enter(name: string, camera: { width: number; height: number }): Promise<Page> {
  const page = await open(name);
  await page.evaluate(async ({ room, name }) => {
    globalThis.room = await globalThis.tessera.joinRoom({ url: location.origin, room, name });
  }, { room, name });
  await makeTiles(page);
  await page.evaluate(camera => globalThis.room!.local.enableCamera({ ...camera, frameRate: 10 }), camera);
  return page;
}

beforeAll(async () => {
  const network = suite.add(await Network.create(), 'network', value => value.close());
  livekit = suite.add(await LiveKit.start(await network.addHost('livekit')), 'livekit', value => value.close());
  const folder = ownLiveKitClient(barePage(suite, 'layers', 'livekit'));
  server = suite.add(await Server.start({ staticDir: folder, flags: [...livekit.flags, '--sfu-through-server', '--mesh-up-to', '0'] }), 'server', value => value.close());
  browser = suite.add(await launchChromium({ camera: 'wide' }), 'chromium', value => value.close());
  room = newRoom();
  ana = await enter('Ana', { width: 960, height: 540 });
  ben = await enter('Ben', { width: 320, height: 180 });
  cleo = await enter('Cleo', { width: 320, height: 180 });
}, 90_000);
afterAll(() => suite.close());

/** Waits until these layers, and no others, of Ana's camera are being encoded. */
const encodedAre = (heights: readonly number[], timeoutMs: number) => until(`the layers ${heights} and no others to be encoded`, async () => {
  const now = await encodes(ana);
  if (JSON.stringify(now) !== JSON.stringify(heights)) throw new Error(`encoded are ${now}`);
  return true;
}, timeoutMs, 50);

const width = (page: Page, name: string, pixels: number) => page.evaluate(({ name, pixels }) => {
  document.querySelector<HTMLElement>(`[data-name="${name}"]`)!.style.width = `${pixels}px`;
}, { name, pixels });

test('everybody sees everybody through LiveKit, and nobody else is connected with', async () => {
  for (const [page, names] of [[ana, ['Ben', 'Cleo']], [ben, ['Ana', 'Cleo']], [cleo, ['Ana', 'Ben']]] as const) {
    for (const name of names) await until(`${name} to be seen`, async () => (await heightOf(page, name)) > 0, 40_000);
  }
  const { topology, peers } = await until('the connections to be measured', async () => {
    const it = await ana.evaluate(() => globalThis.room!.getDiagnostics());
    return it.peers.length === 2 && it.peers.every(peer => peer.candidatePair) && it;
  }, 20_000);
  expect(topology).toBe('sfu');
  expect(peers.map(peer => peer.state)).toEqual(['connected', 'connected']);
  expect(new Set(peers.map(peer => peer.candidatePair?.remote.address))).toEqual(new Set([livekit.host.address]));
  expect(peers[0]!.transport.dtlsState).toBe('connected');
});

test('the received size follows the tile, other tiles keep theirs, and the sender encodes what is watched', async () => {
  // 320 wide is the middle layer at 960x540: 480x270.
  await width(cleo, 'Ana', 320);
  expect(await resize(ben, 'Ana', 320, 270, 30_000)).toBeGreaterThanOrEqual(0);
  await until('the middle layer', async () => (await heightOf(cleo, 'Ana')) === 270, 30_000);
  // LiveKit keeps what is below a layer that is taken, to fall back on; what is above is not encoded.
  await encodedAre([135, 270], 30_000);
  const times: Record<string, number> = {};
  times['enlarged'] = await resize(ben, 'Ana', 900, 540, 12_000);
  expect(await heightOf(cleo, 'Ana')).toBe(270);
  times['shrunk'] = await resize(ben, 'Ana', 200, 135, 12_000);
  expect(await heightOf(cleo, 'Ana')).toBe(270);
  expect(await heightOf(ben, 'Cleo')).toBe(180);
  await encodedAre([135, 270], 30_000);
  times['enlarged again'] = await resize(ben, 'Ana', 900, 540, 12_000);
  console.log(`received size follows, ms: ${JSON.stringify(times)}`);
  for (const [what, ms] of Object.entries(times)) expect(ms, what).toBeGreaterThanOrEqual(0);
});

test('what is hidden is not sent, and comes back when it is shown', async () => {
  await ben.evaluate(() => {
    const participant = [...globalThis.room!.participants.values()].find(it => it.name === 'Ana')!;
    participant.observe(document.querySelector('[data-name="Ana"]')!, { pinned: true });
  });
  const show = (page: Page, name: string, shown: boolean) => page.evaluate(({ name, shown }) => {
    document.querySelector<HTMLElement>(`[data-name="${name}"]`)!.style.display = shown ? '' : 'none';
  }, { name, shown });
  const began = performance.now();
  await show(ben, 'Ana', false);
  await show(cleo, 'Ana', false);
  await encodedAre([], 30_000);
  console.log(`nothing watched, nothing encoded after ${(performance.now() - began).toFixed(0)} ms`);
  const before = (await received(ben, 'Ana')).frames;
  await show(ben, 'Ana', true);
  await until('Ana to move again', async () => (await received(ben, 'Ana')).frames > before + 3, 20_000, 50);
  await show(cleo, 'Ana', true);
  expect(errors).toEqual([]);
});

test("a page's own livekit-client: our selection chooses by the element's size, our background is its processor", async () => {
  const page = await open('Dora');
  await loadLiveKitClient(page);
  const token = await LiveKit.token(room, 'dora');
  await page.evaluate(async ({ url, token }) => {
    const { livekitClient: client, livekit: ours } = globalThis;
    const own = new client.Room({ dynacast: true });
    const layers = await ours.RoomLayers.create(own);
    const video = document.createElement('video');
    video.muted = true;
    video.style.width = '200px';
    document.body.append(video);
    own.on(client.RoomEvent.TrackSubscribed, (track, publication) => {
      if (publication.kind === client.Track.Kind.Video && publication.trackInfo?.width === 960) track.attach(video);
    });
    await own.connect(url, token);
    const [camera] = await client.createLocalTracks({ video: { resolution: { width: 320, height: 180, frameRate: 10 } } });
    const processor = ours.backgroundTrackProcessor({ kind: 'blur' });
    const local = camera as import('livekit-client').LocalVideoTrack;
    await local.setProcessor(processor);
    await own.localParticipant.publishTrack(local, { simulcast: false });
    Object.assign(globalThis, { own, layers, video, processor, local });
  }, { url: `${server.origin.replace('http', 'ws')}/sfu`, token });
  const height = (): Promise<number> => page.evaluate(() => (globalThis as never as { video: HTMLVideoElement }).video.videoHeight);
  await until('the smallest layer', async () => (await height()) === 135, 30_000);
  await page.evaluate(() => { (globalThis as never as { video: HTMLVideoElement }).video.style.width = '900px'; });
  const began = performance.now();
  await until('the largest layer', async () => (await height()) === 540, 20_000, 20);
  console.log(`own Room: received size follows after ${(performance.now() - began).toFixed(0)} ms`);
  const sent = () => page.evaluate(async () => {
    const { local, processor } = globalThis as never as { local: import('livekit-client').LocalVideoTrack; processor: { processedTrack?: MediaStreamTrack } };
    let frames = 0;
    for (const it of (await local.getRTCStatsReport())!.values() as Iterable<{ type: string; framesEncoded?: number }>) if (it.type === 'outbound-rtp') frames += it.framesEncoded ?? 0;
    return { frames, sends: local.sender?.track === processor.processedTrack && processor.processedTrack?.readyState === 'live' };
  });
  await until('the background to be sent', async () => {
    const { frames, sends } = await sent();
    return sends && frames > 5;
  }, 40_000);
  await page.evaluate(async () => {
    const { own, layers, processor } = globalThis as never as { own: import('livekit-client').Room; layers: { close(): void }; processor: { processor: unknown } };
    layers.close();
    await own.disconnect();
    if (processor.processor !== null) throw new Error('the background is still at work');
  });
  await page.context().close();
  expect(errors).toEqual([]);
});

test('LiveKit killed and started again: the call comes back by itself', async () => {
  await livekit.kill();
  await until('the trouble to be seen', () => ben.evaluate(() => [...globalThis.room!.participants.values()].some(it => it.state !== 'connected')), 30_000);
  await livekit.start();
  const began = performance.now();
  await Promise.all(([[ana, 'Ben'], [ben, 'Ana'], [cleo, 'Ana']] as const).map(async ([page, name]) => {
    let last = (await received(page, name)).frames;
    await until(`${name} to move again`, async () => {
      const { frames } = await received(page, name);
      // A new connection counts from nothing.
      if (frames < last) last = frames;
      return frames > last + 3 && (await page.evaluate(() => [...globalThis.room!.participants.values()].every(it => it.state === 'connected')));
    }, 45_000, 100);
  }));
  console.log(`back ${(performance.now() - began).toFixed(0)} ms after LiveKit was`);
  expect(errors).toEqual([]);
});
