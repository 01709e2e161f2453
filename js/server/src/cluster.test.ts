// SPDX-License-Identifier: Apache-2.0
// Several servers behind one Redis: whoever is at which, all are in one room; a server that goes away leaves its rooms to the others.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ClusterError } from './cluster.js';
import { OptionError, resolveOptions } from './options.js';
import { kSecret, startServer, TestClient, tokenFor } from './testing/client.js';
import { startRedis } from './testing/redis.js';

const capabilities = { topologies: ['mesh', 'sfu'] };
const kPatience = 15_000;
let redisUrl: string;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ redisUrl, stop } = await startRedis());
}, 30_000);
afterAll(() => stop?.());

/** Two servers, and somebody at each, in a room that the first one owns. */
async function two(room: string) {
  const first = await startServer({ redisUrl });
  const second = await startServer({ redisUrl });
  const ana = await TestClient.connect(first.url);
  const joined = await ana.join({ room, capabilities });
  const ben = await TestClient.connect(second.url);
  await ben.sendJoin({ room, capabilities, name: 'Ben' });
  const other = await ben.next('joined', kPatience);
  return {
    first, second, ana, ben, joined, other,
    [Symbol.asyncDispose]: async () => {
      for (const client of [ana, ben]) client.socket.disconnect();
      await Promise.all([first.close({ deadlineMs: 500 }), second.close({ deadlineMs: 500 })]);
    },
  };
}

test('people at two servers are in one room: they are told of each other, of changes, and of what each sends', async () => {
  await using it = await two('everywhere');
  const { ana, ben, joined, other } = it;
  expect(other.participants).toMatchObject([{ id: joined.participantId, name: 'Ana', present: true }]);
  expect((await ana.next('participantJoined', kPatience)).participant).toMatchObject({ id: other.participantId, name: 'Ben' });
  for (let i = 0; i < 20; i++) ana.send({ type: 'signal', to: other.participantId, payload: { i } });
  for (let i = 0; i < 20; i++) expect(await ben.next('signal', kPatience)).toMatchObject({ from: joined.participantId, payload: { i } });
  for (let i = 0; i < 20; i++) ben.send({ type: 'signal', to: joined.participantId, payload: { i } });
  for (let i = 0; i < 20; i++) expect(await ana.next('signal', kPatience)).toMatchObject({ from: other.participantId, payload: { i } });
  ben.send({ type: 'update', name: 'Benno', sources: [] });
  expect((await ana.next('participantUpdated', kPatience)).participant).toMatchObject({ name: 'Benno', sources: [] });
  ben.send({ type: 'signal', to: 'nobody', payload: {} });
  await expect(ben.next('error', kPatience)).resolves.toMatchObject({ code: 'participant-unknown' });
  ben.send({ type: 'leave' });
  expect(await ana.next('participantLeft', kPatience)).toMatchObject({ participantId: other.participantId, reason: 'left' });
  // Free again: another room, which its own server has.
  await ben.sendJoin({ room: 'elsewhere' });
  expect(await ben.next('joined', kPatience)).toMatchObject({ participants: [] });
  expect([it.first.census().rooms, it.second.census().rooms]).toEqual([1, 1]);
}, 60_000);

test('a lobby is the same at every server', async () => {
  await using it = await two('lobby');
  await using watcher = await TestClient.connect(it.second.url);
  watcher.send({ type: 'peek', protocol: 1, room: 'lobby', token: await tokenFor('lobby') });
  expect((await watcher.next('lobby', kPatience)).participants.map(({ name }) => name)).toEqual(['Ana', 'Ben']);
  it.ben.send({ type: 'leave' });
  expect((await watcher.next('lobby', kPatience)).participants.map(({ name }) => name)).toEqual(['Ana']);
}, 60_000);

test('a socket lost at another server keeps its place for a while, and comes back to it through any server', async () => {
  await using it = await two('back');
  await it.ana.next('participantJoined', kPatience);
  it.ben.cut();
  expect((await it.ana.next('participantUpdated', kPatience)).participant).toMatchObject({ name: 'Ben', present: false });
  await using again = await TestClient.connect(it.first.url, { key: it.ben.key });
  // Its place may be gone by now on a slow machine; its id is its own in any case.
  await again.sendJoin({ room: 'back', name: 'Ben', capabilities });
  expect(await again.next('joined', kPatience)).toMatchObject({ participantId: it.other.participantId, participants: [{ name: 'Ana' }] });
}, 60_000);

test('a server that shuts down leaves its rooms to the others: those who are elsewhere are sent to build them up again', async () => {
  await using it = await two('heir');
  const closed = it.first.close({ deadlineMs: 1000 });
  expect((await it.ben.next('closing', kPatience)).reason).toBe('shutdown');
  const reason = await it.ben.closed(kPatience);
  // Not 'io server disconnect', after which socket.io's clients stay away.
  expect(reason).toMatch(/transport/);
  await using again = await TestClient.connect(it.second.url, { key: it.ben.key });
  await again.sendJoin({ room: 'heir', name: 'Ben', capabilities });
  expect(await again.next('joined', kPatience)).toMatchObject({ participantId: it.other.participantId, resumed: false });
  await closed;
}, 60_000);

test('a flood at one server ends that socket, and nothing else', async () => {
  await using it = await two('flood');
  for (let i = 0; i < 3000; i++) it.ben.send({ type: 'update', name: `Ben ${i}` });
  await it.ben.closed(kPatience);
  it.ana.send({ type: 'signal', to: 'nobody', payload: {} });
  await expect(it.ana.next('error', kPatience)).resolves.toMatchObject({ code: 'participant-unknown' });
}, 60_000);

test('long polling is refused, since its requests may arrive anywhere', async () => {
  await using it = await two('polling');
  await expect(TestClient.connect(it.first.url, { transports: ['polling'] })).rejects.toThrow();
}, 60_000);

test('what is missing is said', async () => {
  await expect(startServer({ redisUrl: 'redis://127.0.0.1:1' })).rejects.toThrow(ClusterError);
  expect(() => resolveOptions({ openRooms: true, redisUrl })).toThrow(/tokenSecret/);
  expect(() => resolveOptions({ tokenSecret: kSecret, redisUrl: 'http://redis' })).toThrow(OptionError);
  // Sockets of the relay may come to any server, which has to reach the room's.
  const clusterUrl = 'http://10.0.0.6:8080';
  expect(() => resolveOptions({ tokenSecret: kSecret, redisUrl, relay: true })).toThrow(/clusterUrl/);
  expect(() => resolveOptions({ tokenSecret: kSecret, clusterUrl })).toThrow(/redisUrl/);
  expect(() => resolveOptions({ tokenSecret: kSecret, redisUrl, clusterUrl: 'http://10.0.0.6:8080/below' })).toThrow(/clusterUrl/);
  const relays = [{ redisUrl }, {}, { redisUrl, clusterUrl }, { redisUrl, clusterUrl, relay: false }].map((it) => resolveOptions({ tokenSecret: kSecret, ...it }).relay);
  expect(relays).toEqual([false, true, true, false]);
}, 30_000);
