// SPDX-License-Identifier: Apache-2.0
// Two LiveKit nodes behind one Redis: people who are connected with different ones see each other, and layers follow sizes.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, test } from 'vitest';
import { Network } from '../../net/network.js';
import { newRoom } from '../lib/app.js';
import { barePage } from '../lib/bare.js';
import { launchChromium, newPerson } from '../lib/chromium.js';
import { LiveKit, loadLiveKitClient, ownLiveKitClient } from '../lib/livekit.js';
import { Redis } from '../lib/redis.js';
import { Resources, until } from '../lib/resources.js';
import { Server } from '../lib/server.js';

const suite = new Resources();
const room = newRoom();
let nodes: LiveKit[];
let server: Server;
let browser: Browser;

interface Here {
  own: import('livekit-client').Room;
  video: HTMLVideoElement;
}

/** Enters the room through one node with a camera of this size; the other's picture is shown this wide. */
async function enter(node: LiveKit, identity: string, camera: { width: number; height: number }, shown: number): Promise<Page> {
  // The server's pages may connect with itself alone.
  const { context, page } = await newPerson(browser, { bypassCSP: true });
  suite.add(context, `context of ${identity}`, value => value.close());
  await page.goto(server.origin);
  await page.waitForFunction(() => globalThis.tessera !== undefined);
  await loadLiveKitClient(page);
  await page.evaluate(async ({ url, token, camera, shown }) => {
    const { livekitClient: client, livekit: { RoomLayers } } = globalThis;
    const own = new client.Room({ dynacast: true });
    await RoomLayers.create(own);
    const video = document.createElement('video');
    video.muted = true;
    video.style.width = `${shown}px`;
    document.body.append(video);
    own.on(client.RoomEvent.TrackSubscribed, track => { if (track.kind === client.Track.Kind.Video) track.attach(video); });
    await own.connect(url, token);
    const [track] = await client.createLocalTracks({ video: { resolution: { ...camera, frameRate: 10 } } });
    await own.localParticipant.publishTrack(track!);
    Object.assign(globalThis, { own, video });
  }, { url: node.url, token: await LiveKit.token(room, identity), camera, shown });
  return page;
}

const heightAt = (page: Page): Promise<number> => page.evaluate(() => (globalThis as never as Here).video.videoHeight);

beforeAll(async () => {
  const network = suite.add(await Network.create(), 'network', value => value.close());
  const redis = suite.add(await Redis.start(network.address), 'redis', value => value.close());
  nodes = [];
  for (const name of ['one', 'two']) nodes.push(suite.add(await LiveKit.start(await network.addHost(name), { redis: redis.address }), name, value => value.close()));
  // Only serves the page.
  server = suite.add(await Server.start({ staticDir: ownLiveKitClient(barePage(suite, 'livekit')) }), 'server', value => value.close());
  browser = suite.add(await launchChromium({ camera: 'wide' }), 'chromium', value => value.close());
}, 90_000);
afterAll(() => suite.close());

test('people on different nodes see each other, and the layer follows the size', async () => {
  // livekit-client's own layers of 960x540: 180, 360 and 540 lines.
  const ana = await enter(nodes[0]!, 'ana', { width: 960, height: 540 }, 300);
  const ben = await enter(nodes[1]!, 'ben', { width: 320, height: 180 }, 150);
  await until('Ben to be seen by Ana', async () => (await heightAt(ana)) === 180, 40_000);
  await until('the smallest layer of Ana', async () => (await heightAt(ben)) === 180, 40_000);
  const sizes = async (wide: number, height: number) => {
    await ben.evaluate(wide => { (globalThis as never as Here).video.style.width = `${wide}px`; }, wide);
    const began = performance.now();
    await until(`${height} lines at ${wide} pixels`, async () => (await heightAt(ben)) === height, 30_000, 20);
    return Math.round(performance.now() - began);
  };
  console.log(`across nodes, received size follows, ms: ${JSON.stringify([await sizes(900, 540), await sizes(150, 180)])}`);
});
