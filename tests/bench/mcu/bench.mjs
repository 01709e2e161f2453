// SPDX-License-Identifier: Apache-2.0
// Nine videos of 360p mixed into one of 720p: our compositor against the same layout on an OffscreenCanvas, in turns on one page.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { film } from '../background/media.mjs';

const rounds = 9;
const frames = 12;

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
/** The time that a fifth of the frames stay below: what else runs on the machine makes frames slower, never faster. */
const undisturbed = (times) => [...times].sort((a, b) => a - b)[Math.floor(times.length / 5)];
const rounded = (value) => Number(value.toPrecision(4));

async function serve(root) {
  const { outputFiles } = await build({ entryPoints: [join(import.meta.dirname, 'page.ts')], bundle: true, write: false, format: 'esm', target: 'es2022', logLevel: 'error' });
  const files = new Map([
    ['/', ['text/html', () => '<!doctype html><title>bench</title><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>']],
    ['/page.js', ['text/javascript', () => Buffer.from(outputFiles[0].contents)]],
    ['/compositor.wasm', ['application/wasm', () => readFileSync(join(root, 'js/engine/src/generated/compositor.wasm'))]],
    ['/film.yuv', ['application/octet-stream', () => film([640, 360])]],
  ]);
  const server = createServer((request, response) => {
    const [type, body] = files.get(request.url) ?? [];
    if (!type) return response.writeHead(404).end();
    // An isolated page has a clock of 5 microseconds, any other one of 100.
    response.writeHead(200, { 'content-type': type, 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }).end(body());
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return server;
}

export default {
  name: 'mcu',
  title: 'Mixing nine videos of 360p into 720p: milliseconds a picture, against the same on an OffscreenCanvas',
  targets: ['wasm', 'engine'],
  async run({ root, log }) {
    const server = await serve(root);
    let browser;
    try {
      browser = await chromium.launch({
        executablePath: process.env.TESSERA_CHROMIUM ?? '/usr/bin/chromium',
        args: ['--no-sandbox', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
      });
      const page = await browser.newPage();
      const errors = [];
      page.on('pageerror', (error) => errors.push(error.message));
      await page.goto(`http://127.0.0.1:${server.address().port}/`);
      await page.waitForFunction(() => 'mixing' in globalThis, null, { timeout: 20_000 }).catch(() => { throw new Error(`the page did not start: ${errors.join('; ')}`); });
      const difference = await page.evaluate(() => globalThis.mixing.prepare());
      log(`  mean difference of the two pictures: ${difference.toFixed(2)} of 255`);
      if (!(difference < 4)) throw new Error(`the two pictures differ by ${difference}: one of them does not draw what the other does`);
      const times = (who) => page.evaluate(([name, count]) => globalThis.mixing.times(name, count), [who, frames]);
      const once = async (who) => {
        const found = await times(who);
        return { whole: undisturbed(found.map(([whole]) => whole)), drawing: undisturbed(found.map(([, drawing]) => drawing)) };
      };
      for (const who of ['ours', 'canvas']) await once(who);
      const pairs = [];
      for (let round = 0; round < rounds; round++) {
        const order = round % 2 ? ['canvas', 'ours'] : ['ours', 'canvas'];
        const found = {};
        for (const who of order) found[who] = await once(who);
        pairs.push(found);
      }
      const still = undisturbed((await page.evaluate((count) => globalThis.mixing.times('still', count), frames)).map(([whole]) => whole));
      const compose = median(pairs.map(({ ours }) => ours.whole));
      const drawing = median(pairs.map(({ ours }) => ours.drawing));
      const canvas = median(pairs.map(({ canvas: { whole } }) => whole));
      const ratio = median(pairs.map((pair) => pair.canvas.whole / pair.ours.whole));
      log(`  ours ${compose.toFixed(2)} ms a picture (scaling and drawing ${drawing.toFixed(2)}; nothing changed ${still.toFixed(2)}), canvas ${canvas.toFixed(2)} ms, ratio ${ratio.toFixed(2)}`);
      return {
        ratios: { compositor_vs_canvas: rounded(ratio) },
        values: { compose9_ms: rounded(compose), compose9_drawing_ms: rounded(drawing), compose9_still_ms: rounded(still), canvas9_ms: rounded(canvas) },
      };
    } finally {
      await browser?.close();
      server.closeAllConnections();
      server.close();
    }
  },
};
