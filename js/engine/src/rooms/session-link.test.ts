// SPDX-License-Identifier: Apache-2.0
// The session module itself, as it ships, without a browser: it joins, it leaves, and nothing is left.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SessionModule } from '../session-module.js';
import type { Connection } from '../signalling/connection.js';
import type { ProtocolMessage, TransportHandlers } from '../signalling/transport.js';
import { sessionModuleFromDisk } from '../testing/session-module.js';
import type { Notification } from './notifications.js';
import type { Publication } from './publication.js';
import type { Room } from './room.js';
import { SessionLink, createParticipantKey } from './session-link.js';

class FakeTransport {
  handlers: TransportHandlers = {};
  connected = true;
  sent: ProtocolMessage[] = [];
  send = (message: ProtocolMessage) => void this.sent.push(message);
  reopenedAt = Number.NEGATIVE_INFINITY;
  hurry = vi.fn();
}

let module: SessionModule;
const load = async () => {
  module = await sessionModuleFromDisk();
};
beforeEach(load);
afterEach(() => vi.unstubAllGlobals());

function setUp() {
  const transport = new FakeTransport();
  const tokens = { current: 'eyJhbGciOiJIUzI1NiJ9.first.signature', renewable: true, obtainedAt: 0, get: vi.fn(async () => 'second') };
  const connection = { transport, tokens, room: 'standup', relayOnly: false, url: new URL('https://meet.example') } as unknown as Connection;
  const notifications: Notification[] = [];
  const unreachable = vi.fn();
  const link = new SessionLink(module, connection, {
    room: Object.assign(new EventTarget(), { participants: new Map() }) as unknown as Room,
    publish: () => ({ close: () => undefined }) as unknown as Publication,
    notify: (notification) => notifications.push(notification),
    data: vi.fn(),
    quality: vi.fn(),
    activeSpeaker: vi.fn(),
    play: vi.fn(),
    unreachable,
    pageHidden: vi.fn(),
  });
  return { link, transport, tokens, notifications, unreachable };
}

const joined = {
  type: 'joined',
  participantId: 'me',
  resumed: false,
  room: { name: 'standup', topology: 'mesh', capacity: 6 },
  participants: [],
  iceServers: [],
};

test('joins with a token and a key, is told so, and leaves', async () => {
  const { link, transport, notifications } = setUp();
  link.start('Ana');
  await vi.waitFor(() => expect(transport.sent).toHaveLength(1));
  expect(transport.sent[0]).toMatchObject({ type: 'join', protocol: 1, room: 'standup', token: 'eyJhbGciOiJIUzI1NiJ9.first.signature', name: 'Ana', sources: [] });
  expect(transport.sent[0]?.['participantKey']).toMatch(/^[\w-]{43}$/);
  transport.handlers.message?.({ ...joined, inReplyTo: transport.sent[0]?.['id'] });
  expect(notifications).toContainEqual(expect.objectContaining({ type: 'Joined', participantId: 'me' }));
  expect(link.call.exportLog()).not.toContain('first.signature');
  link.close();
  expect(transport.sent.at(-1)).toMatchObject({ type: 'leave' });
  expect(module.liveCallbacks()).toBe(0);
});

test('after a reconnection joins again with a fresh token', async () => {
  const { link, transport, tokens } = setUp();
  link.start('Ana');
  await vi.waitFor(() => expect(transport.sent).toHaveLength(1));
  transport.handlers.message?.({ ...joined, inReplyTo: transport.sent[0]?.['id'] });
  transport.handlers.closed?.('transport close');
  transport.reopenedAt = 1;
  transport.handlers.opened?.();
  await vi.waitFor(() => expect(transport.sent.filter(({ type }) => type === 'join')).toHaveLength(2));
  expect(tokens.get).toHaveBeenCalledOnce();
  expect(transport.sent.at(-1)).toMatchObject({ type: 'join', token: 'second', participantKey: transport.sent[0]?.['participantKey'] });
  link.close();
});

