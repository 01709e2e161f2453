// SPDX-License-Identifier: Apache-2.0
// A call through a real LiveKit: layers that follow the tiles, senders that encode what is watched, LiveKit killed; and a page's own
// livekit-client beside it, with our layer selection and our background. Signalling of both goes through tessera-server.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Network } from '../../net/network.js';
import { barePage } from '../lib/bare.js';
import { launchChromium } from '../lib/chromium.js';
import { LiveKit, loadLiveKitClient, ownLiveKitClient } from '../lib/livekit.js';
import { Resources, sleep, until } from '../lib/resources.js';
import { Server } from '../lib/server.js';
import { encoderWork, heightOf, resize } from './in-page.js';
import { allBack, bitsBySize, encodedAre, everybodySeen, kOneLayer, kThreeLayers, movesAgain, People, pin, setShown, setWidth, troubleSeen } from './people.js';

const suite = new Resources();
let livekit: LiveKit;
let server: Server;
let browser: Browser;
let people: People;
let ana: Page;
let ben: Page;
let cleo: Page;

beforeAll(async () => {
  const network = suite.add(await Network.create(), 'network', value => value.close());
  livekit = suite.add(await LiveKit.start(await network.addHost('livekit')), 'livekit', value => value.close());
  const folder = ownLiveKitClient(barePage(suite, 'layers', 'livekit'));
  server = suite.add(await Server.start({ staticDir: folder, flags: [...livekit.flags, '--sfu-through-server', '--mesh-up-to', '0'] }), 'server', value => value.close());
  browser = suite.add(await launchChromium({ camera: 'wide' }), 'chromium', value => value.close());
  people = new People(suite, server);
  ana = await people.join(browser, 'Ana', kThreeLayers);
  ben = await people.join(browser, 'Ben', kOneLayer);
  cleo = await people.join(browser, 'Cleo', kOneLayer);
}, 90_000);
afterAll(() => suite.close());

test('everybody sees everybody through LiveKit, and nobody else is connected with', async () => {
  await everybodySeen([[ana, ['Ben', 'Cleo']], [ben, ['Ana', 'Cleo']], [cleo, ['Ana', 'Ben']]], 40_000);
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
  await setWidth(cleo, 'Ana', 320);
  expect(await resize(ben, 'Ana', 320, 270, 30_000)).toBeGreaterThanOrEqual(0);
  await until('the middle layer', async () => (await heightOf(cleo, 'Ana')) === 270, 30_000);
  // LiveKit keeps what is below a layer that is taken, to fall back on; what is above is not encoded.
  await encodedAre(ana, [135, 270], 30_000);
  const times: Record<string, number> = {};
  times['enlarged'] = await resize(ben, 'Ana', 900, 540, 12_000);
  expect(await heightOf(cleo, 'Ana')).toBe(270);
  times['shrunk'] = await resize(ben, 'Ana', 200, 135, 12_000);
  expect(await heightOf(cleo, 'Ana')).toBe(270);
  expect(await heightOf(ben, 'Cleo')).toBe(180);
  await encodedAre(ana, [135, 270], 30_000);
  times['enlarged again'] = await resize(ben, 'Ana', 900, 540, 12_000);
  console.log(`received size follows, ms: ${JSON.stringify(times)}`);
  for (const [what, ms] of Object.entries(times)) expect(ms, what).toBeGreaterThanOrEqual(0);
});

test('received bits fall with the tile', async () => {
  const [large, small] = await bitsBySize(ben, 'Ana', [[900, 540], [150, 135]]);
  console.log(`received, kbit/s: ${large} at 540 lines, ${small} at 135`);
  expect(large).toBeGreaterThan(2 * small!);
});

test('what is hidden is neither sent nor encoded, and comes back when it is shown', async () => {
  await pin(ben, 'Ana');
  const began = performance.now();
  await setShown(ben, 'Ana', false);
  await setShown(cleo, 'Ana', false);
  await encodedAre(ana, [], 30_000);
  console.log(`nothing watched, nothing encoded after ${(performance.now() - began).toFixed(0)} ms`);
  const idle = await encoderWork(ana);
  await sleep(1_000);
  const stillIdle = await encoderWork(ana);
  expect(stillIdle.frames - idle.frames).toBeLessThanOrEqual(1);
  expect(stillIdle.seconds - idle.seconds).toBeLessThan(0.05);
  await setShown(ben, 'Ana', true);
  await movesAgain(ben, 'Ana', 20_000);
  await setShown(cleo, 'Ana', true);
  expect(people.errors).toEqual([]);
});

test("a page's own livekit-client: our selection chooses by the element's size, our background is its processor", async () => {
  const page = await people.open(browser, 'Dora');
  await loadLiveKitClient(page);
  const token = await LiveKit.token(people.room, 'dora');
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
  expect(people.errors).toEqual([]);
});

test('LiveKit killed and started again: the call comes back by itself', async () => {
  await livekit.kill();
  await troubleSeen(ben, 30_000);
  await livekit.start();
  const took = await allBack([[ana, ['Ben']], [ben, ['Ana']], [cleo, ['Ana']]], 45_000);
  console.log(`back ${took.toFixed(0)} ms after LiveKit was`);
  expect(people.errors).toEqual([]);
});
