// SPDX-License-Identifier: Apache-2.0
// What clients learn of a media server: numbers and secrets that are each room's own.
import { decodeJwt, jwtVerify } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { OptionError, resolveOptions } from './options.js';
import { sfuInfoFor } from './sfu.js';
import { kSecret, startServer, TestClient, tokenFor } from './testing/client.js';

const janus = { kind: 'janus' as const, url: 'wss://janus.example' };
const livekit = { kind: 'livekit' as const, url: 'wss://livekit.example', apiKey: 'key', apiSecret: 'a secret of LiveKit, long enough for HS256' };
const key = new Uint8Array(32).fill(7);
/** A slow machine takes seconds to load the signing of tokens. */
beforeAll(async () => void (await import('livekit-server-sdk')), 60_000);
const ana = (room: string) => ({ room, participantId: 'ana-1', name: 'Ana', ttlSeconds: 3600 });
const janusInfoFor = async (otherKey: Uint8Array, room: string) => {
  const info = await sfuInfoFor(janus, otherKey, ana(room));
  if (info.kind !== 'janus') throw new Error(`kind is ${info.kind}`);
  return info;
};

test('numbers and secrets follow from the key and the name alone', async () => {
  const info = await janusInfoFor(key, 'standup');
  expect(await janusInfoFor(key, 'standup')).toEqual(info);
  expect(Number.isSafeInteger(info.room) && info.room > 0).toBe(true);
  expect(info.pin).toMatch(/^[\w-]{22}$/);
  expect(info.pin).not.toBe(info.secret);
  for (const other of [await janusInfoFor(key, 'other'), await janusInfoFor(new Uint8Array(32).fill(8), 'standup')]) {
    expect(other.room).not.toBe(info.room);
    expect(other.pin).not.toBe(info.pin);
  }
});

test('a LiveKit token lets one participant into one room, and does no more', async () => {
  const info = await sfuInfoFor(livekit, key, ana('standup'));
  if (info.kind !== 'livekit') throw new Error(`kind is ${info.kind}`);
  expect(JSON.stringify(info)).not.toContain(livekit.apiSecret);
  const { payload } = await jwtVerify(info.token, new TextEncoder().encode(livekit.apiSecret));
  expect(payload).toMatchObject({ iss: 'key', sub: 'ana-1', name: 'Ana', video: { room: 'standup', roomJoin: true, canPublish: true, canSubscribe: true } });
  expect(payload['video']).not.toHaveProperty('roomAdmin');
  expect(payload['video']).not.toHaveProperty('roomCreate');
  expect(payload.exp! - Date.now() / 1000).toBeCloseTo(3600, -2);
});

test('LiveKit: a room that moves gives everybody a token of their own', async () => {
  await using server = await startServer({ sfu: livekit, meshUpTo: 1 });
  const capabilities = { topologies: ['mesh', 'sfu'] };
  await using first = await TestClient.connect(server.url);
  const joined = await first.join({ capabilities });
  expect(joined).not.toHaveProperty('sfu');
  await using second = await TestClient.connect(server.url);
  const other = await second.join({ name: 'Ben', capabilities });
  const moved = await first.next('joined');
  const identity = (message: typeof moved) => (message.sfu?.kind === 'livekit' ? decodeJwt(message.sfu.token).sub : undefined);
  expect([identity(moved), identity(other)]).toEqual([joined.participantId, other.participantId]);
});

test('behind this server its address is a path here', async () => {
  await using server = await startServer({ sfu: { ...livekit, throughServer: true }, meshUpTo: 0 });
  await using client = await TestClient.connect(server.url);
  expect(await client.join({ capabilities: { topologies: ['mesh', 'sfu'] } })).toMatchObject({ sfu: { kind: 'livekit', url: '/sfu' } });
  const { headers } = await fetch(`${server.url}/healthz`);
  expect(headers.get('content-security-policy')).not.toContain('livekit.example');
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
  const policy = async (url: string) => (await fetch(`${url}/healthz`)).headers.get('content-security-policy');
  expect(await policy(server.url)).toContain('wss://janus.example');
  await using other = await startServer({ sfu: livekit });
  // LiveKit's client asks over HTTP why a WebSocket was refused.
  expect(await policy(other.url)).toContain('wss://livekit.example https://livekit.example');
  expect(() => resolveOptions({ tokenSecret: kSecret, sfu: { ...livekit, apiSecret: '' } })).toThrow(OptionError);
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
