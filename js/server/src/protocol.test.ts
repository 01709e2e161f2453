// SPDX-License-Identifier: Apache-2.0
// Every message of the protocol, over real sockets.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { camera, newKey, sleep, startServer, TestClient, tokenFor, until } from './testing/client.js';

test('join answers with the room, the others and an id that follows from the key alone', async () => {
  await using server = await startServer();
  await using ana = await TestClient.connect(server.url);
  const joined = await ana.join();
  const id = createHash('sha256').update(ana.key).digest('base64url').slice(0, 22);
  expect(joined).toMatchObject({ participantId: id, resumed: false, participants: [], iceServers: [] });
  expect(joined.room).toEqual({ name: 'standup', topology: 'mesh', capacity: 6, epoch: 0, topologies: ['mesh'] });

  await using bo = await TestClient.connect(server.url);
  const second = await bo.join({ name: ' Bo ', capabilities: { topologies: ['mesh'], dataChannels: true, layers: { max: 3 } } });
  expect(second.participants).toEqual([
    { id, name: 'Ana', capabilities: { topologies: ['mesh'], dataChannels: true }, sources: [camera()], present: true },
  ]);
  const { participant } = await ana.next('participantJoined');
  expect(participant).toMatchObject({ id: second.participantId, name: 'Bo', present: true, capabilities: { layers: { max: 3 } } });
  expect(server.census()).toMatchObject({ rooms: 1, present: 2, absent: 0 });
});

test('rooms do not see each other', async () => {
  await using server = await startServer();
  await using ana = await TestClient.connect(server.url);
  await using bo = await TestClient.connect(server.url);
  await ana.join({ room: 'one' });
  expect((await bo.join({ room: 'two' })).participants).toEqual([]);
  await ana.silence('participantJoined');
});

test('signal is relayed as it is, in order, to its one receiver', async () => {
  await using server = await startServer();
  await using ana = await TestClient.connect(server.url);
  await using bo = await TestClient.connect(server.url);
  await using cy = await TestClient.connect(server.url);
  const { participantId: from } = await ana.join();
  const { participantId: to } = await bo.join();
  await cy.join();
  const payload = { description: { type: 'offer', sdp: 'v=0\r\n…' }, nested: [1, null, { deep: true }] };
  ana.send({ type: 'signal', to, payload });
  expect(await bo.next('signal')).toEqual({ type: 'signal', from, payload });
  for (let n = 0; n < 100; n += 1) ana.send({ type: 'signal', to, payload: { n } });
  for (let n = 0; n < 100; n += 1) expect((await bo.next('signal')).payload).toEqual({ n });
  await cy.silence('signal');
});

test('messages sent right behind a join wait for it', async () => {
  await using server = await startServer();
  await using ana = await TestClient.connect(server.url);
  await using bo = await TestClient.connect(server.url);
  const { participantId: to } = await ana.join();
  await bo.sendJoin();
  for (let n = 0; n < 20; n += 1) bo.send({ type: 'signal', to, payload: { n } });
  bo.send({ type: 'leave' });
  for (let n = 0; n < 20; n += 1) expect((await ana.next('signal')).payload).toEqual({ n });
  expect((await ana.next('participantLeft')).reason).toBe('left');
  expect(bo.received.map((message) => message.type)).toEqual(['joined']);
});

test('update changes name and sources, each on its own', async () => {
  await using server = await startServer();
  await using ana = await TestClient.connect(server.url);
  await using bo = await TestClient.connect(server.url);
  await ana.join();
  const { participantId: id } = await bo.join({ name: 'Bo' });
  bo.send({ type: 'update', sources: [camera('cam', true), { id: 'mic', kind: 'audio', content: 'microphone', muted: false }] });
  const { participant } = await ana.next('participantUpdated');
  expect(participant).toMatchObject({ id, name: 'Bo', present: true });
  expect(participant.sources.map((source) => [source.id, source.muted])).toEqual([['cam', true], ['mic', false]]);
  bo.send({ type: 'update', name: 'Boris' });
  const renamed = (await ana.next('participantUpdated')).participant;
  expect(renamed.name).toBe('Boris');
  expect(renamed.sources).toHaveLength(2);
  await bo.silence('participantUpdated');
});

test('leave tells the others and frees the place; the socket may join again', async () => {
  await using server = await startServer({ roomCapacity: 2 });
  await using ana = await TestClient.connect(server.url);
  await using bo = await TestClient.connect(server.url);
  await ana.join();
  const { participantId } = await bo.join();
  bo.send({ type: 'leave' });
  expect(await ana.next('participantLeft')).toEqual({ type: 'participantLeft', participantId, reason: 'left' });
  expect((await bo.join()).resumed).toBe(false);
  ana.send({ type: 'leave' });
  bo.send({ type: 'leave' });
  await until(() => server.census().rooms === 0);
});

test('peek shows the lobby and its changes, and not more', async () => {
  await using server = await startServer();
  await using watcher = await TestClient.connect(server.url);
  watcher.send({ type: 'peek', protocol: 1, room: 'standup', token: await tokenFor('standup') });
  expect(await watcher.next('lobby')).toEqual({ type: 'lobby', room: { name: 'standup', topology: 'mesh', capacity: 6 }, participants: [] });
  await using ana = await TestClient.connect(server.url);
  const { participantId: id } = await ana.join();
  expect((await watcher.next('lobby')).participants).toEqual([{ id, name: 'Ana' }]);
  ana.send({ type: 'update', sources: [] });
  await watcher.silence('lobby');
  ana.send({ type: 'update', name: 'Anna' });
  expect((await watcher.next('lobby')).participants).toEqual([{ id, name: 'Anna' }]);
  // A second watcher that comes while a change is still being gathered sees the newest state, and so does the first.
  ana.send({ type: 'update', name: 'Anne' });
  await using late = await TestClient.connect(server.url);
  late.send({ type: 'peek', protocol: 1, room: 'standup', token: await tokenFor('standup') });
  expect((await late.next('lobby')).participants).toEqual([{ id, name: 'Anne' }]);
  expect((await watcher.next('lobby')).participants).toEqual([{ id, name: 'Anne' }]);
  ana.send({ type: 'leave' });
  expect((await watcher.next('lobby')).participants).toEqual([]);
  expect((await late.next('lobby')).participants).toEqual([]);
});

