// SPDX-License-Identifier: Apache-2.0
// Cameras that cannot be had: the words a person reads, and that joining without is always possible.
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { join, newRoom, openLobby, showOnFailure } from './lib/app.js';
import { type ChromiumOptions, launchChromium } from './lib/chromium.js';
import { Resources, until } from './lib/resources.js';
import { Server } from './lib/server.js';
import { Network, withoutNamespaces } from '../net/network.js';

const suite = new Resources();
let server: Server;
beforeAll(async () => { server = suite.add(await Server.start({ host: '0.0.0.0' }), 'server', value => value.close()); });
afterAll(() => suite.close());

/** A lobby in a Chromium of its own, whose machine or person is as `options` say. */
async function lobby(resources: Resources, options: ChromiumOptions, host = '127.0.0.1', break_?: () => void) {
  const browser = resources.add(await launchChromium(options), 'chromium', value => value.close());
  const person = await openLobby(browser, server, newRoom(), 'Ana', { granted: false, origin: `http://${host}:${server.port}` });
  if (break_) {
    await person.context.addInitScript(break_);
    await person.page.reload();
  }
  onTestFailed(() => showOnFailure('devices', person));
  return person;
}

test('camera refused: the lobby says how to allow it, and joining without works', async () => {
  await using resources = new Resources();
  const ana = await lobby(resources, { camera: 'deny' });
  await until('the lobby', async () => /use camera and microphone|blocked/i.test(await ana.ui.text()));
  if (await ana.ui.has('button', /use camera and microphone/i)) await ana.ui.press('button', /use camera and microphone/i);
  await ana.ui.reads(/(camera|camera and microphone) (is|are) blocked for this page/i);
  await ana.ui.reads(/address bar/i);
  await join(ana);
});

test('no camera: the lobby says so, and joining without works', async () => {
  await using resources = new Resources();
  const ana = await lobby(resources, { camera: 'none' });
  await ana.ui.press('button', /use camera and microphone/i);
  await ana.ui.reads(/no camera found/i);
  await join(ana);
});

test('camera used by another app: the lobby says so, and Try again works once it is free', async () => {
  await using resources = new Resources();
  const ana = await lobby(resources, {}, '127.0.0.1', () => {
    // What Chromium and Firefox do on systems where one app has a camera for itself.
    const native = MediaDevices.prototype.getUserMedia;
    (globalThis as { cameraBusy?: boolean }).cameraBusy = true;
    MediaDevices.prototype.getUserMedia = function (constraints) {
      return (globalThis as { cameraBusy?: boolean }).cameraBusy && constraints?.video
        ? Promise.reject(new DOMException('Could not start video source', 'NotReadableError')) : native.call(this, constraints);
    };
  });
  await ana.ui.press('button', /use camera and microphone/i);
  await ana.ui.reads(/camera is used by another app/i);
  await ana.page.evaluate(() => { (globalThis as { cameraBusy?: boolean }).cameraBusy = false; });
  await ana.ui.press('button', /^try again/i);
  await until('her picture', () => ana.ui.evaluate(() => [...document.querySelectorAll('video')].some(video => video.videoWidth > 0), null));
  expect(await ana.ui.text()).not.toMatch(/used by another app/i);
});

test.skipIf(withoutNamespaces)('plain http away from localhost: the lobby says why there is no camera and what to do', async () => {
  await using resources = new Resources();
  const network = resources.add(await Network.create(), 'network', value => value.close());
  const ana = await lobby(resources, {}, network.address);
  await ana.ui.reads(/https:\/\//);
  await ana.ui.reads(/no camera( or microphone)? on this address/i);
  await join(ana);
});
