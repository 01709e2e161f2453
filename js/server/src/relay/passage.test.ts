// SPDX-License-Identifier: Apache-2.0
// The relay of several servers behind one Redis: whichever server a socket comes to, it ends up at its room's.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TesseraServerOptions } from '../options.js';
import { startServer, TestClient, until } from '../testing/client.js';
import { freePort, startRedis } from '../testing/redis.js';
import { camera, frameBytes, microphone, RelayClient, type TestFrame } from '../testing/relay-client.js';

const kPatience = 15_000;
const capabilities = { topologies: ['mesh', 'relay'] };
let redisUrl: string;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ redisUrl, stop } = await startRedis());
}, 30_000);
afterAll(() => stop?.());

async function start(options: TesseraServerOptions = {}) {
  const port = await freePort();
  return startServer({ redisUrl, port, clusterUrl: `http://127.0.0.1:${port}`, ...options });
}
const metric = async (url: string, name: string): Promise<number> => Number(new RegExp(`^${name} (\\d+)`, 'm').exec(await (await fetch(`${url}/metrics`)).text())?.[1]);

test('two people at two servers: frames, acknowledgements and requests pass both ways, byte by byte', async () => {
  await using first = await start();
  await using second = await start();
  await using ana = await RelayClient.enter(first.url, { room: 'two', capabilities });
  await using ben = await RelayClient.enter(second.url, { room: 'two', capabilities, name: 'Ben' });
  const joined = ben.signalling!.received.find((it) => it.type === 'joined')!;
  expect(joined.room.topologies).toEqual(['mesh', 'relay']);
  const [picture, sound] = [await ana.publish(camera), await ben.publish(microphone)];
  const sent: TestFrame = { stream: picture, flags: 1, timestamp: 1000, payload: Buffer.alloc(200_000, 7) };
  ana.frame(sent);
  await until(() => ben.media.length === 1, kPatience);
  expect(ben.media[0]!.equals(frameBytes(sent))).toBe(true);
  ben.frame({ type: 2, stream: sound, timestamp: 20_000, payload: Buffer.alloc(60, 1) });
  await until(() => ana.media.length === 1 && ben.acknowledgements.length > 0, kPatience);
  ben.frame({ type: 4, stream: picture, timestamp: 0 });
  await until(() => ana.keyFrameRequests.includes(picture), kPatience);
  expect(await metric(first.url, 'tessera_relay_sockets')).toBe(2);
  expect([await metric(second.url, 'tessera_relay_sockets'), await metric(second.url, 'tessera_relay_passages')]).toEqual([0, 1]);
  // Ben goes: both servers let go of him.
  ben.socket.terminate();
  await until(async () => (await metric(second.url, 'tessera_relay_passages')) === 0 && (await metric(first.url, 'tessera_relay_sockets')) === 1, kPatience);
}, 60_000);

test('when the room’s server goes its sockets end, and the room has its relay at the other', async () => {
  await using first = await start();
  await using second = await start();
  await using ana = await RelayClient.enter(first.url, { room: 'heir', capabilities });
  await using ben = await RelayClient.enter(second.url, { room: 'heir', capabilities, name: 'Ben' });
  await first.close({ deadlineMs: 500 });
  await until(() => ana.closeCode !== undefined && ben.closeCode !== undefined, kPatience);
  expect(ana.closeCode).toBe(1001);
  await using again = await TestClient.connect(second.url, { key: ben.signalling!.key });
  await again.sendJoin({ room: 'heir', name: 'Ben', capabilities });
  await again.next('joined', kPatience);
  await using back = await RelayClient.enterAs(again, second.url, 'heir');
  expect(back.closeCode).toBeUndefined();
  expect([await metric(second.url, 'tessera_relay_sockets'), await metric(second.url, 'tessera_relay_passages')]).toEqual([1, 0]);
}, 60_000);

test('nobody can claim to be passed on by a server: pages of other origins stay out', async () => {
  await using server = await start();
  const time = Date.now();
  for (const passed of ['10.0.0.1', `10.0.0.1 ${time} forged`, `10.0.0.1 ${time} ${Buffer.alloc(32).toString('base64url')}`, '', 'a b c d']) {
    await expect(RelayClient.open(server.url, { origin: 'https://evil.example', 'x-tessera-passed': passed }, 'somewhere')).rejects.toThrow('403');
  }
  // Of its own origin the header is as good as not there.
  await using client = await RelayClient.open(server.url, { 'x-tessera-passed': `10.0.0.1 ${time} forged` }, 'somewhere');
  expect(client.socket.readyState).toBe(client.socket.OPEN);
}, 60_000);

test('a room whose server cannot be reached is answered at once, and so is one that is nowhere', async () => {
  // It says that it is where nobody is.
  await using first = await start({ clusterUrl: `http://127.0.0.1:${await freePort()}` });
  await using second = await start();
  await using ana = await TestClient.connect(first.url);
  await ana.sendJoin({ room: 'lost', capabilities });
  await ana.next('joined', kPatience);
  await expect(RelayClient.open(second.url, {}, 'lost')).rejects.toThrow('502');
  for (const room of ['nowhere', '%00', '..%2F']) {
    await using stray = await RelayClient.open(second.url, {}, room);
    stray.send({ type: 'enter', protocol: 1, room: 'lost', participantKey: ana.key });
    await until(() => stray.closeCode !== undefined, kPatience);
    expect(stray.closeCode).toBe(4005);
  }
}, 60_000);
