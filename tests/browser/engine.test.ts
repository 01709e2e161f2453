// SPDX-License-Identifier: Apache-2.0
// The engine's own API on a bare page under the server's strict CSP: the exported log replays natively, and close() leaves nothing.
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newRoom } from './lib/app.js';
import { barePage } from './lib/bare.js';
import { launchChromium, newPerson } from './lib/chromium.js';
import { type Held, observeLeaks } from './lib/observe-leaks.js';
import { root } from './lib/paths.js';
import { nextFrames } from './lib/probes.js';
import { command } from './lib/processes.js';
import { Resources, removeFolder, sleep, until } from './lib/resources.js';
import { Server } from './lib/server.js';

type Engine = typeof import('../../js/engine/src/index.js');
declare global {
  // eslint-disable-next-line no-var
  var tessera: Engine;
  // eslint-disable-next-line no-var
  var room: Awaited<ReturnType<Engine['joinRoom']>> | undefined;
}

const suite = new Resources();
let browser: Browser;
let server: Server;
beforeAll(async () => {
  server = suite.add(await Server.start({ staticDir: barePage(suite) }), 'server', value => value.close());
  browser = suite.add(await launchChromium(), 'chromium', value => value.close());
});
afterAll(() => suite.close());

async function open(resources: Resources, counting = false): Promise<{ page: Page; errors: string[] }> {
  const { context, page, errors } = await newPerson(browser);
  resources.add(context, 'context', value => value.close());
  if (counting) await context.addInitScript(observeLeaks);
  await page.goto(server.origin);
  await page.waitForFunction(() => globalThis.tessera !== undefined);
  return { page, errors };
}

/** The ten lines of the manual. */
const joinWith = (page: Page, name: string, room: string) => page.evaluate(async ({ room, name }) => {
  globalThis.room = await globalThis.tessera.joinRoom({ url: location.origin, room, name });
  await globalThis.room.local.enableMicrophone();
  await globalThis.room.local.enableCamera({ width: 640, height: 360, frameRate: 15 });
  const main = document.querySelector('main')!;
  for (const participant of globalThis.room.participants.values()) main.append(participant.createTile());
  globalThis.room.addEventListener('participantjoined', ({ participant }) => main.append(participant.createTile()));
}, { room, name });

test('the log of a real call replays natively, action for action', async () => {
  await using resources = new Resources();
  const room = newRoom();
  const [a, b] = [await open(resources), await open(resources)];
  await joinWith(a.page, 'Ana', room);
  await joinWith(b.page, 'Ben', room);
  for (const { page } of [a, b]) await nextFrames(page, 20_000);
  await a.page.evaluate(async () => {
    await globalThis.room!.sendData('hello', { topic: 'chat', reliable: true });
    await globalThis.room!.local.disableCamera();
    globalThis.room!.local.setMicrophoneMuted(true);
  });
  await sleep(1_000);
  await b.page.evaluate(() => globalThis.room!.close());
  await sleep(500);
  const log = await a.page.evaluate(() => globalThis.room!.exportLog());
  await a.page.evaluate(() => globalThis.room!.close());
  expect(log.trim().split('\n').length).toBeGreaterThan(30);
  const folder = resources.add(mkdtempSync(path.join(tmpdir(), 'tessera-log-')), 'log', removeFolder);
  const file = path.join(folder, 'call.jsonl');
  writeFileSync(file, log);
  const tool = path.join(root, 'build/native/tests/session_replay');
  if (!existsSync(tool)) throw new Error('session_replay is not built: run scripts/build native');
  console.log((await command(tool, file)).trim().split('\n').at(-1));
  // A log that was tampered with must not pass, or passing means nothing.
  const lines = log.trim().split('\n');
  writeFileSync(file, [...lines.slice(0, 4), ...lines.slice(8)].join('\n'));
  await expect(command(tool, file)).rejects.toThrow();
  for (const { errors } of [a, b]) expect(errors).toEqual([]);
});

test('after close() nothing of a call is left: no listener, worker, track, timer, socket or connection', async () => {
  await using resources = new Resources();
  const room = newRoom();
  const other = await open(resources);
  await joinWith(other.page, 'Ben', room);
  const { page } = await open(resources, true);
  const held = (): Promise<Held> => page.evaluate(() => globalThis.held());
  const before = await held();
  for (const round of [1, 2]) {
    await joinWith(page, 'Ana', room);
    await page.evaluate(() => globalThis.room!.local.setBackground({ kind: 'blur', strength: 0.6 }));
    await nextFrames(page, 20_000);
    const during = await held();
    // The counters do count: a call holds all of these.
    for (const key of ['workers', 'tracks', 'timers'] as const) expect(during[key].length, key).toBeGreaterThan(0);
    expect(during.peerConnections).toBeGreaterThan(0);
    expect(during.sockets).toBeGreaterThan(0);
    await page.evaluate(() => { globalThis.room!.close(); globalThis.room = undefined; document.querySelector('main')!.replaceChildren(); });
    let after = await held();
    await until(`nothing to be left (round ${round})`, async () => JSON.stringify(after = await held()) === JSON.stringify(before), 5_000).catch(() => undefined);
    expect(after).toEqual(before);
  }
});
