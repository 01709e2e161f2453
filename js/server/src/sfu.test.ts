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
  await using server = await startServer({ sfu: janus });
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
