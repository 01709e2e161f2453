// SPDX-License-Identifier: Apache-2.0
// What clients learn of a media server: numbers and secrets that are each room's own.
import { expect, test } from 'vitest';
import { OptionError, resolveOptions } from './options.js';
import { sfuInfoFor } from './sfu.js';
import { kSecret, startServer, TestClient, tokenFor } from './testing/client.js';

const janus = { kind: 'janus' as const, url: 'wss://janus.example' };
const key = new Uint8Array(32).fill(7);

test('numbers and secrets follow from the key and the name alone', () => {
  const info = sfuInfoFor(janus, key, 'standup');
  expect(sfuInfoFor(janus, key, 'standup')).toEqual(info);
  expect(Number.isSafeInteger(info.room) && info.room > 0).toBe(true);
  expect(info.pin).toMatch(/^[\w-]{22}$/);
  expect(info.pin).not.toBe(info.secret);
  for (const other of [sfuInfoFor(janus, key, 'other'), sfuInfoFor(janus, new Uint8Array(32).fill(8), 'standup')]) {
    expect(other.room).not.toBe(info.room);
    expect(other.pin).not.toBe(info.pin);
  }
});

test('joined tells of it, a lobby does not', async () => {
  await using server = await startServer({ sfu: janus, meshUpTo: 0 });
  await using watcher = await TestClient.connect(server.url);
  watcher.send({ type: 'peek', protocol: 1, room: 'standup', token: await tokenFor('standup') });
  const lobby = await watcher.next('lobby');
  expect(lobby).toMatchObject({ room: { topology: 'sfu', capacity: 32 } });
  expect(JSON.stringify(lobby)).not.toContain('janus');
  await using ana = await TestClient.connect(server.url);
  const joined = await ana.join();
  expect(joined).toMatchObject({ room: { topology: 'sfu' }, sfu: { kind: 'janus', url: janus.url } });
});

test('its address may be connected to, and must be one', async () => {
  await using server = await startServer({ sfu: janus });
  const response = await fetch(`${server.url}/healthz`);
  expect(response.headers.get('content-security-policy')).toContain('wss://janus.example');
  expect(() => resolveOptions({ tokenSecret: kSecret, sfu: { kind: 'janus', url: 'https://janus.example' } })).toThrow(OptionError);
});

test('a room is a mesh until it outgrows that, then everybody is told, and it stays', async () => {
  await using server = await startServer({ sfu: janus, meshUpTo: 1 });
  const capabilities = { topologies: ['mesh', 'sfu'] };
  await using ana = await TestClient.connect(server.url);
  expect(await ana.join({ capabilities })).toMatchObject({ room: { topology: 'mesh' } });
  await using ben = await TestClient.connect(server.url);
  const joined = await ben.join({ name: 'Ben', capabilities });
  expect(joined).toMatchObject({ room: { topology: 'sfu' }, sfu: { kind: 'janus' } });
  expect(joined).not.toHaveProperty('moved');
  const moved = await ana.next('joined');
  expect(moved).toMatchObject({ moved: true, resumed: true, room: { topology: 'sfu' }, sfu: joined.sfu, participants: [{ id: joined.participantId }] });
  expect(moved).not.toHaveProperty('resumeToken');
  ben.send({ type: 'leave' });
  await ana.next('participantLeft');
  await using cleo = await TestClient.connect(server.url);
  expect(await cleo.join({ name: 'Cleo', capabilities })).toMatchObject({ room: { topology: 'sfu' } });
  await ana.silence('joined');
});

test('a room with somebody who knows no SFU stays a mesh', async () => {
  await using server = await startServer({ sfu: janus, meshUpTo: 1 });
  await using old = await TestClient.connect(server.url);
  await old.join();
  await using ana = await TestClient.connect(server.url);
  const joined = await ana.join({ capabilities: { topologies: ['mesh', 'sfu'] } });
  expect(joined).toMatchObject({ room: { topology: 'mesh' } });
  expect(joined).not.toHaveProperty('sfu');
});
