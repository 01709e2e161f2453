// SPDX-License-Identifier: Apache-2.0
// Seeded random messages straight into the hub: whatever comes, only typed errors go back and the books stay right.
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { Hub } from './hub.js';
import { Metrics } from './metrics.js';
import { resolveOptions } from './options.js';
import { kErrorCodes, type ServerMessage } from './protocol.js';
import type { Connection } from './connection.js';
import { camera, kSecret, newKey, tokenFor } from './testing/client.js';
import { tokenKey } from './tokens.js';

const kLong = process.env.TESSERA_LONG === '1';
const kMessages = kLong ? 1_000_000 : 6000;

/** mulberry32: small, seedable, good enough to choose messages. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

test(`${kMessages} random messages`, async () => {
  const next = random(20260401);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  const faults: unknown[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => faults.push(JSON.parse(line)) });
  const settings = resolveOptions({ tokenSecret: kSecret, messageRate: 1e9, messageBurst: 1e9, roomCapacity: 4, maxRooms: 3, resumeGraceMs: 5 });
  const hub = new Hub({ settings, log, key: tokenKey(kSecret), metrics: (census) => new Metrics(census, { processMetrics: false }) });

  const rooms = ['one', 'two', 'three', 'four', 'bad name', ''];
  const tokens = await Promise.all(rooms.slice(0, 4).map((room) => tokenFor(room)));
  const keys = Array.from({ length: 8 }, newKey);
  const ids = new Set<string>(['nobody']);
  const bad: unknown[] = [undefined, null, 0, -1, 1e308, true, '', 'x', '\ud800', 'ü'.repeat(300), [], {}, [[]], { a: { b: 1 } }, 'x'.repeat(70000)];
  const value = (good: unknown): unknown => (next() < 0.9 ? good : pick(bad));
  const source = () => value(pick([camera('a'), camera('b', true), { id: 'm', kind: 'audio', content: 'microphone', muted: false }]));

  const makers: (() => unknown)[] = [
    () => {
      const index = Math.floor(next() * rooms.length);
      return {
        type: 'join', protocol: value(1), room: value(rooms[index]), token: value(tokens[index] ?? tokens[0]), participantKey: value(pick(keys)),
        name: value(pick(['Ana', 'Bo', '名前'])), capabilities: value({ topologies: ['mesh'], extra: pick(bad) }), sources: value([source()]),
      };
    },
    () => ({ type: 'peek', protocol: value(1), room: value(pick(rooms)), token: value(pick(tokens)) }),
    () => ({ type: 'leave' }),
    () => ({ type: 'signal', to: value(pick([...ids])), payload: value({ sdp: pick(bad) }) }),
    () => ({ type: 'signal', to: value(pick([...ids])), payload: value({ n: next() }) }),
    () => ({ type: 'update', name: value(pick(['Ana', 'Cy'])), sources: value([source(), source()]) }),
    () => pick(bad),
    () => ({ type: pick(bad), id: pick(bad), [pick(['__proto__x', 'constructor', 'a'])]: pick(bad) }),
  ];

  interface Client {
    connection: Connection;
    open: boolean;
    joined: string | null;
  }
  let answered = 0;
  const codes = new Set<string>();
  const newClient = (): Client => {
    const client: Client = { open: true, joined: null, connection: undefined as unknown as Connection };
    client.connection = hub.connect({
      send(message: ServerMessage) {
        answered += 1;
        if (!client.open) faults.push({ sentAfterClose: message });
        if (message.type === 'error') {
          codes.add(message.code);
          if (!kErrorCodes.includes(message.code) || message.code === 'internal') faults.push(message);
        }
        if (message.type === 'joined') ids.add((client.joined = message.participantId));
      },
      end() {
        setImmediate(() => close(client));
      },
      drop() {
        setImmediate(() => close(client));
      },
    });
    return client;
  };
  const close = (client: Client): void => {
    client.connection.closed();
    client.open = false;
  };

  const clients = Array.from({ length: 12 }, newClient);
  for (let n = 0; n < kMessages; n += 1) {
    const slot = Math.floor(next() * clients.length);
    const client = clients[slot] as Client;
    if (!client.open) clients[slot] = newClient();
    else if (next() < 0.01) close(client);
    else client.connection.receive(pick(makers)());
    if (n % 50 === 0) {
      await new Promise((resolve) => setImmediate(resolve));
      const { rooms: count, present, absent, watchers, sockets } = hub.census();
      expect(count).toBeLessThanOrEqual(3);
      expect(present + absent).toBeLessThanOrEqual(12);
      expect(present).toBeLessThanOrEqual(sockets);
      expect(watchers).toBeLessThanOrEqual(sockets);
    }
    if (faults.length > 0) break;
  }
  expect(faults).toEqual([]);
  expect(answered).toBeGreaterThan(kMessages / 4);
  expect([...codes].sort()).toEqual(
    expect.arrayContaining(['already-joined', 'message-invalid', 'message-too-large', 'not-joined', 'participant-unknown', 'protocol-unsupported', 'room-full', 'room-name-invalid', 'token-invalid', 'token-missing']),
  );
  for (const client of clients) close(client);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(hub.census()).toEqual({ rooms: 0, present: 0, absent: 0, watchers: 0, viewers: 0, sockets: 0 });
  expect(Object.prototype).not.toHaveProperty('polluted');
}, kLong ? 1_800_000 : 30_000);