test('peek moves to another room, ends by leave, and ends by joining', async () => {
  await using server = await startServer({ openRooms: true });
  await using watcher = await TestClient.connect(server.url);
  watcher.send({ type: 'peek', protocol: 1, room: 'one' });
  await watcher.next('lobby');
  watcher.send({ type: 'peek', protocol: 1, room: 'two' });
  expect((await watcher.next('lobby')).room.name).toBe('two');
  expect(server.census()).toMatchObject({ rooms: 1, watchers: 1 });
  watcher.send({ type: 'leave' });
  await until(() => server.census().rooms === 0);
  watcher.send({ type: 'peek', protocol: 1, room: 'three' });
  await watcher.next('lobby');
  await watcher.join({ room: 'three' });
  expect(server.census()).toMatchObject({ rooms: 1, watchers: 0, present: 1 });
  await watcher.silence('lobby');
});

test('a lost socket leaves its participant absent; the same key resumes it with its id', async () => {
  await using server = await startServer({ resumeGraceMs: 5000 });
  await using ana = await TestClient.connect(server.url);
  const bo = await TestClient.connect(server.url);
  await using watcher = await TestClient.connect(server.url);
  const { participantId: anaId } = await ana.join();
  const { participantId: id } = await bo.join({ name: 'Bo' });
  watcher.send({ type: 'peek', protocol: 1, room: 'standup', token: await tokenFor('standup') });
  expect((await watcher.next('lobby')).participants).toHaveLength(2);
  bo.cut();
  expect((await ana.next('participantUpdated')).participant).toMatchObject({ id, present: false });
  expect((await watcher.next('lobby')).participants).toEqual([{ id: anaId, name: 'Ana' }]);

  await using again = await TestClient.connect(server.url, { key: bo.key });
  const joined = await again.join({ name: 'Bo', sources: [camera('cam', true)] });
  expect(joined).toMatchObject({ participantId: id, resumed: true });
  expect(joined.participants.map((participant) => participant.id)).toEqual([anaId]);
  expect((await ana.next('participantUpdated')).participant).toMatchObject({ id, present: true, sources: [{ id: 'cam', muted: true }] });
  await ana.silence('participantLeft');
});

test('an absent participant is gone after the grace time', async () => {
  await using server = await startServer({ resumeGraceMs: 150 });
  await using ana = await TestClient.connect(server.url);
  const bo = await TestClient.connect(server.url);
  await ana.join();
  const { participantId } = await bo.join();
  const started = performance.now();
  bo.cut();
  expect(await ana.next('participantLeft')).toEqual({ type: 'participantLeft', participantId, reason: 'timeout' });
  expect(performance.now() - started).toBeGreaterThan(140);
  await using again = await TestClient.connect(server.url, { key: bo.key });
  expect((await again.join()).resumed).toBe(false);
});

test('a rejoin replaces a live older socket, which then has no say any more', async () => {
  await using server = await startServer();
  await using ana = await TestClient.connect(server.url);
  await using old = await TestClient.connect(server.url);
  const { participantId: anaId } = await ana.join();
  const { participantId: id } = await old.join({ name: 'Bo' });
  await using fresh = await TestClient.connect(server.url, { key: old.key });
  expect(await fresh.join({ name: 'Bo' })).toMatchObject({ participantId: id, resumed: true });
  old.send({ type: 'leave' });
  expect(await old.next('participantLeft')).toEqual({ type: 'participantLeft', participantId: id, reason: 'replaced' });
  expect(await old.closed()).toBe('io server disconnect');
  expect((await ana.next('participantUpdated')).participant).toMatchObject({ id, present: true });
  await sleep(50);
  await ana.silence('participantLeft');
  fresh.send({ type: 'signal', to: anaId, payload: { still: 'here' } });
  expect((await ana.next('signal')).from).toBe(id);
  ana.send({ type: 'signal', to: id, payload: { to: 'the new socket' } });
  expect((await fresh.next('signal')).payload).toEqual({ to: 'the new socket' });
  expect(server.census()).toMatchObject({ present: 2, absent: 0 });
});

test('the protocol works over long polling too', async () => {
  await using server = await startServer();
  await using ana = await TestClient.connect(server.url, { transports: ['polling'] });
  await using bo = await TestClient.connect(server.url);
  const { participantId } = await ana.join();
  await bo.join();
  bo.send({ type: 'signal', to: participantId, payload: { hello: 1 } });
  expect((await ana.next('signal')).payload).toEqual({ hello: 1 });
});

test('the same key in two rooms is two participants', async () => {
  await using server = await startServer();
  const key = newKey();
  await using one = await TestClient.connect(server.url, { key });
  await using two = await TestClient.connect(server.url, { key });
  const first = await one.join({ room: 'one' });
  const second = await two.join({ room: 'two' });
  expect(second).toMatchObject({ participantId: first.participantId, resumed: false });
  expect(server.census().present).toBe(2);
});
