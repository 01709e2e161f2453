// SPDX-License-Identifier: Apache-2.0
// ICE servers and TURN credentials: right by coturn's own rule, one per participant, renewed before they expire.
import { createHmac } from 'node:crypto';
import { pino } from 'pino';
import { afterEach, expect, test, vi } from 'vitest';
import { Hub } from './hub.js';
import { turnCredential } from './ice.js';
import { Metrics } from './metrics.js';
import { resolveOptions } from './options.js';
import type { IceServer, ServerMessage } from './protocol.js';
import { kSecret, newKey, startServer, TestClient, tokenFor } from './testing/client.js';
import { tokenKey } from './tokens.js';

afterEach(() => vi.useRealTimers());

const stun = { urls: 'stun:stun.example:3478' };
const turn = { urls: ['turn:turn.example:3478?transport=udp', 'turns:turn.example:5349'], secret: 'shared with coturn', ttlSeconds: 600 };

/** What coturn does with `use-auth-secret` to decide whether to let a user in. */
function coturnAccepts(server: IceServer, secret: string, at: number): boolean {
  const expiry = Number(server.username?.split(':')[0]);
  const password = createHmac('sha1', secret).update(server.username ?? '').digest('base64');
  return expiry > at && password === server.credential;
}

test('the credential is the known answer', () => {
  // Made with: printf '1700000000:ana' | openssl dgst -sha1 -hmac north -binary | openssl base64
  expect(turnCredential('north', 'ana', 1700000000)).toEqual({ username: '1700000000:ana', credential: '/V6vMibmvRAPIMy3tyPu2GxFkDI=' });
});

test('joined brings the fixed servers and credentials that coturn accepts until they expire', async () => {
  await using server = await startServer({ iceServers: [stun], turn });
  await using ana = await TestClient.connect(server.url);
  await using bo = await TestClient.connect(server.url);
  const { iceServers, participantId } = await ana.join();
  expect(iceServers).toHaveLength(2);
  expect(iceServers[0]).toEqual(stun);
  const relay = iceServers[1] as IceServer;
  const now = Date.now() / 1000;
  expect(relay.urls).toEqual(turn.urls);
  expect(relay.username?.split(':')[1]).toBe(participantId);
  expect(coturnAccepts(relay, turn.secret, now + 590)).toBe(true);
  expect(coturnAccepts(relay, turn.secret, now + 610)).toBe(false);
  expect(coturnAccepts({ ...relay, username: `${Math.floor(now) + 99999}:x` }, turn.secret, now)).toBe(false);
  expect((await bo.join()).iceServers[1]?.username).not.toBe(relay.username);
  expect(JSON.stringify(ana.received)).not.toContain(turn.secret);
});

test('fresh credentials come before the old ones expire, as long as the participant is there', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  const hub = new Hub({
    settings: resolveOptions({ tokenSecret: kSecret, turn, resumeGraceMs: 1000 }),
    log: pino({ level: 'silent' }),
    key: tokenKey(kSecret),
    metrics: (census) => new Metrics(census, { processMetrics: false }),
  });
  const got: ServerMessage[] = [];
  const connection = hub.connect({ send: (message) => void got.push(message), end: () => undefined, drop: () => undefined });
  connection.receive({
    type: 'join', protocol: 1, room: 'standup', token: await tokenFor('standup'), participantKey: newKey(),
    name: 'Ana', capabilities: { topologies: ['mesh'] }, sources: [],
  });
  while (got.length === 0) await new Promise((resolve) => setImmediate(resolve));
  for (let round = 1; round <= 3; round += 1) {
    vi.advanceTimersByTime(448_000);
    expect(got).toHaveLength(round);
    vi.advanceTimersByTime(2_000);
    const message = got[round] as ServerMessage & { type: 'iceServers' };
    expect(message.type).toBe('iceServers');
    expect(coturnAccepts(message.iceServers[0] as IceServer, turn.secret, Date.now() / 1000 + 590)).toBe(true);
  }
  connection.closed();
  vi.advanceTimersByTime(3_600_000);
  expect(got).toHaveLength(4);
  expect(vi.getTimerCount()).toBe(0);
});
