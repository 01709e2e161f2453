// SPDX-License-Identifier: Apache-2.0
// Milliseconds a frame of every codec in a worker of Chromium's, as ratios to native and to what npm offers, taken in turns.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { make } from '../../../codecs/build.mjs';
import { gzipSize } from '../../../scripts/lib/sizes.mjs';
import { measureDred } from './dred.mjs';
import { compareOpus } from './opusscript.mjs';

const rounds = 5;
const film = { width: 1280, height: 720, frames: 48 };

const ffmpeg = (args) => execFileSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', ...args]);
const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length % 2 ? sorted[(sorted.length - 1) / 2] : (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
};

/** A photograph of a person, swaying, with a sensor's noise; and speech. */
function makeMedia(folder, photograph) {
  const pictures = join(folder, 'film.yuv');
  const speech = join(folder, 'speech.f32');
  ffmpeg(['-loop', '1', '-framerate', '30', '-i', photograph, '-vf',
    `scale=1600:1600,crop=${film.width}:${film.height}:'80+60*sin(n/9)':'60+18*cos(n/7)',noise=alls=2:allf=t:all_seed=7,format=yuv420p`, '-frames:v', String(film.frames), '-f', 'rawvideo', pictures]);
  const wav = join(folder, 'speech.wav');
  const words = 'The quick brown fox jumps over the lazy dog, while five boxing wizards jump quickly. Every picture that you send is made of many small tiles.';
  execFileSync('espeak-ng', ['-w', wav, '-s', '150', words]);
  ffmpeg(['-i', wav, '-ar', '48000', '-ac', '1', '-f', 'f32le', speech]);
  return { pictures, speech };
}

