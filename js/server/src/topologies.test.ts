// SPDX-License-Identifier: Apache-2.0
// A room's topology: what is on offer, who may change it, what happens when somebody cannot follow.
import { expect, test } from 'vitest';
import { startServer, TestClient } from './testing/client.js';

const sfu = { kind: 'janus' as const, url: 'wss://janus.example' };
const all = (more: object = {}) => ({ capabilities: { topologies: ['mesh', 'sfu', 'mcu'], ...more } });
const mixer = all({ mixer: 1 });

test('what is on offer is what the server has and everybody knows', async () => {
  await using server = await startServer({ sfu });
  await using ana = await TestClient.connect(server.url);
  expect((await ana.join(mixer)).room).toMatchObject({ topology: 'mesh', epoch: 0, topologies: ['mesh', 'sfu', 'mcu'] });
  await using ben = await TestClient.connect(server.url);
  expect((await ben.join({ capabilities: { topologies: ['mesh', 'sfu'] } })).room.topologies).toEqual(['mesh', 'sfu']);
  expect((await ana.next('roomUpdated')).room.topologies).toEqual(['mesh', 'sfu']);
  ben.send({ type: 'leave' });
  expect((await ana.next('roomUpdated')).room.topologies).toEqual(['mesh', 'sfu', 'mcu']);
});

test('anybody may choose; everybody is told, and the choice outlives the rule', async () => {
  await using server = await startServer({ sfu, meshUpTo: 1 });
  await using ana = await TestClient.connect(server.url);
  await using ben = await TestClient.connect(server.url);
  await ana.join(all());
  expect((await ben.join(all())).room.topology).toBe('sfu');
  await ana.next('joined');
  ben.send({ type: 'topology', id: 'topology/1', topology: 'mesh' });
  for (const client of [ana, ben]) {
    const moved = await client.next('joined');
    expect(moved).toMatchObject({ moved: true, resumed: true, room: { topology: 'mesh', epoch: 2 } });
    expect(moved).not.toHaveProperty('sfu');
    expect(moved).not.toHaveProperty('resumeToken');
  }
  await using cleo = await TestClient.connect(server.url);
  expect((await cleo.join(all())).room.topology).toBe('mesh');
  // What it has already moves nobody.
  cleo.send({ type: 'topology', topology: 'mesh' });
  await ana.silence('joined');
});

test('what is not on offer is refused, and so are strangers, nonsense and haste', async () => {
  await using server = await startServer();
  await using ana = await TestClient.connect(server.url);
  ana.send({ type: 'topology', topology: 'mesh' });
  await ana.error('not-joined');
  await ana.join();
  ana.send({ type: 'topology', id: 'topology/7', topology: 'sfu' });
  expect(await ana.error('topology-unavailable')).toMatchObject({ inReplyTo: 'topology/7', fatal: false });
  for (const topology of ['ring', 5, undefined]) {
    ana.send({ type: 'topology', topology });
    await ana.error('message-invalid');
  }
  ana.send({ type: 'connectivity', epoch: -1, ok: false });
  await ana.error('message-invalid');
  for (let i = 0; i < 5; i++) ana.send({ type: 'topology', topology: 'mesh' });
  expect((await ana.error('rate-limited')).retryAfterMs).toBeGreaterThan(0);
});

test('the most willing mixes; when it goes another does, and with none left the room is a mesh again', async () => {
  await using server = await startServer();
  await using ana = await TestClient.connect(server.url);
  await using ben = await TestClient.connect(server.url);
  await using robot = await TestClient.connect(server.url);
  const { participantId: anasId } = await ana.join(mixer);
  await ben.join(all());
  const { participantId: robotsId } = await robot.join(all({ mixer: 10 }));
  ben.send({ type: 'topology', topology: 'mcu' });
  expect((await ben.next('joined')).room).toMatchObject({ topology: 'mcu', mixer: robotsId, epoch: 1 });
  robot.cut();
  expect((await ben.next('joined')).room).toMatchObject({ topology: 'mcu', mixer: anasId, epoch: 2 });
  // Somebody cannot reach it: there is nobody left to mix.
  ben.send({ type: 'connectivity', epoch: 2, ok: false });
  const { room } = await ben.next('joined');
  expect(room).toMatchObject({ topology: 'mesh', epoch: 3 });
  expect(room).not.toHaveProperty('mixer');
});

test('a move that does not deliver is taken back; late word of an earlier one is not heard', async () => {
  await using server = await startServer({ sfu });
  await using ana = await TestClient.connect(server.url);
  await ana.join(all());
  ana.send({ type: 'topology', topology: 'sfu' });
  expect((await ana.next('joined')).room).toMatchObject({ topology: 'sfu', epoch: 1 });
  ana.send({ type: 'connectivity', epoch: 0, ok: false });
  await ana.silence('joined');
  ana.send({ type: 'connectivity', epoch: 1, ok: false });
  expect((await ana.next('joined')).room).toMatchObject({ topology: 'mesh', epoch: 2 });
});
