// SPDX-License-Identifier: Apache-2.0
// Those who only watch: what they see and what is seen of them, who publishes for them, and what they may not do.
import { decodeJwt } from 'jose';
import { expect, test, vi } from 'vitest';
import { kMixId } from './audience.js';
import { startServer, TestClient, tokenFor, until } from './testing/client.js';

vi.setConfig({ testTimeout: 30_000 });

const kTopologies = ['mesh', 'sfu', 'mcu'];
const livekit = { kind: 'livekit' as const, url: 'wss://livekit.example', apiKey: 'key', apiSecret: 'a secret for tests only, long enough for HS256' };
const janus = { kind: 'janus' as const, url: 'wss://janus.example' };
const speaker = { capabilities: { topologies: kTopologies } };
const mixer = { capabilities: { topologies: kTopologies, mixer: 1 } };
const viewer = { role: 'viewer', name: 'Vera', sources: [], capabilities: { topologies: kTopologies, mixer: 0 } };
const layers = [{ spatial: 0, temporal: 0, width: 640, height: 360, frameRate: 15, bitrate: 500_000 }];
const sourcesOf = (name: string) => [{ id: `video-${name}`, kind: 'video', content: 'camera', muted: false }, { id: `audio-${name}`, kind: 'audio', content: 'microphone', muted: false }];
/** Its next word of the audience for which `good` holds. */
async function word(client: TestClient, good: (it: { state: string; viewers: number }) => boolean) {
  for (;;) {
    const it = await client.next('audience', 5_000);
    if (good(it)) return it;
  }
}
const grants = (info: unknown) => (decodeJwt((info as { token: string }).token) as { video: object; sub: string });

test('a viewer is no participant, moves the room to one that is mixed, and gets the mix once it is published', async () => {
  await using server = await startServer({ sfu: livekit });
  await using ana = await TestClient.connect(server.url);
  await using ben = await TestClient.connect(server.url);
  const { participantId: anasId } = await ana.join(mixer);
  await ben.join(speaker);
  await using vera = await TestClient.connect(server.url);
  const joined = await vera.join(viewer);
  expect(joined).toMatchObject({ room: { name: 'standup', topology: 'mesh' }, participants: [] });
  expect(joined).not.toHaveProperty('sfu');
  expect(await vera.next('audience')).toEqual({ type: 'audience', state: 'waiting', viewers: 1 });

  expect((await ben.next('joined')).room).toMatchObject({ topology: 'mcu', mixer: anasId });
  await ben.silence('participantJoined');
  expect(await word(ben, ({ viewers }) => viewers === 1)).toEqual({ type: 'audience', state: 'waiting', viewers: 1 });
  const asked = await word(ana, (it) => 'publish' in it);
  expect(asked).toMatchObject({ state: 'waiting', viewers: 1, publish: { kind: 'livekit', url: livekit.url } });
  expect(grants((asked as { publish?: unknown }).publish)).toMatchObject({ sub: kMixId, video: { room: 'standup:audience', canPublish: true, canSubscribe: false } });

  ana.send({ type: 'published', live: true, sources: sourcesOf('a'), layers });
  const live = await vera.next('joined');
  expect(live).toMatchObject({ resumed: true, room: { topology: 'sfu' }, participants: [{ id: kMixId, present: true, sources: [{ content: 'camera' }, { content: 'microphone' }] }] });
  expect(grants(live.sfu)).toMatchObject({ sub: joined.participantId, video: { room: 'standup:audience', canPublish: false, canSubscribe: true, hidden: true } });
  const [camera] = live.participants[0]!.sources;
  expect((await vera.next('signal'))).toEqual({ type: 'signal', from: kMixId, payload: { sfu: { layers: { [camera!.id]: layers } } } });
  expect(await word(ben, ({ state }) => state === 'live')).toEqual({ type: 'audience', state: 'live', viewers: 1 });

  // The same again is no news to anybody; other layers are.
  ana.send({ type: 'published', live: true, sources: sourcesOf('a'), layers: [] });
  await vera.silence('participantUpdated');
  ana.send({ type: 'published', live: true, sources: sourcesOf('a'), layers });
  expect(await vera.next('signal')).toMatchObject({ from: kMixId });

  // Who comes later finds it there.
  await using will = await TestClient.connect(server.url);
  expect(await will.join({ ...viewer, name: 'Will' })).toMatchObject({ room: { topology: 'sfu' }, participants: [{ id: kMixId }] });
  expect(await will.next('audience')).toMatchObject({ state: 'live', viewers: 2 });
  expect(await will.next('signal')).toMatchObject({ from: kMixId });
  expect(await word(ben, ({ viewers }) => viewers === 2)).toMatchObject({ viewers: 2 });
  expect(server.census()).toMatchObject({ present: 2, viewers: 2 });
  will.cut();
  await until(() => server.census().viewers === 1);

  // The room goes another way: it is over, until it is mixed again.
  ben.send({ type: 'topology', topology: 'mesh' });
  expect(await vera.next('participantLeft')).toMatchObject({ participantId: kMixId });
  expect(await word(vera, ({ state }) => state === 'ended')).toEqual({ type: 'audience', state: 'ended', viewers: 1 });
  ben.send({ type: 'topology', topology: 'mcu' });
  await word(ana, (it) => 'publish' in it);
  ana.send({ type: 'published', live: true, sources: sourcesOf('c'), layers });
  const again = await vera.next('participantJoined');
  expect(again.participant.id).toBe(kMixId);
  expect(again.participant.sources[0]!.id).not.toBe(camera!.id);
});

