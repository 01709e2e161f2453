// SPDX-License-Identifier: Apache-2.0
// A webinar: people who are mixed by one of them, and viewers who get the mix from a real LiveKit, to which it is sent once.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Network } from '../../net/network.js';
import { newRoom } from '../lib/app.js';
import { barePage } from '../lib/bare.js';
import { launchChromium, newPerson } from '../lib/chromium.js';
import { Janus } from '../lib/janus.js';
import { LiveKit } from '../lib/livekit.js';
import { Resources, until } from '../lib/resources.js';
import { Server } from '../lib/server.js';
import { fakeMedia, join, type Person } from '../mcu/in-page.js';
import type { Viewing } from '../../../js/engine/src/webinar/index.js';

declare global {
  // eslint-disable-next-line no-var
  var webinar: typeof import('../../../js/engine/src/webinar/index.js');
  // eslint-disable-next-line no-var
  var watching: { viewing: Viewing; player: HTMLVideoElement; states: string[]; asked: number };
}

const ana: Person = { name: 'Ana', colour: 'red', tone: 700 };
const ben: Person = { name: 'Ben', colour: 'lime', tone: 1300 };
const suite = new Resources();
let network: Network;
let livekit: LiveKit;
let folder: string;
let browser: Browser;

beforeAll(async () => {
  network = suite.add(await Network.create(), 'network', value => value.close());
  livekit = suite.add(await LiveKit.start(await network.addHost('livekit')), 'livekit', value => value.close());
  folder = barePage(suite, 'webinar');
  browser = suite.add(await launchChromium({ camera: 'none' }), 'chromium', value => value.close());
}, 90_000);
afterAll(() => suite.close());

async function open(server: Server, person?: Person): Promise<Page> {
  const { context, page } = await newPerson(browser);
  if (person) await context.addInitScript(fakeMedia, person);
  await page.goto(server.origin);
  await page.waitForFunction(() => globalThis.tessera !== undefined);
  return page;
}

async function watch(server: Server, room: string): Promise<Page> {
  const page = await open(server);
  await page.evaluate(async room => {
    let asked = 0;
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error(`asked ${++asked} times`));
    const viewing = await globalThis.webinar.watchRoom({ url: location.origin, room });
    const player = viewing.createPlayer();
    player.style.width = '640px';
    document.querySelector('main')!.append(player);
    const states: string[] = [viewing.state];
    viewing.addEventListener('changed', () => { if (states.at(-1) !== viewing.state) states.push(viewing.state); });
    globalThis.watching = { viewing, player, states, get asked() { return asked; } };
    await viewing.startAudio();
  }, room);
  return page;
}

/** What a viewer sees: the colours of the left and the right half, the picture's height, who is there. */
const seen = (page: Page) => page.evaluate(() => {
  const { viewing, player, states, asked } = globalThis.watching;
  const context = new OffscreenCanvas(640, 360).getContext('2d', { willReadFrequently: true })!;
  if (player.videoWidth > 0) context.drawImage(player, 0, 0, 640, 360);
  const colour = (x: number): string => {
    const word = [...context.getImageData(x, 180, 1, 1).data.slice(0, 3)].map(value => (value > 160 ? '1' : value < 100 ? '0' : '?')).join('');
    return ({ 100: 'red', '010': 'lime' } as Record<string, string>)[word] ?? 'other';
  };
  return { colours: [colour(160), colour(480)], middle: colour(320), height: player.videoHeight, state: viewing.state, states, viewers: viewing.viewers, people: [...viewing.room.participants.keys()], asked };
});

async function sees(page: Page, what: string, good: (it: Awaited<ReturnType<typeof seen>>) => boolean): Promise<void> {
  let last: unknown;
  await until(what, async () => good(last = await seen(page)), 60_000, 100).catch((error: Error) => { throw new Error(`${error.message}: ${JSON.stringify(last)}`); });
}

/** The largest level of what a viewer receives as sound, and frames of video so far. */
const received = (page: Page) => page.evaluate(async () => {
  const [entry] = (await globalThis.watching.viewing.room.getDiagnostics()).peers;
  return { level: Math.max(0, ...(entry?.inbound ?? []).map(({ audioLevel = 0 }) => audioLevel)), frames: (entry?.inbound ?? []).reduce((sum, { framesDecoded = 0 }) => sum + framesDecoded, 0) };
});

/** Videos that a page sends, each on its own m= section, over all its connections; and what it sends to the media server. */
const sends = (page: Page) => page.evaluate(async () => {
  let videos = 0;
  for (const pc of globalThis.observed.peerConnections) {
    if (pc.connectionState !== 'connected') continue;
    const rows = [...(await pc.getStats()).values() as Iterable<{ type: string; kind: string; mid?: string }>];
    videos += new Set(rows.filter(({ type, kind }) => type === 'outbound-rtp' && kind === 'video').map(({ mid }) => mid)).size;
  }
  const { connections, topology } = await joined.room.getDiagnostics();
  return { topology, videos, toServer: connections.filter(({ participantId }) => participantId === undefined).map(({ streamsUp, streamsDown }) => [streamsUp, streamsDown]) };
});

