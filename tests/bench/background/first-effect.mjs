// SPDX-License-Identifier: Apache-2.0
// How long a person waits for the first frame with an effect, in Chromium, with the package in the browser's cache and the camera running.

import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { chromium } from 'playwright-core';

const visits = 7;
const types = { '.js': 'text/javascript', '.wasm': 'application/wasm' };

/** The built package, to be kept by the browser for an hour, and one page. */
async function serve(root) {
  const dist = join(root, 'js/engine/dist');
  const server = createServer((request, response) => {
    if (request.url === '/') return response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>bench</title>');
    const path = join(dist, normalize(request.url));
    if (!path.startsWith(dist) || !existsSync(path)) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream', 'cache-control': 'public, max-age=3600' });
    return createReadStream(path).pipe(response);
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return server;
}

/** In the page: milliseconds from asking for a blur to the first frame of it on screen. */
async function firstFrame() {
  const { BackgroundProcessor } = await import('/background.js');
  const [camera] = (await navigator.mediaDevices.getUserMedia({ video: { width: 1280, height: 720 } })).getVideoTracks();
  const show = (track) => new Promise((resolve) => {
    const video = document.createElement('video');
    video.muted = true;
    video.srcObject = new MediaStream([track]);
    document.body.append(video);
    video.requestVideoFrameCallback(resolve);
    void video.play().catch(() => undefined);
  });
  await show(camera);
  const asked = performance.now();
  const processor = await BackgroundProcessor.create(camera, { kind: 'blur' });
  await show(processor.track);
  const waited = performance.now() - asked;
  processor.close();
  camera.stop();
  return waited;
}

/** @returns {Promise<{values: Record<string, number>}>} */
export async function measureFirstEffect({ root, log }) {
  const server = await serve(root);
  let browser;
  try {
    browser = await chromium.launch({
      executablePath: process.env.TESSERA_CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required',
        '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream=fps=30'],
    });
    const context = await browser.newContext();
    const waits = [];
    // The first visit fills the cache. Each is a page of its own, in the same profile.
    for (let visit = 0; visit <= visits; visit++) {
      const page = await context.newPage();
      await page.goto(`http://127.0.0.1:${server.address().port}/`);
      waits.push(await page.evaluate(firstFrame));
      await page.close();
    }
    log(`  first visit ${waits[0].toFixed(0)} ms, then ${waits.slice(1).map((wait) => wait.toFixed(0)).join(', ')}`);
    return { values: { first_effect_ms: waits.slice(1).toSorted((a, b) => a - b)[visits >> 1] } };
  } finally {
    await browser?.close();
    server.closeAllConnections();
    server.close();
  }
}
