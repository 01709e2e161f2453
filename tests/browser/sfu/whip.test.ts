// SPDX-License-Identifier: Apache-2.0
// A page publishes over WHIP to a real livekit-server, and another one, with LiveKit's own client, sees and hears it.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Network } from '../../net/network.js';
import { newRoom } from '../lib/app.js';
import { barePage } from '../lib/bare.js';
import { launchChromium, newPerson } from '../lib/chromium.js';
import { LiveKit, loadLiveKitClient, ownLiveKitClient } from '../lib/livekit.js';
import { Resources, until } from '../lib/resources.js';
import { Server } from '../lib/server.js';
import type { WhipPublisher } from '../../../js/engine/src/whip/index.js';

declare global {
  // eslint-disable-next-line no-var
  var whip: typeof import('../../../js/engine/src/whip/index.js');
  // eslint-disable-next-line no-var
  var whipTest: { publisher?: WhipPublisher; stream: MediaStream; states: string[] };
  // eslint-disable-next-line no-var
  var watched: { video: HTMLVideoElement; tracks: import('livekit-client').RemoteTrack[]; present: () => string[] };
}

const suite = new Resources();
const room = newRoom();
let server: Server;
let publisher: Page;
let viewer: Page;
let endpoint: string;

beforeAll(async () => {
  const network = suite.add(await Network.create(), 'network', value => value.close());
  const livekit = suite.add(await LiveKit.start(await network.addHost('livekit')), 'livekit', value => value.close());
  const folder = ownLiveKitClient(barePage(suite, 'whip'));
  server = suite.add(await Server.start({ staticDir: folder, flags: [...livekit.flags, '--sfu-through-server'] }), 'server', value => value.close());
  const browser = suite.add(await launchChromium({ camera: 'none' }), 'chromium', value => value.close());
  endpoint = `${server.origin}/sfu/whip/v1`;
  [publisher, viewer] = await Promise.all([0, 1].map(async () => {
    const { page } = await newPerson(browser);
    await page.goto(server.origin);
    await page.waitForFunction(() => globalThis.tessera !== undefined);
    return page;
  })) as [Page, Page];
  // A red picture and a tone.
  await publisher.evaluate(async () => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [640, 360];
    const context = canvas.getContext('2d')!;
    let count = 0;
    setInterval(() => {
      context.fillStyle = 'red';
      context.fillRect(0, 0, 640, 360);
      context.fillStyle = 'white';
      context.fillRect((count++ * 8) % 640, 0, 8, 8);
    }, 100);
    const audio = new AudioContext();
    await audio.resume();
    const destination = audio.createMediaStreamDestination();
    const tone = new OscillatorNode(audio, { frequency: 440 });
    tone.connect(new GainNode(audio, { gain: 0.3 })).connect(destination);
    tone.start();
    Object.assign(globalThis, { kept: [canvas, audio, tone, destination] });
    globalThis.whipTest = { stream: new MediaStream([...canvas.captureStream(10).getVideoTracks(), ...destination.stream.getAudioTracks()]), states: [] };
  });
  await loadLiveKitClient(viewer);
  await viewer.evaluate(async ({ url, token }) => {
    const { livekitClient: client } = globalThis;
    const own = new client.Room();
    const video = document.createElement('video');
    video.muted = true;
    document.body.append(video);
    const tracks: import('livekit-client').RemoteTrack[] = [];
    own.on(client.RoomEvent.TrackSubscribed, track => {
      tracks.push(track);
      // Sound that nobody plays is not decoded.
      if (track.kind === client.Track.Kind.Video) track.attach(video);
      else document.body.append(track.attach());
    });
    globalThis.watched = { video, tracks, present: () => [...own.remoteParticipants.keys()] };
    await own.connect(url, token);
  }, { url: `${server.origin.replace('http', 'ws')}/sfu`, token: await LiveKit.token(room, 'viewer') });
}, 90_000);
afterAll(() => suite.close());

