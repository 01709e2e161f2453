// SPDX-License-Identifier: Apache-2.0
// Changing the topology: nothing stops before the new way delivers, and the old one ends when everybody has moved.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RemoteParticipant, type ParticipantRecord } from '../participants/remote-participant.js';
import type { Notification } from '../rooms/notifications.js';
import type { SessionLink } from '../rooms/session-link.js';
import type { ProtocolMessage } from '../signalling/transport.js';
import { Board } from './board.js';
import { kLingerAtMost } from './farewells.js';
import { kLinks, type LinkHost, type OpenLink, type TopologyLink } from './link.js';
import type { RoomOffer } from './place.js';
import { kPictureAtMost } from './takeover.js';
import type { Topology } from './topology.js';

class FakeLink implements TopologyLink {
  received: ProtocolMessage[] = [];
  closed = false;
  alone: boolean[] = [];
  constructor(readonly host: LinkHost, readonly mixes = false) {}
  receive(message: ProtocolMessage) { this.received.push(message); }
  audioLevel() { return 0; }
  async diagnostics() { return []; }
  setAlone(alone: boolean) { this.alone.push(alone); }
  close() { this.closed = true; }
  reaches(participantId: string, track: MediaStreamTrack) {
    this.host.handlers.notify({ type: 'PeerStateChanged', participantId, state: 'connected', iceRestarts: 0 }, null);
    this.host.handlers.notify({ type: 'RemoteSourceAdded', participantId, source: camera }, track);
  }
}

const camera = { id: 'camera', kind: 'video' as const, content: 'camera' as const, muted: false };
const track = (id: string, muted = false) => Object.assign(new EventTarget(), { id, muted }) as unknown as MediaStreamTrack;
const record = (id: string): ParticipantRecord => ({ id, name: id, present: true, sources: [camera] });
const links = kLinks as Partial<Record<Topology, () => Promise<OpenLink>>>;
const known = { ...links };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  Object.assign(links, { mcu: undefined, relay: undefined }, known);
});

/** A room with Ben, whose camera comes through the mesh, and fake links for 'sfu' and 'mcu'. */
function setUp() {
  const made: FakeLink[] = [];
  links.sfu = async () => (host) => (made.push(new FakeLink(host)), made.at(-1)!);
  links.mcu = async () => (host) => (made.push(new FakeLink(host, true)), made.at(-1)!);
  const ben = new RemoteParticipant(record('ben'), () => 0);
  const room = Object.assign(new EventTarget(), { participants: new Map([['ben', ben]]) });
  const told: Notification[] = [];
  const sent: ProtocolMessage[] = [];
  const ending = new AbortController();
  const notify = (it: Notification, track: MediaStreamTrack | null) => {
    told.push(it);
    if (it.type === 'PeerStateChanged') ben.setState(it.state, it.iceRestarts);
    if (it.type === 'RemoteSourceAdded') ben.setTrack(it.source, track);
    if (it.type === 'RemoteSourceRemoved') ben.removeTrack(it.sourceId);
  };
  ben.setState('connected', 0);
  ben.setTrack(camera, track('mesh'));
  const session = {
    handlers: { room, notify, publish: vi.fn(), data: vi.fn(), quality: vi.fn(), activeSpeaker: vi.fn(), play: vi.fn(), unreachable: vi.fn() },
    connection: { transport: { connected: true, send: (message: ProtocolMessage) => void sent.push(message) } },
    call: { transportMessage: vi.fn() },
    ended: ending.signal, media: null, topology: 'mesh', offer: undefined, mix: null, intercept: undefined,
  } as unknown as SessionLink;
  const board = new Board(session);
  const joined = (topology: Topology, epoch: number): ProtocolMessage => {
    const room: RoomOffer = { topology, topologies: ['mesh', 'sfu', 'mcu'], epoch };
    session.offer = room;
    return { type: 'joined', moved: true, room };
  };
  const arrived = (epoch: number): ProtocolMessage => ({ type: 'signal', from: 'ben', payload: { topology: { arrived: epoch } } });
  const shown = () => ben.sources.get('camera')?.track?.id;
  return { board, session, room, ben, made, told, sent, joined, arrived, shown };
}