test('another mixer publishes on; the one before is not heard any more', async () => {
  await using server = await startServer({ sfu: livekit });
  await using robot = await TestClient.connect(server.url);
  await using ana = await TestClient.connect(server.url);
  await using vera = await TestClient.connect(server.url);
  await robot.join({ capabilities: { topologies: kTopologies, mixer: 10 } });
  await ana.join(mixer);
  await vera.join(viewer);
  await word(robot, (it) => 'publish' in it);
  ana.send({ type: 'published', live: true, layers });
  await vera.silence('joined');
  robot.send({ type: 'published', live: true, sources: sourcesOf('a'), layers });
  const { participants } = await vera.next('joined');
  robot.cut();
  await word(ana, (it) => 'publish' in it);
  ana.send({ type: 'published', live: true, sources: sourcesOf('b'), layers });
  const { participant } = await vera.next('participantUpdated');
  expect(participant.sources.map(({ id }) => id)).not.toEqual(participants[0]!.sources.map(({ id }) => id));
  ana.send({ type: 'published', live: false });
  expect(await word(vera, ({ state }) => state === 'ended')).toMatchObject({ viewers: 1 });
});

test('when the last participant leaves, it is over for viewers', async () => {
  await using server = await startServer({ sfu: livekit });
  await using ana = await TestClient.connect(server.url);
  await using vera = await TestClient.connect(server.url);
  await ana.join(mixer);
  await vera.join(viewer);
  await word(ana, (it) => 'publish' in it);
  ana.send({ type: 'published', live: true, sources: sourcesOf('a'), layers });
  await word(vera, ({ state }) => state === 'live');
  ana.send({ type: 'leave' });
  expect(await vera.next('participantLeft')).toMatchObject({ participantId: kMixId });
  expect(await word(vera, ({ state }) => state === 'ended')).toMatchObject({ viewers: 1 });
});

test('a Janus room is made by who publishes: viewers are not told its secret', async () => {
  await using server = await startServer({ sfu: janus });
  await using ana = await TestClient.connect(server.url);
  await using vera = await TestClient.connect(server.url);
  await ana.join(mixer);
  await vera.join(viewer);
  const { publish } = await word(ana, (it) => 'publish' in it) as unknown as { publish: { room: number; pin: string; secret: string } };
  ana.send({ type: 'published', live: true });
  const { sfu } = await vera.next('joined');
  expect(sfu).toMatchObject({ kind: 'janus', room: publish.room, pin: publish.pin, secret: '' });
  expect(publish.secret).not.toBe('');
  ana.send({ type: 'topology', topology: 'sfu' });
  for (;;) {
    const it = await ana.next('joined');
    if (it.room.topology !== 'sfu') continue;
    expect((it.sfu as { room: number }).room).not.toBe(publish.room);
    break;
  }
});

