// SPDX-License-Identifier: Apache-2.0
// Builds libvpx and Opus once per machine: each build lives in the cache under a name made of everything it depends on.
//
// usage: node codecs/build.mjs --where   prints one "name=folder" line per build, for CMake
//        node codecs/build.mjs NAME...   makes builds that are missing

import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emscripten } from '../scripts/lib/emscripten.mjs';
import { SetupError, cache, log, logPath, main, root, toolchain } from '../scripts/lib/host.mjs';
import * as opus from './opus/recipe.mjs';
import * as vpx from './vpx/recipe.mjs';

/** Every build: which library, which of the recipe's functions, with which compiler, and what it is for. */
export const builds = {
  'vpx-native': { recipe: vpx, source: 'libvpx', make: vpx.buildNative, compiler: 'gcc', title: 'libvpx, native (about 1 min)' },
  'vpx-wasm': { recipe: vpx, source: 'libvpx', make: vpx.buildWasm, compiler: 'emcc', title: 'libvpx, WebAssembly (about 2 min)' },
  'vpx-fuzz': { recipe: vpx, source: 'libvpx', make: vpx.buildFuzz, compiler: 'clang-14', title: 'libvpx, for fuzzing (about 1 min)' },
  'vpx-plain': { recipe: vpx, source: 'libvpx', make: vpx.buildPlain, compiler: 'emcc', title: 'libvpx, WebAssembly without its kernels, for benches (about 2 min)' },
  'opus-native': { recipe: opus, source: 'opus', make: opus.buildNative, compiler: 'gcc', title: 'Opus, native (about 1 min)' },
  'opus-wasm': { recipe: opus, source: 'opus', make: opus.buildWasm, compiler: 'emcc', title: 'Opus, WebAssembly (about 0.5 min)' },
  'opus-dred': { recipe: opus, source: 'opus', make: opus.buildDred, compiler: 'emcc', title: 'Opus with DRED, WebAssembly (about 1 min)' },
  'opus-dred-fuzz': { recipe: opus, source: 'opus', make: opus.buildDredFuzz, compiler: 'clang-14', title: 'Opus with DRED, for fuzzing (about 1 min)' },
  'opus-fuzz': { recipe: opus, source: 'opus', make: opus.buildFuzz, compiler: 'clang-14', title: 'Opus, for fuzzing (about 1 min)' },
};

const simde = '/usr/include/simde';
const versions = new Map();

async function compilerVersion(compiler) {
  if (compiler === 'emcc') return (await emscripten())?.version ?? '';
  if (!versions.has(compiler)) {
    try {
      versions.set(compiler, execFileSync(compiler, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')[0]);
    } catch {
      // Not remembered: set-up may install it while this process runs.
      return '';
    }
  }
  return versions.get(compiler);
}

/** What only the WebAssembly builds depend on. */
const wasmOnly = /kernels|shim|exceptions\.json|dispatch\.pl/;

function hashFolder(hash, folder, wasm) {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (!wasm && wasmOnly.test(path)) continue;
    if (statSync(path).isDirectory()) hashFolder(hash, path, wasm);
    // The wrappers are not part of the libraries.
    else if (!/\.(cc|h)$/.test(name) || folder.includes('shim')) hash.update(name).update('\0').update(readFileSync(path));
  }
}

/** The folder of a build: recipe, source, compiler and, where it matters, SIMDe are in its name. */
export async function place(name) {
  const { source, compiler } = builds[name];
  const hash = createHash('sha256').update(name).update(JSON.stringify(toolchain.sources[source].accepted)).update(await compilerVersion(compiler));
  const wasm = compiler === 'emcc';
  hashFolder(hash, join(root, 'codecs', name.split('-')[0]), wasm);
  hashFolder(hash, join(root, 'codecs/lib'), wasm);
  const common = join(simde, 'simde-common.h');
  if (name === 'vpx-wasm' && existsSync(common)) hash.update(readFileSync(common));
  hash.update(process.arch);
  return join(cache, 'codecs', `${name}-${hash.digest('hex').slice(0, 16)}`);
}

/** True when this build is there. */
export async function ready(name) {
  return existsSync(join(await place(name), '.complete'));
}

/** Makes a build that is missing. Its source must be in the cache. */
export async function make(name) {
  const folder = await place(name);
  if (existsSync(join(folder, '.complete'))) return folder;
  const { recipe, source, make: build, title } = builds[name];
  log(`  building ${title}`);
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const options = { source: join(cache, 'sources', source), folder: partial, emscripten: await emscripten(), simde, logFile: logPath(`${name}.log`) };
  rmSync(options.logFile, { force: true });
  await build(options);
  recipe.copyHeaders(options);
  // Objects and copies of headers are of no more use.
  rmSync(join(partial, 'work'), { recursive: true, force: true });
  writeFileSync(join(partial, '.complete'), '');
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
  return folder;
}

if (process.argv[1] === join(root, 'codecs/build.mjs')) {
  await main(async () => {
    const names = process.argv.slice(2);
    if (names[0] === '--where') {
      for (const name of Object.keys(builds)) if (await ready(name)) console.log(`${name}=${await place(name)}`);
      return;
    }
    const unknown = names.filter((name) => !builds[name]);
    if (unknown.length || names.length === 0) throw new SetupError(`usage: node codecs/build.mjs --where | ${Object.keys(builds).join(' | ')}`);
    for (const name of names) await make(name);
  });
}
