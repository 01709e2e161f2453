// SPDX-License-Identifier: Apache-2.0
// Milliseconds of one 720p frame with its background blurred, and of the segmentation in it, in Chromium on one thread.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';

const fixtures = () => process.env.TESSERA_FIXTURES ?? join(process.env.TESSERA_CACHE ?? join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tessera'), 'fixtures');

/** 24 frames of 1280x720 I420: the photograph of a person, swaying and slowly nearing. */
function film(photograph) {
  return execFileSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-loop', '1', '-framerate', '24', '-t', '1', '-i', photograph,
    '-vf', "scale=1408:1408,crop=1280:720:'64+48*sin(2*PI*t)':'32+16*cos(2*PI*t)',format=yuv420p", '-f', 'rawvideo', '-'], { maxBuffer: 64 << 20 });
}

export default {
  name: 'background',
  title: 'Segmentation and whole 720p background blur, milliseconds a frame',
  targets: ['wasm'],
  async run({ root, log = console.error }) {
    const photograph = join(fixtures(), 'astronaut.png');
    if (!existsSync(photograph)) throw new Error('The photograph astronaut.png is missing: run scripts/setup');
    const generated = join(root, 'js/engine/src/generated');
    const { outputFiles } = await build({ entryPoints: [join(import.meta.dirname, 'measure.ts')], bundle: true, write: false, format: 'esm', target: 'es2022', logLevel: 'error' });
    const files = new Map([
      ['/', ['text/html', '<!doctype html><title>bench</title>']],
      ['/measure.js', ['text/javascript', Buffer.from(outputFiles[0].contents)]],
      ['/video.wasm', ['application/wasm', readFileSync(join(generated, 'video.wasm'))]],
      ['/model.tsm', ['application/octet-stream', readFileSync(join(generated, 'selfie_landscape.tsm'))]],
      ['/film.yuv', ['application/octet-stream', film(photograph)]],
    ]);
    const server = createServer((request, response) => {
      const [type, body] = files.get(request.url) ?? [];
      if (!type) return response.writeHead(404).end();
      response.writeHead(200, { 'content-type': type }).end(body);
    });
    await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    let browser;
    try {
      log('Measuring in Chromium, about 20 s');
      browser = await chromium.launch({
        executablePath: process.env.TESSERA_CHROMIUM ?? '/usr/bin/chromium',
        args: ['--no-sandbox', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
      });
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${server.address().port}/`);
      const values = await page.evaluate(() => new Promise((resolve, reject) => {
        const worker = new Worker('/measure.js', { type: 'module' });
        worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data.values));
        worker.onerror = (event) => reject(new Error(event.message));
      }));
      for (const key of Object.keys(values)) values[key] = Math.round(values[key] * 100) / 100;
      return { values };
    } finally {
      await browser?.close();
      server.closeAllConnections();
      server.close();
    }
  },
};