/** What the viewer has received so far. */
const received = () => viewer.evaluate(async () => {
  let [frames, energy] = [0, 0];
  for (const track of globalThis.watched.tracks) {
    for (const row of ((await track.getRTCStatsReport())?.values() ?? []) as Iterable<{ type: string; framesDecoded?: number; totalAudioEnergy?: number }>) {
      if (row.type !== 'inbound-rtp') continue;
      frames += row.framesDecoded ?? 0;
      energy += row.totalAudioEnergy ?? 0;
    }
  }
  return { frames, energy };
});

/** Until more pictures and more sound have come. */
async function flows(what: string): Promise<void> {
  const before = await received();
  let now = before;
  await until(`${what}: picture and sound`, async () => {
    now = await received();
    return now.frames > before.frames + 5 && now.energy > before.energy;
  }, 40_000, 100).catch((error: Error) => { throw new Error(`${error.message}: ${JSON.stringify([before, now])}`); });
}

const route = () => publisher.evaluate(async () => {
  for (const row of (await globalThis.whipTest.publisher!.getStats()).values() as Iterable<{ type: string; iceLocalUsernameFragment?: string }>) if (row.type === 'transport') return row.iceLocalUsernameFragment;
  return undefined;
});

test('a token that is not accepted, and an address without WHIP, are typed errors', async () => {
  const refusal = (url: string, token: string) => publisher.evaluate(async ({ url, token }) => {
    try {
      (await globalThis.whip.WhipPublisher.publish(globalThis.whipTest.stream, { url, token })).close();
      return 'was taken';
    } catch (error) {
      const { name, code, status } = error as { name: string; code: string; status: number };
      return `${name} ${code} ${status}`;
    }
  }, { url, token });
  expect(await refusal(endpoint, 'nonsense')).toBe('WhipError whip-unauthorized 401');
  expect(await refusal(endpoint, '')).toBe('OptionError option-invalid undefined');
  expect(await refusal(`${server.origin}/no/whip`, 'nonsense')).toMatch(/^WhipError whip-(not-found|refused) 40[45]$/);
  expect(await refusal('ftp://127.0.0.1/whip', 'nonsense')).toBe('OptionError option-invalid undefined');
});

test('a stream is published, seen and heard; on another route after a restart of ICE; and ended', async () => {
  await publisher.evaluate(async ({ url, token }) => {
    const test = globalThis.whipTest;
    test.publisher = await globalThis.whip.WhipPublisher.publish(test.stream, { url, token });
    test.publisher.addEventListener('statechange', ({ state }) => test.states.push(state));
  }, { url: endpoint, token: await LiveKit.token(room, 'stage') });
  expect(await publisher.evaluate(() => globalThis.whipTest.publisher!.state)).toBe('connected');
  await flows('published');
  const [red, green, blue] = await until('the picture', () => viewer.evaluate(() => {
    const { video } = globalThis.watched;
    const context = new OffscreenCanvas(1, 1).getContext('2d')!;
    context.drawImage(video, 0, video.videoHeight / 2, 1, 1, 0, 0, 1, 1);
    const colour = [...context.getImageData(0, 0, 1, 1).data];
    return colour[0]! > 150 && colour;
  }), 20_000);
  expect([red! > 150, green! < 80, blue! < 80]).toEqual([true, true, true]);

  const before = await route();
  await publisher.evaluate(() => globalThis.whipTest.publisher!.restartIce());
  await until('another route', async () => {
    const now = await route();
    return now !== undefined && now !== before;
  }, 30_000);
  await flows('restarted');

  const ended = performance.now();
  await publisher.evaluate(() => globalThis.whipTest.publisher!.close());
  await until('the viewer to hear of the end', () => viewer.evaluate(() => !globalThis.watched.present().includes('stage')), 12_000);
  console.log(`ended at the viewer ${(performance.now() - ended).toFixed(0)} ms after close()`);
  expect(await publisher.evaluate(() => [globalThis.whipTest.publisher!.state, ...globalThis.whipTest.stream.getTracks().map(({ readyState }) => readyState)])).toEqual(['closed', 'live', 'live']);
  expect(await publisher.evaluate(() => globalThis.whipTest.states.includes('failed'))).toBe(false);
}, 120_000);