/** The native yardstick, which answers one line with one. */
function startNative(program, { pictures, speech }) {
  const child = spawn(program, [pictures, String(film.width), String(film.height), speech], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async run(what, frames) {
      child.stdin.write(`${what} ${frames}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`codec_bench ended while it was asked for ${what}`);
      return JSON.parse(value);
    },
    stop: () => child.stdin.end(),
  };
}

/** The vp9 encoder module over a libvpx without any of its kernels, compiled with -msimd128 alone. */
async function buildPlain(root, run) {
  await make('vpx-plain');
  await run('cmake', ['--preset', 'wasm-release'], { capture: true });
  await run('cmake', ['--build', '--preset', 'wasm-release', '--target', 'module_vp9_encoder_plain'], { capture: true });
}

async function serve(root, media) {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'measure.ts')], bundle: true, write: false, format: 'esm', target: 'es2022', logLevel: 'error',
  });
  const generated = join(root, 'js/engine/src/generated');
  const modules = join(root, 'build/wasm-release/modules');
  const core = join(root, 'node_modules/@ffmpeg/core/dist/esm');
  const script = 'text/javascript';
  const wasm = 'application/wasm';
  const files = new Map([
    ['/', ['text/html', () => '<!doctype html><title>bench</title>']],
    ['/measure.js', [script, () => Buffer.from(outputFiles[0].contents)]],
    ...['vp8_encoder', 'vp9_encoder', 'vpx_decoder', 'opus'].map((name) => [`/${name}.wasm`, [wasm, () => readFileSync(join(generated, `${name}.wasm`))]]),
    ['/vp9_encoder_plain.mjs', [script, () => readFileSync(join(modules, 'vp9_encoder_plain.mjs'))]],
    ['/vp9_encoder_plain.wasm', [wasm, () => readFileSync(join(modules, 'vp9_encoder_plain.wasm'))]],
    ['/ffmpeg-core.js', [script, () => readFileSync(join(core, 'ffmpeg-core.js'))]],
    ['/ffmpeg-core.wasm', [wasm, () => readFileSync(join(core, 'ffmpeg-core.wasm'))]],
    ['/film.yuv', ['application/octet-stream', () => readFileSync(media.pictures)]],
    ['/speech.f32', ['application/octet-stream', () => readFileSync(media.speech)]],
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

/** The page's worker: one request, one answer. */
async function startWorker(page) {
  await page.evaluate(() => {
    const worker = new Worker('/measure.js', { type: 'module' });
    globalThis.ask = (request) => new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data.times));
      worker.onerror = (event) => reject(new Error(event.message));
      worker.postMessage(request);
    });
  });
  return (request) => page.evaluate((asked) => globalThis.ask(asked), request);
}

const mean = (times) => times.reduce((sum, time) => sum + time, 0) / times.length;

const cases = [
  { key: 'vp9_encode', name: 'vp9', what: 'encode', frames: 30 },
  { key: 'vp8_encode', name: 'vp8', what: 'encode', frames: 30 },
  { key: 'vp9_decode', name: 'vp9', what: 'decode', frames: 30 },
  { key: 'vp8_decode', name: 'vp8', what: 'decode', frames: 30 },
  { key: 'opus_encode', name: 'opus', what: 'encode', frames: 300 },
  { key: 'opus_decode', name: 'opus', what: 'decode', frames: 300 },
];

/** Runs a and b in turns and gives the median of b/a, and the medians of both. */
async function alternate(a, b, count = rounds) {
  await a();
  await b();
  const pairs = [];
  for (let round = 0; round < count; round++) pairs.push(round % 2 ? [await b(), await a()].reverse() : [await a(), await b()]);
  const pick = (index) => median(pairs.map((pair) => pair[index]));
  return { ratio: median(pairs.map(([x, y]) => y / x)), a: pick(0), b: pick(1) };
}

export default {
  name: 'codecs',
  title: 'VP8, VP9 and Opus against native and against npm packages: milliseconds a frame, one thread, 720p',
  targets: ['wasm', 'native'],
  async run({ root, results, log = console.error, run }) {
    const photograph = join(process.env.TESSERA_FIXTURES ?? '', 'astronaut.png');
    if (!existsSync(photograph)) throw new Error('The photograph astronaut.png is missing: run scripts/setup');
    mkdirSync(results, { recursive: true });
    log('building what it is compared with');
    await buildPlain(root, run);
    const media = makeMedia(results, photograph);
    const native = startNative(join(root, 'build/native/tests/codec_bench'), media);
    const server = await serve(root, media);
    const ratios = {};
    const values = {};
    const round = (value, digits = 3) => Number(value.toFixed(digits));
    let browser;
    try {
      browser = await chromium.launch({
        executablePath: process.env.TESSERA_CHROMIUM ?? '/usr/bin/chromium',
        args: ['--no-sandbox', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
      });
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${server.address().port}/`);
      const ask = await startWorker(page);
      for (const { key, name, what, frames } of cases) {
        // An Opus frame is too short for the clock: there the mean of many counts.
        const middle = name === 'opus' ? mean : median;
        const { ratio, a, b } = await alternate(
          async () => middle(await native.run(`${name}-${what}`, frames)),
          async () => middle(await ask({ name, what, frames })),
        );
        ratios[`${key}_vs_native`] = round(ratio);
        values[`${key}_ms`] = round(b);
        values[`${key}_native_ms`] = round(a);
        log(`  ${key}: ${b.toFixed(2)} ms, native ${a.toFixed(2)} ms, ratio ${ratio.toFixed(2)}`);
      }
      const plain = await alternate(async () => median(await ask({ name: 'vp9', what: 'encode', frames: 20 })), async () => median(await ask({ name: 'plain', what: 'encode', frames: 20 })), 3);
      ratios.vp9_encode_vs_simd128 = round(plain.ratio);
      log(`  VP9 with -msimd128 alone: ${plain.b.toFixed(1)} ms, ours ${plain.a.toFixed(1)} ms`);
      const peer = await alternate(async () => median(await ask({ name: 'vp8', what: 'encode', frames: 30 })), async () => (await ask({ name: 'ffmpeg', codec: 'vp8', frames: 40 }))[0], 3);
      ratios.vp8_encode_vs_ffmpeg_core = round(peer.ratio);
      log(`  VP8 of @ffmpeg/core: ${peer.b.toFixed(1)} ms, ours ${peer.a.toFixed(1)} ms`);
    } finally {
      native.stop();
      await browser?.close();
      server.closeAllConnections();
      server.close();
    }
    // opusscript is made for Node.js, so that both are timed there.
    const opus = await compareOpus(root, media.speech, alternate, median);
    ratios.opus_encode_vs_opusscript = round(opus.ratio);
    log(`  opusscript: ${opus.b.toFixed(3)} ms, ours ${opus.a.toFixed(3)} ms`);
    const { classic, dred, loss } = await measureDred(root, media.speech);
    values.dred_lsd_ratio = round(dred / classic);
    log(`  ${(loss * 100).toFixed(0)} % of packets lost in bursts: ${classic.toFixed(1)} dB off with concealment, ${dred.toFixed(1)} dB with DRED`);
    const generated = join(root, 'js/engine/src/generated');
    values.largest_module_gz = Math.max(...['vp8_encoder', 'vp9_encoder', 'vpx_decoder', 'opus'].map((name) => gzipSize(readFileSync(join(generated, `${name}.wasm`)))));
    return { ratios, values };
  },
};
