// SPDX-License-Identifier: Apache-2.0
// Clients of the relay that mean harm: each gets a typed error or is cut off, alone, and the others lose nothing.
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { newKey, startServer, until } from '../testing/client.js';
import { camera, frameBytes, microphone, RelayClient } from '../testing/relay-client.js';

/** Two honest participants whose sound goes on arriving. */
async function honest(url: string) {
  const ana = await RelayClient.enter(url);
  const bo = await RelayClient.enter(url);
  const stream = await ana.publish(microphone);
  let sent = 0;
  const check = async () => {
    const before = bo.media.length;
    for (let n = 0; n < 5; n += 1) ana.frame({ type: 2, stream, timestamp: ++sent * 20_000, payload: Buffer.alloc(40, sent) });
    await until(() => bo.media.length === before + 5, 5000);
    expect(bo.media.at(-1)!.at(-1)).toBe(sent % 256);
    expect([ana.closeCode, bo.closeCode]).toEqual([undefined, undefined]);
  };
  await check();
  return { ana, bo, stream, check };
}

const good = { stream: 1, timestamp: 1, flags: 1, payload: Buffer.alloc(10) };
const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

test.each<[string, string | Buffer | object, number]>([
  ['a frame of another version', frameBytes({ ...good, version: 2 }), 4001],
  ['one byte of another version', Buffer.from([9]), 4001],
  ['an empty frame', Buffer.alloc(0), 4002],
  ['half a header', frameBytes(good).subarray(0, 9), 4002],
  ['a truncated frame', frameBytes(good).subarray(0, 25), 4002],
  ['a frame with something behind it', Buffer.concat([frameBytes(good), Buffer.alloc(1)]), 4002],
  ['a length that lies', frameBytes({ ...good, length: 1e6 }), 4002],
  ['a payload above the limit', frameBytes({ ...good, length: 0xffffffff }), 4003],
  ['a sound above the limit', frameBytes({ ...good, flags: 0, type: 2, payload: Buffer.alloc(8193) }), 4003],
  ['an unknown type', frameBytes({ ...good, type: 9 }), 4002],
  ['unknown flags', frameBytes({ ...good, flags: 0x80 }), 4002],
  ["another's stream", frameBytes({ ...good, type: 2, flags: 0 }), 4002],
  ['text that is no JSON', '{"type":', 4002],
  ['text of an unknown type', { type: 'shutdown' }, 4002],
  ['a type that is a method of objects', { type: 'toString' }, 4002],
  ['a list', [1], 4002],
  ['an enter of another version', { type: 'enter', protocol: 2 }, 4001],
  ['a second enter', { type: 'enter', protocol: 1, room: 'standup', participantKey: newKey() }, 4002],
  ['a publish without layers', { ...camera, layers: [] }, 4002],
  ['VP8 with spatial layers', { ...camera, codec: 'vp8' }, 4002],
  ['an enter that decodes what nobody knows', { type: 'enter', protocol: 1, room: 'standup', participantKey: newKey(), decodes: ['av1'] }, 4002],
  ['an enter that decodes nothing', { type: 'enter', protocol: 1, room: 'standup', participantKey: newKey(), decodes: [] }, 4002],
  ['a publish of an unknown codec', { ...camera, codec: '<script>' }, 4002],
  ['a text that is too long', 'x'.repeat(20_000), 4003],
])('%s disconnects its sender with a typed error', async (_what, message, code) => {
  await using server = await startServer();
  const { check } = await honest(server.url);
  await using mallory = await RelayClient.enter(server.url);
  mallory.socket.send(Buffer.isBuffer(message) ? message : text(message));
  await until(() => mallory.closeCode !== undefined, 5000);
  expect(mallory.closeCode).toBe(code);
  expect(await mallory.next('error')).toMatchObject({ fatal: true });
  await check();
});

test('a message of two megabytes closes its socket', async () => {
  await using server = await startServer();
  const { check } = await honest(server.url);
  await using mallory = await RelayClient.enter(server.url);
  mallory.socket.send(Buffer.alloc(2_000_000, 1));
  await until(() => mallory.closeCode !== undefined, 5000);
  expect(mallory.closeCode).toBe(1009);
  await check();
});

test('nobody enters without a place in the room', async () => {
  await using server = await startServer();
  const { check } = await honest(server.url);
  for (const message of [{ type: 'enter', protocol: 1, room: 'standup', participantKey: newKey() }, { type: 'unpublish', stream: 1 }, camera]) {
    await using mallory = await RelayClient.open(server.url);
    mallory.send(message);
    await until(() => mallory.closeCode !== undefined, 5000);
    expect(mallory.closeCode).toBe(4005);
  }
  await using early = await RelayClient.open(server.url);
  early.frame(good);
  await until(() => early.closeCode !== undefined, 5000);
  expect(early.closeCode).toBe(4005);
  await expect(RelayClient.open(server.url, { origin: 'https://evil.example' })).rejects.toThrow('403');
  await check();
});

test('a flood is dropped, told, and in the end disconnected; the others do not notice', async () => {
  await using server = await startServer({ relayFrameRate: 200, relayByteRate: 100_000 });
  const { ana, bo, check } = await honest(server.url);
  await using mallory = await RelayClient.enter(server.url);
  const stream = await mallory.publish(microphone);
  const before = bo.media.length;
  for (let n = 0; n < 6000; n += 1) mallory.frame({ type: 2, stream, timestamp: n, payload: Buffer.alloc(30) });
  await until(() => mallory.closeCode !== undefined, 10_000);
  expect(mallory.closeCode).toBe(4004);
  expect(await mallory.next('error')).toMatchObject({ code: 'rate-limited', fatal: false });
  expect(bo.media.length - before).toBeLessThan(1500);
  expect(ana.closeCode).toBeUndefined();
  await check();
}, 20_000);

test('a client that does not read holds no more than the window, and is cut off', async () => {
  await using server = await startServer({ relayStallMs: 3000 });
  const { ana, bo, check } = await honest(server.url);
  const stream = await ana.publish(camera);
  await using sleeper = await RelayClient.enter(server.url);
  (sleeper.socket as unknown as { _socket: { pause(): void } })._socket.pause();
  const memory = process.memoryUsage().rss;
  let gone = false;
  for (let n = 0; n < 2000 && !gone; n += 1) {
    ana.frame({ stream, timestamp: n * 10_000, flags: 1, payload: Buffer.alloc(10_000) });
    await new Promise((resolve) => setTimeout(resolve, 10));
    if (n % 20 === 0) gone = /reason="receiver-stalled"\} 1/.test(await (await fetch(`${server.url}/metrics`)).text());
  }
  expect(gone).toBe(true);
  expect(process.memoryUsage().rss - memory).toBeLessThan(200e6);
  expect(bo.closeCode).toBeUndefined();
  await check();
}, 40_000);

test('a client that speaks no proper WebSocket is refused', async () => {
  await using server = await startServer();
  const { check } = await honest(server.url);
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(server.port, '127.0.0.1', () => socket.write('GET /relay HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n'));
    socket.once('data', (data) => {
      resolve(data.toString());
      socket.destroy();
    });
  });
  expect(answer).toMatch(/^HTTP\/1.1 400/);
  await check();
});

test('without the relay its address is not there', async () => {
  await using server = await startServer({ relay: false });
  await expect(RelayClient.open(server.url)).rejects.toThrow();
});
