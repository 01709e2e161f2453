// SPDX-License-Identifier: Apache-2.0
// Milliseconds a frame of every codec in a browser's worker, as ratios to native and to what npm offers, taken in turns.

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { make } from '../../../codecs/build.mjs';
import { gzipSize } from '../../../scripts/lib/sizes.mjs';
import { startBrowser, startNative } from './contestants.mjs';
import { measureDred } from './dred.mjs';
import { makeMedia, serve } from './media.mjs';

/** Many short turns rather than few long ones: what else the machine does in one second then weighs on both alike. */
const rounds = 15;
/** So long both run before the first round counts: by then every function that matters has come out of the browser's best compiler. */
const warmUpMillis = 8000;

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length % 2 ? sorted[(sorted.length - 1) / 2] : (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
};
const mean = (times) => times.reduce((sum, time) => sum + time, 0) / times.length;
const round = (value, digits = 3) => Number(value.toFixed(digits));

/** The vp9 encoder module over a libvpx without any of its kernels, compiled with -msimd128 alone. */
async function buildPlain(root, run) {
  await make('vpx-plain');
  await run('cmake', ['--preset', 'wasm-release'], { capture: true });
  await run('cmake', ['--build', '--preset', 'wasm-release', '--target', 'module_vp9_encoder_plain'], { capture: true });
}

// A single Opus frame is too short for the clock: there the mean of many counts.
const againstNative = [
  { key: 'vp9_encode', name: 'vp9', what: 'encode', frames: 12, middle: median },
  { key: 'vp8_encode', name: 'vp8', what: 'encode', frames: 12, middle: median },
  { key: 'vp9_decode', name: 'vp9', what: 'decode', frames: 12, middle: median },
  { key: 'vp8_decode', name: 'vp8', what: 'decode', frames: 12, middle: median },
  { key: 'opus_encode', name: 'opus', what: 'encode', frames: 150, middle: mean },
  { key: 'opus_decode', name: 'opus', what: 'decode', frames: 150, middle: mean },
];
const againstPeers = [
  { key: 'vp9_encode_vs_simd128', ours: { name: 'vp9', what: 'encode', frames: 10 }, theirs: { name: 'plain', what: 'encode', frames: 10 }, middle: median },
  { key: 'vp8_encode_vs_ffmpeg_core', ours: { name: 'vp8', what: 'encode', frames: 20 }, theirs: { name: 'ffmpeg', what: 'encode', codec: 'vp8', frames: 40 }, middle: median },
  { key: 'opus_encode_vs_opusscript', ours: { name: 'opus', what: 'encode', frames: 300 }, theirs: { name: 'opusscript', what: 'encode', frames: 300 }, middle: mean },
];

/** Runs a and b in turns and gives the median of b/a, and the medians of both. */
async function alternate(a, b) {
  for (const begun = performance.now(); performance.now() - begun < warmUpMillis; ) {
    await a();
    await b();
  }
  const pairs = [];
  for (let turn = 0; turn < rounds; turn++) pairs.push(turn % 2 ? [await b(), await a()].reverse() : [await a(), await b()]);
  const pick = (index) => median(pairs.map((pair) => pair[index]));
  return { ratio: median(pairs.map(([x, y]) => y / x)), a: pick(0), b: pick(1) };
}

/** Everything that is measured in one browser; keys are given `prefix`. */
async function measureIn(name, prefix, { address, native, ratios, values, log }) {
  const browser = await startBrowser(name, address);
  try {
    for (const { key, name: codec, what, frames, middle } of againstNative) {
      const { ratio, a, b } = await alternate(
        async () => middle(await native.run(`${codec}-${what}`, frames)),
        async () => middle(await browser.ask({ name: codec, what, frames })),
      );
      ratios[`${prefix}${key}_vs_native`] = round(ratio);
      values[`${prefix}${key}_ms`] = round(b);
      values[`${prefix}${key}_native_ms`] = round(a);
      log(`  ${name}, ${key}: ${b.toFixed(3)} ms, native ${a.toFixed(3)} ms, ratio ${ratio.toFixed(2)}`);
    }
    for (const { key, ours, theirs, middle } of againstPeers) {
      const { ratio, a, b } = await alternate(async () => middle(await browser.ask(ours)), async () => middle(await browser.ask(theirs)));
      ratios[`${prefix}${key}`] = round(ratio);
      log(`  ${name}, ${key}: ours ${a.toFixed(3)} ms, theirs ${b.toFixed(3)} ms, ratio ${ratio.toFixed(2)}`);
    }
  } finally {
    await browser.close();
  }
}

export default {
  name: 'codecs',
  title: 'VP8, VP9 and Opus against native and against npm packages, in Chromium and Firefox: milliseconds a frame, one thread, 720p',
  targets: ['wasm', 'native'],
  async run({ root, results, log = console.error, run }) {
    const photograph = join(process.env.TESSERA_FIXTURES ?? '', 'astronaut.png');
    if (!existsSync(photograph)) throw new Error('The photograph astronaut.png is missing: run scripts/setup');
    mkdirSync(results, { recursive: true });
    log('building what it is compared with');
    await buildPlain(root, run);
    const media = makeMedia(results, photograph);
    const native = startNative(join(root, 'build/native/tests/codec_bench'), media);
    const site = await serve(root, media);
    const ratios = {};
    const values = {};
    try {
      await measureIn('chromium', '', { address: site.address, native, ratios, values, log });
      await measureIn('firefox', 'firefox_', { address: site.address, native, ratios, values, log });
    } finally {
      native.stop();
      site.close();
    }
    const { classic, dred, loss } = await measureDred(root, media.speech);
    values.dred_lsd_ratio = round(dred / classic);
    log(`  ${(loss * 100).toFixed(0)} % of packets lost in bursts: ${classic.toFixed(1)} dB off with concealment, ${dred.toFixed(1)} dB with DRED`);
    const generated = join(root, 'js/engine/src/generated');
    values.largest_module_gz = Math.max(...['vp8_encoder', 'vp9_encoder', 'vpx_decoder', 'opus'].map((name) => gzipSize(readFileSync(join(generated, `${name}.wasm`)))));
    return { ratios, values };
  },
};