test('a token for viewers lets nobody speak, and viewers are many but not without end', async () => {
  await using server = await startServer({ sfu: livekit, roomCapacity: 1, maxViewersPerRoom: 2 });
  await using ana = await TestClient.connect(server.url);
  await ana.join(mixer);
  const token = await tokenFor('standup', { role: 'viewer' } as never);
  await using vera = await TestClient.connect(server.url);
  const { resumeToken } = await vera.join({ token });
  expect(await vera.next('audience')).toMatchObject({ viewers: 1 });
  expect(decodeJwt(resumeToken!)).toMatchObject({ role: 'viewer' });
  vera.send({ type: 'topology', topology: 'mesh' });
  await vera.error('topology-unavailable');
  vera.send({ type: 'published', live: true, layers });
  vera.send({ type: 'connectivity', epoch: 0, ok: false });
  vera.send({ type: 'update', sources: [{ id: 'cam', kind: 'video', content: 'camera', muted: false }] });
  vera.send({ type: 'signal', to: kMixId, payload: { sfu: {} } });
  await using will = await TestClient.connect(server.url);
  await will.join(viewer);
  await using xena = await TestClient.connect(server.url);
  await xena.sendJoin(viewer);
  expect((await xena.error('room-full')).message).toContain('2 people can watch');
  await ana.silence('participantUpdated');
  await vera.silence('error');
  vera.send({ type: 'leave' });
  will.send({ type: 'leave' });
  await until(() => server.census().viewers === 0);
});

test('without a media server a viewer takes a place, sends nothing and is told apart', async () => {
  await using server = await startServer({ roomCapacity: 3 });
  await using ana = await TestClient.connect(server.url);
  await using vera = await TestClient.connect(server.url);
  const { participantId: anasId } = await ana.join(mixer);
  const { participantId, room } = await vera.join({ ...viewer, sources: [{ id: 'cam', kind: 'video', content: 'camera', muted: false }], capabilities: { topologies: kTopologies, mixer: 10 } });
  expect(room).toMatchObject({ topology: 'mcu', mixer: anasId });
  expect((await ana.next('participantJoined')).participant.sources).toEqual([]);
  expect(await word(ana, ({ viewers }) => viewers === 1)).toEqual({ type: 'audience', state: 'live', viewers: 1, ids: [participantId] });
  vera.send({ type: 'leave' });
  expect(await word(ana, ({ viewers }) => viewers === 0)).not.toHaveProperty('ids');
});

test('whoever mixes says how many it can serve: nobody else is let in, and nobody has to go', async () => {
  await using server = await startServer();
  await using ana = await TestClient.connect(server.url);
  await using ben = await TestClient.connect(server.url);
  await using cleo = await TestClient.connect(server.url);
  await using dan = await TestClient.connect(server.url);
  await ana.join(mixer);
  await ben.join(speaker);
  await cleo.join(speaker);
  ana.send({ type: 'mixing', most: 1 });
  ana.send({ type: 'topology', topology: 'mcu' });
  expect((await ben.next('joined')).room).toMatchObject({ topology: 'mcu', capacity: 6 });
  ben.send({ type: 'mixing', most: 1 });
  ana.send({ type: 'mixing', most: 1 });
  expect((await ben.next('roomUpdated')).room.capacity).toBe(3);
  await dan.sendJoin(speaker);
  expect((await dan.error('room-full')).message).toContain('whoever mixes it can serve 3 people');
  ana.send({ type: 'mixing', most: 3 });
  await until(() => ben.received.some((it) => it.type === 'roomUpdated' && it.room.capacity === 4));
  ana.send({ type: 'mixing', most: 1 });
  // Another way, all places again.
  ben.send({ type: 'topology', topology: 'mesh' });
  expect((await ben.next('joined')).room).toMatchObject({ topology: 'mesh', capacity: 6 });
  for (const most of [0, 65, 1.5, 'many']) {
    ana.send({ type: 'mixing', most });
    await ana.error('message-invalid');
  }
});