const settled = () => vi.advanceTimersByTimeAsync(0);

/** Its first packet: without requestVideoFrameCallback, as here, the first picture. */
function begins(track: MediaStreamTrack) {
  Object.assign(track, { muted: false });
  track.dispatchEvent(new Event('unmute'));
}

test('each picture stays until the new one comes, and only then the others hear that the old way may end', async () => {
  const { board, session, made, sent, joined, arrived, shown } = setUp();
  const changes: string[] = [];
  session.handlers.room.addEventListener('topologychange', ({ topology, previous }) => changes.push(`${previous} ${topology}`));
  board.receive(joined('sfu', 1));
  await settled();
  expect(made[0]?.received[0]).toMatchObject({ type: 'joined' });
  expect(shown()).toBe('mesh');
  const silent = track('sfu', true);
  made[0]!.reaches('ben', silent);
  expect([shown(), session.topology, session.media]).toEqual(['mesh', 'sfu', made[0]]);
  expect(changes).toEqual(['mesh sfu']);
  board.receive(arrived(1));
  await vi.advanceTimersByTimeAsync(kPictureAtMost - 100);
  expect([shown(), sent]).toEqual(['mesh', []]);
  expect(session.call.transportMessage).not.toHaveBeenCalled();
  begins(silent);
  expect(shown()).toBe('sfu');
  expect(sent).toContainEqual(expect.objectContaining({ type: 'signal', to: 'ben', payload: { topology: { arrived: 1 } } }));
  expect(session.call.transportMessage).toHaveBeenCalledOnce();
  // What the mesh says when it ends is not news.
  expect(session.intercept?.({ type: 'RemoteSourceRemoved', participantId: 'ben', sourceId: 'camera' }, null)).toBe(true);
  board.close();
  expect(vi.getTimerCount()).toBe(0);
});

test('a picture that does not come is given up after a while; another track for it, or its end, takes its place', async () => {
  const { board, sent, made, joined, shown } = setUp();
  board.receive(joined('sfu', 1));
  await settled();
  made[0]!.reaches('ben', track('never', true));
  const again = track('again', true);
  made[0]!.reaches('ben', again);
  await vi.advanceTimersByTimeAsync(kPictureAtMost - 1);
  expect([shown(), sent.length]).toEqual(['mesh', 0]);
  await vi.advanceTimersByTimeAsync(1);
  expect([shown(), sent.length]).toEqual(['again', 1]);
  board.close();

  const other = setUp();
  other.board.receive(other.joined('sfu', 1));
  await settled();
  other.made[0]!.reaches('ben', track('never', true));
  other.made[0]!.host.handlers.notify({ type: 'RemoteSourceRemoved', participantId: 'ben', sourceId: 'camera' }, null);
  expect([other.shown(), other.sent.length]).toEqual([undefined, 1]);
  other.board.close();
  expect(vi.getTimerCount()).toBe(0);
});

test('a link is told when no other carries the same media', async () => {
  const { board, made, joined, arrived } = setUp();
  board.receive(joined('sfu', 1));
  await settled();
  made[0]!.reaches('ben', track('sfu'));
  expect(made[0]!.alone).toEqual([]);
  board.receive(arrived(1));
  expect(made[0]!.alone).toEqual([true]);
  board.receive(joined('mcu', 2));
  expect(made[0]!.alone).toEqual([true, false]);
  board.receive(joined('sfu', 3));
  expect(made[0]!.alone).toEqual([true, false, true]);
  board.close();
});

test('a sound that has not begun holds the move back', async () => {
  const { board, session, ben, made, joined } = setUp();
  const microphone = { id: 'microphone', kind: 'audio' as const, content: 'microphone' as const, muted: false };
  ben.apply({ ...record('ben'), sources: [camera, microphone] });
  board.receive(joined('sfu', 1));
  await settled();
  made[0]!.reaches('ben', track('sfu'));
  const sound = track('sound', true);
  made[0]!.host.handlers.notify({ type: 'RemoteSourceAdded', participantId: 'ben', source: microphone }, sound);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(session.topology).toBe('mesh');
  begins(sound);
  expect(session.topology).toBe('sfu');
  board.close();
});

