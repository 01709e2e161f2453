// SPDX-License-Identifier: Apache-2.0
// Every error code a client can get, that it names the message it answers, and that it touches nobody else.
import { expect, test, vi } from 'vitest';
import { Hub } from './hub.js';
import { camera, newKey, startServer, TestClient, tokenFor } from './testing/client.js';

test.each([
  ['protocol-unsupported', { protocol: 2 }],
  ['protocol-unsupported', { protocol: '1' }],
  ['protocol-unsupported', { protocol: undefined }],
  ['token-missing', { token: undefined }],
  ['token-missing', { token: '' }],
  ['token-invalid', { token: 'nonsense' }],
  ['room-name-invalid', { room: 'a b' }],
  ['room-name-invalid', { room: '' }],
  ['room-name-invalid', { room: 'x'.repeat(65) }],
  ['room-name-invalid', { room: 'room\n' }],
  ['room-name-invalid', { room: ['standup'] as unknown as string }],
  ['message-invalid', { name: '' }],
  ['message-invalid', { name: '   ' }],
  ['message-invalid', { name: 'x'.repeat(65) }],
  ['message-invalid', { name: 'a\u202Eb' }],
  ['message-invalid', { name: 'a\u0000b' }],
  ['message-invalid', { participantKey: 'short' }],
  ['message-invalid', { participantKey: `${newKey()}=` }],
  ['message-invalid', { capabilities: null }],
  ['message-invalid', { capabilities: { topologies: 'mesh' } }],
  ['message-invalid', { capabilities: { topologies: ['mesh'], pad: 'x'.repeat(5000) } }],
  ['message-invalid', { sources: {} }],
  ['message-invalid', { sources: [camera('a'), camera('a')] }],
  ['message-invalid', { sources: [{ ...camera(), kind: 'audio' }] }],
  ['message-invalid', { sources: [{ ...camera(), muted: 'no' }] }],
  ['message-invalid', { sources: Array.from({ length: 17 }, (_, n) => camera(`s${n}`)) }],
] as const)('a join answered %s: %j', async (code, fields) => {
  await using server = await startServer();
  await using ana = await TestClient.connect(server.url);
  await ana.sendJoin({ id: 'join-1', token: await tokenFor('standup'), ...fields });
  const error = await ana.error(code);
  expect(error).toMatchObject({ fatal: true, inReplyTo: 'join-1' });
  expect(error.message).toMatch(/^[A-Z].*\.$/);
  expect(server.census()).toMatchObject({ rooms: 0, present: 0, sockets: 1 });
  expect((await ana.join()).resumed).toBe(false);
});