test('the first join takes a fresh token too, if the socket was lost and came back since the old one', async () => {
  const { link, transport, tokens } = setUp();
  transport.reopenedAt = 1;
  tokens.get.mockRejectedValueOnce(new Error('busy'));
  link.start('Ana');
  await vi.waitFor(() => expect(transport.sent).toHaveLength(1), 3000);
  expect(tokens.get).toHaveBeenCalledTimes(2);
  expect(transport.sent[0]).toMatchObject({ type: 'join', token: 'second' });
  link.close();
});

test('a server that dies before it answers the first join counts as unreachable after four attempts', async () => {
  const { link, transport, unreachable } = setUp();
  link.start('Ana');
  await vi.waitFor(() => expect(transport.sent).toHaveLength(1));
  transport.handlers.closed?.('transport close');
  for (let attempt = 1; attempt <= 4; attempt++) {
    expect(unreachable).not.toHaveBeenCalled();
    transport.handlers.failed?.(new Error('refused'));
  }
  expect(unreachable).toHaveBeenCalledOnce();
  link.close();
});

test('a server that dies after it let one in is waited for', async () => {
  const { link, transport, unreachable } = setUp();
  link.start('Ana');
  await vi.waitFor(() => expect(transport.sent).toHaveLength(1));
  transport.handlers.message?.({ ...joined, inReplyTo: transport.sent[0]?.['id'] });
  transport.handlers.closed?.('transport close');
  for (let attempt = 1; attempt <= 9; attempt++) transport.handlers.failed?.(new Error('refused'));
  expect(unreachable).not.toHaveBeenCalled();
  link.close();
});

test('a message that is not of the protocol changes nothing', async () => {
  const { link, transport, notifications } = setUp();
  link.start('Ana');
  transport.handlers.message?.({ type: 'joined', participants: 7 } as unknown as ProtocolMessage);
  transport.handlers.message?.('junk' as unknown as ProtocolMessage);
  expect(notifications.filter(({ type }) => type === 'Joined')).toEqual([]);
  link.close();
  expect(module.liveCallbacks()).toBe(0);
});

test('closing leaves no timer of the module behind', async () => {
  // Numbers, as in browsers: Node's timers are objects, which the module cannot keep.
  const running = new Map<number, number>();
  let last = 0;
  vi.stubGlobal('setTimeout', (_run: unknown, delay: number) => (running.set(++last, delay), last));
  vi.stubGlobal('clearTimeout', (id: number) => running.delete(id));
  await load(); // Again: the module keeps the timer functions that it finds.
  const { link, transport } = setUp();
  link.start('Ana');
  await Promise.resolve();
  expect(transport.sent).toHaveLength(1);
  expect(running.size).toBe(1);
  link.close();
  expect(running.size).toBe(0);
});

test('keys are 256 random bits', () => {
  const keys = new Set(Array.from({ length: 50 }, createParticipantKey));
  expect(keys.size).toBe(50);
  for (const key of keys) expect(Buffer.from(key, 'base64url')).toHaveLength(32);
});

test('what concerns an SFU is kept from the session, and a kind that nobody knows is told of', async () => {
  const { link, transport, notifications } = setUp();
  link.start('Ana');
  await vi.waitFor(() => expect(transport.sent).toHaveLength(1));
  transport.handlers.message?.({ ...joined, room: { ...joined.room, topology: 'sfu' }, sfu: { kind: 'unheard-of' }, inReplyTo: transport.sent[0]?.['id'] });
  expect(notifications).toContainEqual(expect.objectContaining({ type: 'Joined' }));
  await vi.waitFor(() => expect(notifications).toContainEqual(expect.objectContaining({ type: 'Warning', code: 'topology-unsupported' })), { timeout: 10_000 });
  const before = notifications.length;
  transport.handlers.message?.({ type: 'signal', from: 'ben', payload: { sfu: { take: { camera: 1 } } } });
  transport.handlers.message?.({ ...joined, room: { ...joined.room, topology: 'sfu' }, moved: true, sfu: { kind: 'unheard-of' } });
  expect(notifications).toHaveLength(before);
  link.close();
});