test('whoever is slow is waited for: the old way goes on as long as a move may take', async () => {
  const { board, session, made, joined, arrived } = setUp();
  board.receive(joined('sfu', 1));
  await settled();
  made[0]!.reaches('ben', track('sfu'));
  board.receive(arrived(1));
  board.receive(joined('mcu', 2));
  await settled();
  const { handlers } = made[1]!.host;
  handlers.notify({ type: 'PeerStateChanged', participantId: 'ben', state: 'connected', iceRestarts: 0 }, null);
  handlers.mix(track('mix'), track('sound'));
  expect(session.topology).toBe('mcu');
  // A second move before Ben has completed the first: he still needs both.
  session.intercept?.({ type: 'PeerStateChanged', participantId: 'ben', state: 'connected', iceRestarts: 0 }, null);
  session.intercept?.({ type: 'RemoteSourceAdded', participantId: 'ben', source: camera }, track('mesh again'));
  board.receive(joined('mesh', 3));
  expect(session.topology).toBe('mesh');
  await vi.advanceTimersByTimeAsync(12_000);
  expect(made.map(({ closed }) => closed)).toEqual([false, false]);
  board.receive(arrived(2));
  expect(made.map(({ closed }) => closed)).toEqual([true, false]);
  await vi.advanceTimersByTimeAsync(kLingerAtMost - 12_000);
  expect(made.map(({ closed }) => closed)).toEqual([true, true]);
  board.close();
  expect(vi.getTimerCount()).toBe(0);
});

test('a mix stays until everybody’s own picture is there', async () => {
  const { board, session, made, sent, joined, arrived, shown } = setUp();
  board.receive(joined('mcu', 1));
  await settled();
  const { handlers } = made[0]!.host;
  handlers.notify({ type: 'PeerStateChanged', participantId: 'ben', state: 'connected', iceRestarts: 0 }, null);
  handlers.mix(track('mix'), track('sound'));
  board.receive(arrived(1));
  sent.length = 0;
  board.receive(joined('sfu', 2));
  await settled();
  const silent = track('sfu', true);
  made[1]!.reaches('ben', silent);
  expect([session.topology, session.mix?.id, shown()]).toEqual(['sfu', 'mix', 'sfu']);
  expect(session.handlers.play).toHaveBeenLastCalledWith(null);
  begins(silent);
  expect([session.mix, sent.length]).toEqual([null, 1]);
  board.close();
  expect(vi.getTimerCount()).toBe(0);
});

test('back to the mesh: the session connects meanwhile, and the link ends after it', async () => {
  const { board, session, made, joined, arrived, shown } = setUp();
  board.receive(joined('sfu', 1));
  await settled();
  made[0]!.reaches('ben', track('sfu'));
  board.receive(arrived(1));
  expect(shown()).toBe('sfu');
  session.intercept?.({ type: 'PeerStateChanged', participantId: 'ben', state: 'connecting', iceRestarts: 0 }, null);
  session.intercept?.({ type: 'RemoteSourceRemoved', participantId: 'ben', sourceId: 'camera' }, null);
  board.receive(joined('mesh', 2));
  session.intercept?.({ type: 'RemoteSourceAdded', participantId: 'ben', source: camera }, track('mesh again'));
  expect(shown()).toBe('sfu');
  session.intercept?.({ type: 'PeerStateChanged', participantId: 'ben', state: 'connected', iceRestarts: 0 }, null);
  expect([shown(), session.media]).toEqual(['mesh again', session.call]);
  expect(made[0]!.closed).toBe(false);
  await vi.advanceTimersByTimeAsync(kLingerAtMost);
  expect(made[0]!.closed).toBe(true);
  board.close();
});