test('token-invalid: another secret, another room, another algorithm; token-expired', async () => {
  await using server = await startServer();
  await using ana = await TestClient.connect(server.url);
  await ana.sendJoin({ token: await tokenFor('standup', { secret: 'another secret that is long enough for it' }) });
  await ana.error('token-invalid');
  await ana.sendJoin({ token: await tokenFor('elsewhere') });
  expect((await ana.error('token-invalid')).message).toMatch(/another room/);
  const [, body] = (await tokenFor('standup')).split('.');
  const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`;
  await ana.sendJoin({ token: none });
  await ana.error('token-invalid');
  await ana.sendJoin({ token: await tokenFor('standup', { expiresInSeconds: -60 }) });
  expect(await ana.error('token-expired')).toMatchObject({ fatal: true });
});

test('a token can fix the name', async () => {
  await using server = await startServer();
  await using ana = await TestClient.connect(server.url);
  await using bo = await TestClient.connect(server.url);
  await ana.join();
  await bo.join({ name: 'Ana', token: await tokenFor('standup', { name: 'Bo' }) });
  expect((await ana.next('participantJoined')).participant.name).toBe('Bo');
  bo.send({ type: 'update', name: 'Ana', sources: [] });
  expect((await ana.next('participantUpdated')).participant).toMatchObject({ name: 'Bo', sources: [] });
});

test('a peek needs a token unless rooms are open', async () => {
  await using server = await startServer();
  await using watcher = await TestClient.connect(server.url);
  watcher.send({ type: 'peek', protocol: 1, room: 'standup', id: 'p' });
  expect(await watcher.error('token-missing')).toMatchObject({ inReplyTo: 'p', fatal: true });
  watcher.send({ type: 'peek', protocol: 1, room: 'standup', token: await tokenFor('other') });
  await watcher.error('token-invalid');
});

test('room-full says when an absent participant gives up its place', async () => {
  await using server = await startServer({ roomCapacity: 2, resumeGraceMs: 5000 });
  await using ana = await TestClient.connect(server.url);
  const bo = await TestClient.connect(server.url);
  await using cy = await TestClient.connect(server.url);
  await ana.join();
  await bo.join();
  await cy.sendJoin();
  const full = await cy.error('room-full');
  expect(full.fatal).toBe(true);
  expect(full.retryAfterMs).toBeUndefined();
  bo.cut();
  await ana.next('participantUpdated');
  await cy.sendJoin();
  expect((await cy.error('room-full')).retryAfterMs).toBeGreaterThan(3000);
  await using again = await TestClient.connect(server.url, { key: bo.key });
  expect((await again.join()).resumed).toBe(true);
});

test('room-full also when the server has no place for another room, or the lobby for another watcher', async () => {
  await using server = await startServer({ maxRooms: 1, maxWatchersPerRoom: 1, openRooms: true });
  await using ana = await TestClient.connect(server.url);
  await using bo = await TestClient.connect(server.url);
  await using cy = await TestClient.connect(server.url);
  await ana.join({ room: 'one' });
  await bo.sendJoin({ room: 'two' });
  expect((await bo.error('room-full')).message).toMatch(/another room/);
  bo.send({ type: 'peek', protocol: 1, room: 'one' });
  await bo.next('lobby');
  cy.send({ type: 'peek', protocol: 1, room: 'one' });
  await cy.error('room-full');
  expect((await cy.join({ room: 'one' })).participants).toHaveLength(1);
});

test('not-joined and already-joined', async () => {
  await using server = await startServer({ openRooms: true });
  await using ana = await TestClient.connect(server.url);
  for (const message of [{ type: 'signal', to: 'x', payload: {} }, { type: 'update', name: 'A' }, { type: 'leave' }]) {
    ana.send({ ...message, id: message.type });
    expect(await ana.error('not-joined')).toMatchObject({ fatal: false, inReplyTo: message.type });
  }
  await ana.join();
  await ana.sendJoin();
  expect((await ana.error('already-joined')).fatal).toBe(false);
  ana.send({ type: 'peek', protocol: 1, room: 'standup' });
  await ana.error('already-joined');
});

test('participant-unknown, participant-away, and no signal to oneself or to another room', async () => {
  await using server = await startServer({ resumeGraceMs: 5000 });
  await using ana = await TestClient.connect(server.url);
  const bo = await TestClient.connect(server.url);
  await using cy = await TestClient.connect(server.url);
  const { participantId: me } = await ana.join();
  const { participantId: boId } = await bo.join();
  const { participantId: elsewhere } = await cy.join({ room: 'other' });
  ana.send({ type: 'signal', to: 'nobody', payload: {}, id: '1' });
  expect(await ana.error('participant-unknown')).toMatchObject({ fatal: false, inReplyTo: '1' });
  ana.send({ type: 'signal', to: elsewhere, payload: { secret: 1 } });
  await ana.error('participant-unknown');
  ana.send({ type: 'signal', to: me, payload: {} });
  await ana.error('message-invalid');
  bo.cut();
  await ana.next('participantUpdated');
  ana.send({ type: 'signal', to: boId, payload: {}, id: '2' });
  const away = await ana.error('participant-away');
  expect(away).toMatchObject({ fatal: false, inReplyTo: '2' });
  expect(away.retryAfterMs).toBeGreaterThan(1000);
  await cy.silence('signal');
});

test('internal: a fault of the server itself is told without its details, and only to whom it happened', async () => {
  await using server = await startServer();
  await using ana = await TestClient.connect(server.url);
  await ana.join();
  const broken = vi.spyOn(Hub.prototype, 'update').mockImplementation(() => {
    throw new Error('detail that stays inside');
  });
  try {
    ana.send({ type: 'update', name: 'B', id: 'u' });
    const error = await ana.error('internal');
    expect(error).toMatchObject({ fatal: false, inReplyTo: 'u' });
    expect(JSON.stringify(error)).not.toContain('detail');
  } finally {
    broken.mockRestore();
  }
  ana.send({ type: 'leave' });
  await ana.silence('error');
});
