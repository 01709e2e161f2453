// SPDX-License-Identifier: Apache-2.0
// Milliseconds of segmentation and of a whole blur in Chromium: ours and the peers' in turns, on one page, one thread, the same frames.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { withMetadata } from '../../../scripts/model/metadata.mjs';
import { film, sizes } from './media.mjs';
import { fetchTfliteSimd } from './peers.mjs';

const rounds = 9;

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length % 2 ? sorted[(sorted.length - 1) / 2] : (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
};

/** The time that a fifth of the frames stay below: what else runs on the machine makes frames slower, never faster. */
const undisturbed = (times) => [...times].sort((a, b) => a - b)[Math.floor(times.length / 5)];

async function serve(root, tflite) {
  const { outputFiles } = await build({ entryPoints: [join(import.meta.dirname, 'page.ts')], bundle: true, write: false, format: 'esm', target: 'es2022', logLevel: 'error' });
  const file = (type, path) => [type, () => readFileSync(join(root, path))];
  const vision = 'node_modules/@mediapipe/tasks-vision/wasm';
  const model = 'node_modules/@mediapipe/selfie_segmentation/selfie_segmentation_landscape.tflite';
  const generated = 'js/engine/src/generated';
  const data = 'application/octet-stream';
  const files = new Map([
    ['/', ['text/html', () => '<!doctype html><title>bench</title><script src="/tflite-simd.js"></script><script type="module" src="/page.js"></script>']],
    ['/page.js', ['text/javascript', () => Buffer.from(outputFiles[0].contents)]],
    ['/video.wasm', file('application/wasm', `${generated}/video.wasm`)],
    ['/video_relaxed.wasm', file('application/wasm', `${generated}/video_relaxed.wasm`)],
    ['/selfie_landscape.tsm', file(data, `${generated}/selfie_landscape.tsm`)],
    ['/tflite-simd.js', ['text/javascript', () => readFileSync(join(tflite, 'tflite-simd.js'))]],
    ['/tflite-simd.wasm', ['application/wasm', () => readFileSync(join(tflite, 'tflite-simd.wasm'))]],
    ['/vision_wasm_internal.js', file('text/javascript', `${vision}/vision_wasm_internal.js`)],
    ['/vision_wasm_internal.wasm', file('application/wasm', `${vision}/vision_wasm_internal.wasm`)],
    ['/selfie.tflite', file(data, model)],
    ['/selfie_with_metadata.tflite', [data, () => Buffer.from(withMetadata(readFileSync(join(root, model))))]],
    ...Object.entries(sizes).map(([name, size]) => [`/${name}.yuv`, [data, () => film(size)]]),
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

/** Both in turns, the first to go changing from round to round. @returns median milliseconds of each, and of their ratios */
async function alternate(times, ours, peer) {
  const once = async (what) => undisturbed(await times(what));
  await once(ours);
  await once(peer);
  const pairs = [];
  for (let round = 0; round < rounds; round++) {
    pairs.push(round % 2 ? [await once(peer), await once(ours)].reverse() : [await once(ours), await once(peer)]);
  }
  return { ours: median(pairs.map(([a]) => a)), peer: median(pairs.map(([, b]) => b)), ratio: median(pairs.map(([a, b]) => b / a)) };
}

/** @returns {Promise<{ratios: Record<string, number>, values: Record<string, number>}>} milliseconds and ratios */
export async function measureSpeed({ root, cache, log, run }) {
  const server = await serve(root, await fetchTfliteSimd(cache, run));
  let browser;
  try {
    log('  measuring in Chromium, about a minute');
    browser = await chromium.launch({
      executablePath: process.env.TESSERA_CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    });
    const page = await browser.newPage();
    const errors = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForFunction(() => 'contest' in globalThis, null, { timeout: 20_000 }).catch(() => { throw new Error(`the page did not start: ${errors.join('; ')}`); });
    const variants = await page.evaluate((all) => globalThis.contest.prepare(all), sizes);
    const times = (what) => page.evaluate((asked) => globalThis.contest.times(asked), what);
    const same = await page.evaluate((name) => globalThis.contest.maskDifference('tflite-simd', name), variants[0]);
    if (!(same < 0.01)) throw new Error(`the peers' masks differ by ${same}: one of them was not given its picture as it expects it`);

    const small = (contender, work) => ({ contender, work, film: 'small', frames: 30 });
    const tflite = await alternate(times, small('ours', 'segment'), small('tflite-simd', 'segment'));
    log(`  segmentation: ours ${tflite.ours.toFixed(2)} ms, tflite-simd ${tflite.peer.toFixed(2)} ms, ratio ${tflite.ratio.toFixed(2)}`);
    const inference = undisturbed(await times(small('tflite-simd', 'inference')));
    const segmenting = {};
    for (const work of ['segment', 'segmentFrame']) segmenting[work] = undisturbed(await times(small(variants[0], work)));
    const quicker = segmenting.segment < segmenting.segmentFrame ? 'segment' : 'segmentFrame';
    const vision = await alternate(times, small('ours', quicker), small(variants[0], quicker));
    log(`  segmentation of a frame: ours ${vision.ours.toFixed(2)} ms, tasks-vision ${vision.peer.toFixed(2)} ms (${quicker}), ratio ${vision.ratio.toFixed(2)}`);

    // The peer may show itself at its best: whichever of its variants is fastest here.
    const blurring = [];
    for (const name of variants) blurring.push([name, undisturbed(await times({ contender: name, work: 'blur', film: 'hd', frames: 8 }))]);
    log(`  tasks-vision, 720p blur in its variants: ${blurring.map(([, ms]) => ms.toFixed(1)).join(', ')} ms`);
    const [best] = blurring.toSorted(([, a], [, b]) => a - b)[0];
    const hd = (contender, work) => ({ contender, work, film: 'hd', frames: 12 });
    const blur = await alternate(times, hd('ours', 'blur'), hd(best, 'blur'));
    const drawn = undisturbed(await times(hd('ours', 'blurOnly')));
    const fullHd = undisturbed(await times({ contender: 'ours', work: 'blur', film: 'fullHd', frames: 40 }));

    return {
      ratios: { segmentation_vs_tflite_simd: tflite.ratio, segmentation_vs_tasks_vision: vision.ratio, blur720_vs_tasks_vision: blur.ratio },
      values: {
        segmentation_ms: tflite.ours,
        segmentation_tflite_simd_ms: tflite.peer,
        segmentation_tflite_simd_network_ms: inference,
        segmentation_tasks_vision_ms: vision.peer,
        blur720_ms: blur.ours,
        blur720_tasks_vision_ms: blur.peer,
        // Segmentation in every second frame: the mean of a frame with and one without.
        blur720_half_rate_ms: (blur.ours + drawn) / 2,
        blur1080_ms: fullHd,
      },
    };
  } finally {
    await browser?.close();
    server.closeAllConnections();
    server.close();
  }
}
