// SPDX-License-Identifier: Apache-2.0
// The signalling with a real server: a join while the server comes back from a restart, and a socket that died unnoticed.

import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import { createTesseraServer } from '../../../server/src/server.js';
import type { Notification } from '../rooms/notifications.js';
import { SessionLink } from '../rooms/session-link.js';
import { Connection } from './connection.js';
import { Lobby } from './lobby.js';
import { sessionModuleFromDisk } from '../testing/session-module.js';
import { SignallingTransport } from './transport.js';

vi.mock('../session-module.js', () => ({
  loadSessionModule: () => sessionModuleFromDisk(),
}));

const serve = (port = 0) => createTesseraServer({ port, openRooms: true, logLevel: 'silent' }).listen();
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

// Each server of open rooms has a secret of its own: tokens of the one before are void.
test.for([0, 150, 350, 600, 1000])('a join %i ms after the server is back gets in, though the lobby was entered before', { timeout: 20_000 }, async (delay) => {
  const first = await serve();
  const { port } = first;
  const connection = new Connection({ url: `http://127.0.0.1:${port}`, room: 'standup' });
  const lobby = new Lobby(connection);
  await lobby.open();
  await first.close();
  await using _second = await serve(port);
  await sleep(delay);
  const notifications: Notification[] = [];
  const nothing = () => undefined;
  const link = new SessionLink(await connection.module, connection, {
    notify: (notification) => notifications.push(notification),
    data: nothing, quality: nothing, activeSpeaker: nothing, unreachable: nothing, pageHidden: nothing,
  });
  try {
    link.start('Ana');
    await vi.waitFor(() => expect(notifications).toContainEqual(expect.objectContaining({ type: 'Joined' })), { timeout: 8000, interval: 20 });
    expect(notifications.filter(({ type }) => type === 'Rejected' || type === 'Warning')).toEqual([]);
  } finally {
    link.close();
    lobby.close();
    connection.close();
  }
});

test('a socket whose packets go nowhere any more is replaced within three seconds of a doubt', { timeout: 15_000 }, async () => {
  await using server = await serve();
  // A wire that can be cut without either end hearing of it.
  const wires: { near: Socket; far: Socket }[] = [];
  const relay = createServer((near) => {
    const far = connect(server.port, '127.0.0.1');
    for (const [from, to] of [[near, far], [far, near]] as const) from.on('data', (data) => to.write(data)).on('error', () => undefined).on('close', () => to.destroy());
    wires.push({ near, far });
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const opened = vi.fn();
  const closed = vi.fn();
  const transport = new SignallingTransport(new URL(`http://127.0.0.1:${(relay.address() as AddressInfo).port}`), { opened, closed });
  try {
    await vi.waitFor(() => expect(opened).toHaveBeenCalledTimes(1), 5000);
    transport.hurry();
    await sleep(2500);
    expect([opened.mock.calls.length, closed.mock.calls.length]).toEqual([1, 0]);

    for (const { near, far } of wires) for (const end of [near, far]) end.removeAllListeners('data').pause();
    const cutAt = performance.now();
    transport.hurry();
    transport.hurry();
    await vi.waitFor(() => expect(opened).toHaveBeenCalledTimes(2), 5000);
    expect(performance.now() - cutAt).toBeLessThan(3000);
    expect(closed).toHaveBeenCalledTimes(1);
    expect(transport.reopenedAt).toBeGreaterThan(cutAt);
  } finally {
    transport.close();
    for (const { near, far } of wires) for (const end of [near, far]) end.destroy();
    relay.close();
  }
});