test('two people, one of whom mixes, and viewers: the mix is sent once, whoever watches', async () => {
  const room = newRoom();
  const server = suite.add(await Server.start({ staticDir: folder, flags: [...livekit.flags, '--sfu-through-server'] }), 'server', value => value.close());
  const anas = await open(server, ana);
  const bens = await open(server, ben);
  await anas.evaluate(join, { room, person: ana.name });
  await bens.evaluate(join, { room, person: ben.name });

  const began = performance.now();
  const vera = await watch(server, room);
  await sees(vera, 'the mix of both', ({ colours, state }) => state === 'live' && [...colours].sort().join() === 'lime,red');
  const came = performance.now();
  await until('the sound of it', async () => (await received(vera)).level > 0.01, 40_000);
  const alone = await until('one video to the other and one to the media server', async () => {
    const it = await sends(anas);
    return it.topology === 'mcu' && it.videos === 2 && it.toServer.length === 1 && it;
  }, 40_000);
  expect(alone.toServer).toEqual([[2, 0]]);

  const will = await watch(server, room);
  await sees(will, 'the mix of both', ({ colours, viewers }) => viewers === 2 && [...colours].sort().join() === 'lime,red');
  await sees(vera, 'two viewers', ({ viewers }) => viewers === 2);
  await until('the speakers to hear of two viewers', () => bens.evaluate(() => globalThis.webinar.audienceOf(joined.room)?.viewers === 2), 20_000);
  expect(await sends(anas)).toEqual(alone);
  // Viewers are no participants: for nobody, nor for each other; and they were asked for nothing.
  expect(await bens.evaluate(() => [...joined.room.participants.values()].map(({ name }) => name))).toEqual(['Ana']);
  expect(await seen(will)).toMatchObject({ people: ['mix'], asked: 0 });
  expect((await seen(vera)).states).toEqual(['waiting', 'live']);

  // As of any video of an SFU, a small picture is enough where it is shown small.
  await vera.evaluate(() => { globalThis.watching.player.style.width = '200px'; });
  await sees(vera, 'a small layer', ({ height }) => height > 0 && height <= 180);

  // Who mixed leaves: another one does, and publishes.
  const left = performance.now();
  await anas.evaluate(() => joined.room.close());
  await sees(vera, "the other one's mix", ({ middle, state }) => state === 'live' && middle === 'lime');
  const taken = performance.now() - left;
  await sees(will, "the other one's mix", ({ middle }) => middle === 'lime');
  await bens.evaluate(() => joined.room.close());
  await sees(vera, 'the end', ({ state, people }) => state === 'ended' && people.length === 0);
  // Between the two mixers it was not over.
  expect((await seen(vera)).states).toEqual(['waiting', 'live', 'ended']);
  for (const page of [vera, will]) await page.evaluate(() => globalThis.watching.viewing.close());
  expect((await seen(vera)).state).toBe('closed');
  console.log(`a viewer's first picture after ${(came - began).toFixed(0)} ms; after the mixer left, the next one's after ${taken.toFixed(0)} ms`);
}, 240_000);

/** A viewer is there first; then somebody comes, who mixes and publishes, stops, and begins again. */
async function oneSpeaker(flags: readonly string[], more: (anas: Page) => Promise<void>): Promise<void> {
  const room = newRoom();
  const server = suite.add(await Server.start({ staticDir: folder, flags }), 'server', value => value.close());
  const vera = await watch(server, room);
  await sees(vera, 'nothing yet', ({ state, viewers }) => state === 'waiting' && viewers === 1);
  const anas = await open(server, ana);
  await anas.evaluate(join, { room, person: ana.name });
  await sees(vera, 'the mix', ({ middle, state }) => state === 'live' && middle === 'red');
  await until('the sound of it', async () => (await received(vera)).level > 0.01, 40_000);
  expect((await sends(anas)).videos).toBe(1);
  await more(anas);
  await anas.evaluate(() => joined.room.setTopology('mesh'));
  await sees(vera, 'the end', ({ state }) => state === 'ended');
  await anas.evaluate(() => joined.room.setTopology('mcu'));
  await sees(vera, 'the mix again', ({ middle, state }) => state === 'live' && middle === 'red');
  await anas.context().close();
  await vera.context().close();
}

test('the mix is published over WHIP where the server says so', () => oneSpeaker([...livekit.flags, '--sfu-through-server', '--livekit-whip'], async anas => {
  // No client of LiveKit's is loaded where nobody needs it.
  expect(await anas.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name).filter(name => /livekit-connection/.test(name)))).toEqual([]);
}), 180_000);

test('the mix is published to a Janus', async () => {
  const janus = suite.add(await Janus.start(await network.addHost('janus')), 'janus', value => value.close());
  await oneSpeaker(['--sfu', 'janus', '--janus-url', janus.url, '--sfu-through-server'], async () => undefined);
}, 180_000);