test('a move to the mesh that is taken back ends what the session began', async () => {
  const { board, session, made, joined, arrived, shown } = setUp();
  board.receive(joined('sfu', 1));
  await settled();
  made[0]!.reaches('ben', track('sfu'));
  board.receive(arrived(1));
  vi.mocked(session.call.transportMessage).mockClear();
  session.intercept?.({ type: 'PeerStateChanged', participantId: 'ben', state: 'connecting', iceRestarts: 0 }, null);
  session.intercept?.({ type: 'RemoteSourceRemoved', participantId: 'ben', sourceId: 'camera' }, null);
  board.receive(joined('mesh', 2));
  const chosen = board.choose('sfu');
  board.receive(joined('sfu', 3));
  await chosen;
  expect(JSON.parse(vi.mocked(session.call.transportMessage).mock.calls[0]![0] as string)).toMatchObject({ room: { topology: 'sfu' } });
  expect([made.length, made[0]!.closed, shown()]).toEqual([1, false, 'sfu']);
  board.close();
  expect(vi.getTimerCount()).toBe(0);
});

test('where one mixes, its picture stands for everybody', async () => {
  const { board, session, ben, made, joined } = setUp();
  const mixes: (string | undefined)[] = [];
  session.handlers.room.addEventListener('mixchange', ({ track }) => mixes.push(track?.id));
  board.receive(joined('mcu', 1));
  await settled();
  const { handlers } = made[0]!.host;
  handlers.notify({ type: 'PeerStateChanged', participantId: 'ben', state: 'connected', iceRestarts: 0 }, null);
  expect(session.topology).toBe('mesh');
  handlers.mix(track('mix'), track('sound'));
  expect([session.topology, session.mix?.id, ben.sources.get('camera')?.track]).toEqual(['mcu', 'mix', null]);
  expect(session.handlers.play).toHaveBeenLastCalledWith(expect.objectContaining({ id: 'sound' }));
  session.intercept?.({ type: 'RemoteSourceAdded', participantId: 'ben', source: camera }, track('mesh again'));
  session.intercept?.({ type: 'PeerStateChanged', participantId: 'ben', state: 'connected', iceRestarts: 0 }, null);
  board.receive(joined('mesh', 2));
  expect([session.topology, session.mix]).toEqual(['mesh', null]);
  expect(mixes).toEqual(['mix', undefined]);
  board.close();
});

test('a way that reaches nobody is told of, and left when the server says so; the call goes on as before', async () => {
  const { board, session, made, told, sent, joined, shown } = setUp();
  board.receive(joined('sfu', 1));
  await vi.advanceTimersByTimeAsync(11_900);
  expect(sent).toEqual([]);
  await vi.advanceTimersByTimeAsync(200);
  expect(sent).toEqual([{ type: 'connectivity', epoch: 1, ok: false }]);
  expect(told).toContainEqual(expect.objectContaining({ type: 'Warning', code: 'topology-unavailable' }));
  board.receive(joined('mesh', 2));
  expect(made[0]!.closed).toBe(true);
  await vi.advanceTimersByTimeAsync(20_000);
  expect([shown(), session.topology]).toEqual(['mesh', 'mesh']);
  board.close();
});

test('setTopology() asks, and settles with the change, the refusal, or the end', async () => {
  const { board, session, made, sent, joined } = setUp();
  const done = board.choose('sfu');
  expect(sent).toEqual([{ type: 'topology', id: 'topology/1', topology: 'sfu' }]);
  board.receive(joined('sfu', 1));
  await settled();
  made[0]!.reaches('ben', track('sfu'));
  await done;
  expect(session.topology).toBe('sfu');
  const refused = board.choose('relay');
  board.receive({ type: 'error', code: 'topology-unavailable', message: 'Not here.', inReplyTo: 'topology/2' });
  await expect(refused).rejects.toMatchObject({ code: 'topology-unavailable', message: 'Not here.' });
  await expect(board.choose('ring' as Topology)).rejects.toMatchObject({ code: 'option-invalid' });
  const late = expect(board.choose('mesh')).rejects.toMatchObject({ code: 'topology-unavailable' });
  await vi.advanceTimersByTimeAsync(30_001);
  await late;
  board.close();
  expect(vi.getTimerCount()).toBe(0);
});
