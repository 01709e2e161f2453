// SPDX-License-Identifier: Apache-2.0
// What the codec bench works on, and the pages and modules that a browser measures with.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';

export const film = { width: 1280, height: 720, frames: 48 };

const ffmpeg = (args) => execFileSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', ...args]);

/** A photograph of a person, swaying, with a sensor's noise; and speech. */
export function makeMedia(folder, photograph) {
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

const bundle = async (entry, options = {}) => {
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, write: false, format: 'esm', target: 'es2022', logLevel: 'error', ...options });
  return Buffer.from(outputFiles[0].contents);
};

/** Serves the measuring worker, our modules, those that they are compared with, and the media. */
export async function serve(root, media) {
  const opusscript = createRequire(join(root, 'package.json')).resolve('opusscript');
  const scripts = {
    '/measure.js': await bundle(join(import.meta.dirname, 'measure.ts')),
    // In a worker it takes none of its ways into Node.js.
    '/opusscript.js': await bundle(opusscript, { external: ['fs', 'path'] }),
  };
  const generated = join(root, 'js/engine/src/generated');
  const modules = join(root, 'build/wasm-release/modules');
  const core = join(root, 'node_modules/@ffmpeg/core/dist/esm');
  const script = 'text/javascript';
  const wasm = 'application/wasm';
  const files = new Map([
    ['/', ['text/html', () => '<!doctype html><title>bench</title>']],
    ...Object.entries(scripts).map(([path, text]) => [path, [script, () => text]]),
    ...['vp8_encoder', 'vp9_encoder', 'vpx_decoder', 'opus'].map((name) => [`/${name}.wasm`, [wasm, () => readFileSync(join(generated, `${name}.wasm`))]]),
    ['/vp9_encoder_plain.mjs', [script, () => readFileSync(join(modules, 'vp9_encoder_plain.mjs'))]],
    ['/vp9_encoder_plain.wasm', [wasm, () => readFileSync(join(modules, 'vp9_encoder_plain.wasm'))]],
    ['/ffmpeg-core.js', [script, () => readFileSync(join(core, 'ffmpeg-core.js'))]],
    ['/ffmpeg-core.wasm', [wasm, () => readFileSync(join(core, 'ffmpeg-core.wasm'))]],
    ['/opusscript_native_wasm.wasm', [wasm, () => readFileSync(join(opusscript, '../build/opusscript_native_wasm.wasm'))]],
    ['/film.yuv', ['application/octet-stream', () => readFileSync(media.pictures)]],
    ['/speech.f32', ['application/octet-stream', () => readFileSync(media.speech)]],
  ]);
  const server = createServer((request, response) => {
    const [type, body] = files.get(request.url) ?? [];
    if (!type) return response.writeHead(404).end();
    // An isolated page has a clock of 5 microseconds (Chromium) or 20 (Firefox), any other one of 100 and more.
    response.writeHead(200, { 'content-type': type, 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }).end(body());
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    address: `http://127.0.0.1:${server.address().port}/`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
