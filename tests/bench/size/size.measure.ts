// SPDX-License-Identifier: Apache-2.0
// Measures what a real page downloads for a first call, and what choosing a background adds, as gzip would send it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chooseBackground, joinRoom, newRoom, openLobby, join as enter, seesMoving } from '../../browser/lib/app.js';
import { launchChromium } from '../../browser/lib/chromium.js';
// @ts-expect-error A script without types.
import { gzipSize } from '../../../scripts/lib/sizes.mjs';
import { root } from '../../browser/lib/paths.js';
import { Resources, until } from '../../browser/lib/resources.js';
import { Server } from '../../browser/lib/server.js';

test('bytes of a first call and of a first background', async () => {
  await using resources = new Resources();
  const server = resources.add(await Server.start(), 'server', value => value.close());
  const browser = resources.add(await launchChromium(), 'chromium', value => value.close());
  const room = newRoom();
  await joinRoom(browser, server, room, 'Ana');

  const ben = await openLobby(browser, server, room, 'Ben');
  const bodies = new Map<string, number>();
  ben.context.on('request', request => {
    const { pathname } = new URL(request.url());
    if (/\.(m?js|wasm|tsm)$/.test(pathname)) bodies.set(pathname, gzipSize(readFileSync(join(root, 'www/app/dist', pathname))));
  });
  await ben.page.reload();
  await until('his own picture', () => ben.ui.evaluate(() => [...document.querySelectorAll('video')].some(video => video.videoWidth > 0), null));
  await enter(ben);
  await seesMoving(ben, 1);
  const call = new Map(bodies);

  await chooseBackground(ben, /strong blur/i);
  const addition = (): [string, number][] => [...bodies].filter(([path]) => !call.has(path));
  await until('the model and its module', () => ['.tsm', '.wasm'].every(end => addition().some(([path]) => path.endsWith(end))), 30_000);
  const added = addition();
  expect(call.size).toBeGreaterThan(2);
  writeFileSync(process.env.TESSERA_BENCH_REPORT ?? '/dev/stdout', JSON.stringify({ call: [...call], added }));
});
