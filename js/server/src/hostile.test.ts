// SPDX-License-Identifier: Apache-2.0
// A client that means harm: wrong shapes, huge payloads, floods, prototype keys, others' rooms and ids.
import { expect, test } from 'vitest';
import { camera, newKey, startServer, TestClient, tokenFor, until } from './testing/client.js';

/** A room with two honest participants, to see that nothing reaches them. */
async function honestRoom(url: string) {
  const ana = await TestClient.connect(url);
  const bo = await TestClient.connect(url);
  const { participantId: anaId } = await ana.join();
  const { participantId: boId } = await bo.join();
  await ana.next('participantJoined');
  const check = async () => {
    const before = [ana.received.length, bo.received.length];
    ana.send({ type: 'signal', to: boId, payload: { check: 1 } });
    bo.send({ type: 'signal', to: anaId, payload: { check: 2 } });
    expect((await bo.next('signal')).payload).toEqual({ check: 1 });
    expect((await ana.next('signal')).payload).toEqual({ check: 2 });
    expect([ana.received.length, bo.received.length]).toEqual(before.map((count) => count + 1));
  };
  return { ana, bo, anaId, boId, check };
}

const deep = (levels: number): unknown => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`);

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['a string', 'join'],
  ['a number', 7],
  ['a list', [{ type: 'leave' }]],
  ['no type', { protocol: 1 }],
  ['an unknown type', { type: 'shutdown' }],
  ['a type that is a method of objects', { type: 'toString' }],
  ['a type that is no string', { type: { $ne: null } }],
  ['a signal without a payload', { type: 'signal', to: 'x' }],
  ['a payload that is a list', { type: 'signal', to: 'x', payload: [1] }],
  ['a payload with binary', { type: 'signal', to: 'x', payload: { data: Buffer.from('x') } }],
  ['a message that is binary', Buffer.from('x')],
  ['a nested type', { type: 'signal', to: { id: 'x' }, payload: {} }],
  ['deep nesting', { type: 'signal', to: 'x', payload: deep(33) }],
  ['very deep nesting', { type: 'signal', to: 'x', payload: deep(4000) }],
  ['an update with sources of the wrong type', { type: 'update', sources: { length: 1 } }],
])('%s gets message-invalid', async (_what, message) => {
  await using server = await startServer();
  await using mallory = await TestClient.connect(server.url);
  await mallory.join({ room: 'hers' });
  mallory.send(message);
  await mallory.error('message-invalid');
  mallory.send({ type: 'update', name: 'Still here' });
  await mallory.silence('error', 30);
});

test('an event that is not "message" gets message-invalid', async () => {
  await using server = await startServer();
  await using mallory = await TestClient.connect(server.url);
  mallory.socket.emit('join', { room: 'standup' });
  await mallory.error('message-invalid');
});

test.each(['__proto__', 'constructor', 'prototype'])('the key %s is refused wherever it stands', async (key) => {
  await using server = await startServer();
  const { boId, ana, check } = await honestRoom(server.url);
  // Built as text: an object literal with __proto__ would set the prototype instead.
  const evil: unknown = JSON.parse(`{"${key}":{"polluted":true}}`);
  ana.send({ type: 'signal', to: boId, payload: { list: [evil] } });
  expect((await ana.error('message-invalid')).message).toContain(key);
  ana.send({ type: 'update', sources: [{ ...camera(), extra: evil }] });
  await ana.error('message-invalid');
  await using mallory = await TestClient.connect(server.url);
  await mallory.sendJoin({ capabilities: Object.assign(JSON.parse(`{"${key}":{"polluted":true}}`) as object, { topologies: ['mesh'] }), room: 'x' });
  expect(await mallory.error('message-invalid')).toMatchObject({ fatal: true });
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  await check();
});

test('unknown keys of a message and of a source are not passed on', async () => {
  await using server = await startServer();
  const { ana, bo } = await honestRoom(server.url);
  bo.send({ type: 'update', admin: true, sources: [{ ...camera(), html: '<script>' }] });
  expect((await ana.next('participantUpdated')).participant.sources).toEqual([camera()]);
  bo.send({ type: 'signal', to: 'x', from: 'somebody else', payload: {} });
  await bo.error('participant-unknown');
});

test('a message somewhat too large is answered; a frame far too large closes its socket only', async () => {
  await using server = await startServer({ resumeGraceMs: 0 });
  const { bo, boId, check } = await honestRoom(server.url);
  await using mallory = await TestClient.connect(server.url);
  await mallory.join({ room: 'hers' });
  mallory.send({ type: 'signal', id: 'big', to: boId, payload: { data: 'x'.repeat(65536) } });
  expect(await mallory.error('message-too-large')).toMatchObject({ fatal: false, inReplyTo: 'big' });
  mallory.send({ type: 'signal', to: boId, payload: { data: 'ü'.repeat(40000) } });
  await mallory.error('message-too-large');
  mallory.send({ type: 'signal', to: boId, payload: { data: 'x'.repeat(2_000_000) } });
  await mallory.closed();
  await bo.silence('signal');
  await check();
});

test('a message just within the limit passes', async () => {
  await using server = await startServer();
  const { ana, bo, boId } = await honestRoom(server.url);
  const frame = Buffer.byteLength(JSON.stringify({ type: 'signal', to: boId, payload: { data: '' } }));
  ana.send({ type: 'signal', to: boId, payload: { data: 'x'.repeat(65536 - frame) } });
  await bo.next('signal');
  ana.send({ type: 'signal', to: boId, payload: { data: 'x'.repeat(65537 - frame) } });
  await ana.error('message-too-large');
});

test('a burst over the limit is refused with a time, and good again after it', async () => {
  await using server = await startServer({ messageBurst: 20, messageRate: 50 });
  const { check } = await honestRoom(server.url);
  await using mallory = await TestClient.connect(server.url);
  await mallory.join({ room: 'hers' });
  for (let n = 0; n < 40; n += 1) mallory.send({ type: 'update', name: 'x', id: String(n) });
  const limited = await mallory.error('rate-limited');
  expect(limited.fatal).toBe(false);
  expect(limited.retryAfterMs).toBeGreaterThan(0);
  expect(limited.retryAfterMs).toBeLessThanOrEqual(20);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const before = mallory.received.length;
  expect(before).toBeLessThanOrEqual(22);
  mallory.send({ type: 'update', name: 'y' });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(mallory.received.length).toBe(before);
  await check();
});

test('a flood closes its socket; the others do not notice', async () => {
  await using server = await startServer({ resumeGraceMs: 0 });
  const { boId, check } = await honestRoom(server.url);
  await using mallory = await TestClient.connect(server.url);
  await mallory.join({ room: 'hers' });
  for (let n = 0; n < 5000; n += 1) mallory.send({ type: 'signal', to: boId, payload: { n } });
  await mallory.closed(5000);
  await check();
  await until(() => server.census().rooms === 1);
});

test('nobody takes over a participant by its public id, nor with a resume token alone', async () => {
  await using server = await startServer();
  const { ana, anaId, check } = await honestRoom(server.url);
  const resumeToken = (ana.received.find((message) => message.type === 'joined') as { resumeToken: string }).resumeToken;
  await using mallory = await TestClient.connect(server.url);
  await mallory.sendJoin({ participantKey: anaId });
  await mallory.error('message-invalid');
  await mallory.sendJoin({ participantId: anaId, token: resumeToken, participantKey: newKey() });
  expect((await mallory.error('token-invalid')).message).toMatch(/another participant/);
  await check();
});

test('a resume token brings its own participant back, also after its first token has expired', async () => {
  const options = { resumeGraceMs: 100 };
  await using server = await startServer(options);
  await using ana = await TestClient.connect(server.url);
  const { resumeToken, participantId } = await ana.join({ token: await tokenFor('standup', { name: 'Ana T' }) });
  ana.cut();
  await until(() => server.census().present + server.census().absent === 0);
  const expired = await tokenFor('standup', { expiresInSeconds: -60 });
  await using again = await TestClient.connect(server.url, { key: ana.key });
  await again.sendJoin({ token: expired });
  await again.error('token-expired');
  expect(await again.join({ token: resumeToken })).toMatchObject({ participantId, resumed: false });
});

test('while the place is kept, an expired token is enough for the holder of the key', async () => {
  await using server = await startServer({ resumeGraceMs: 5000 });
  await using ana = await TestClient.connect(server.url);
  await ana.join();
  ana.cut();
  await until(() => server.census().absent === 1);
  const expired = await tokenFor('standup', { expiresInSeconds: -3600 });
  await using other = await TestClient.connect(server.url);
  await other.sendJoin({ token: expired });
  await other.error('token-expired');
  await using again = await TestClient.connect(server.url, { key: ana.key });
  expect((await again.join({ token: expired })).resumed).toBe(true);
});

test('a client that does not read is cut off instead of filling the memory', async () => {
  await using server = await startServer({ messageRate: 100000, messageBurst: 100000, resumeGraceMs: 0 });
  await using ana = await TestClient.connect(server.url);
  await using sleeper = await TestClient.connect(server.url);
  await ana.join();
  const { participantId: to } = await sleeper.join();
  await ana.next('participantJoined');
  const tcp = (sleeper.socket.io.engine.transport as unknown as { ws: { _socket: { pause(): void } } }).ws._socket;
  tcp.pause();
  const data = 'x'.repeat(60000);
  for (let n = 0; n < 1500; n += 1) {
    ana.send({ type: 'signal', to, payload: { data } });
    if (n % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  expect((await ana.next('participantLeft', 10000)).participantId).toBe(to);
}, 20000);

test('sockets are limited in all and per address, and idle ones closed', async () => {
  await using server = await startServer({ maxSocketsPerAddress: 2, idleTimeoutMs: 200, openRooms: true });
  await using idle = await TestClient.connect(server.url);
  await using busy = await TestClient.connect(server.url);
  busy.send({ type: 'peek', protocol: 1, room: 'standup' });
  await busy.next('lobby');
  await expect(TestClient.connect(server.url)).rejects.toThrow();
  expect(await idle.closed()).toBe('io server disconnect');
  await using third = await TestClient.connect(server.url);
  expect(third.socket.connected).toBe(true);
  expect(busy.socket.connected).toBe(true);

  await using small = await startServer({ maxSockets: 1 });
  await using only = await TestClient.connect(small.url);
  expect(only.socket.connected).toBe(true);
  await expect(TestClient.connect(small.url)).rejects.toThrow();
});

test('pages of other origins are kept out unless allowed', async () => {
  await using server = await startServer({ allowedOrigins: ['https://site.example', 'http://localhost:*'] });
  for (const [origin, welcome] of [
    ['https://site.example', true],
    ['http://localhost:5173', true],
    [server.url, true],
    ['https://evil.example', false],
    ['https://site.example.evil.example', false],
    ['http://localhost.evil.example', false],
    ['null', false],
  ] as const) {
    for (const transports of [['websocket'], ['polling']]) {
      const connecting = TestClient.connect(server.url, { headers: { origin }, transports });
      if (welcome) (await connecting).socket.disconnect();
      else await expect(connecting, origin).rejects.toThrow();
    }
  }
});
