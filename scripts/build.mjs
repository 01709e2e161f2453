// SPDX-License-Identifier: Apache-2.0
// Builds what is asked for, saying what it does, and skips what has not changed since it was last built.

import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { emscripten } from './lib/emscripten.mjs';
import { SetupError, cache, log, logPath, main, root, run, toolchain } from './lib/host.mjs';

const help = `scripts/build [TARGET]...

Targets (default: wasm engine server app)
  wasm      the WebAssembly modules and the segmentation model (preset wasm-release)
  engine    the npm package tessera-rtc in js/engine/dist
  server    the npm package tessera-server in js/server/dist
  app       the web app and the demos in www/app/dist
  native    the native library, tests and tools (preset native)
  asan      the native tests under AddressSanitizer and UndefinedBehaviorSanitizer (preset native-asan)
  fuzz      the libFuzzer targets (preset native-fuzz)
  wasm-tests  the native test suite as WebAssembly for Node (preset wasm-release)
  all       everything

  --force   build even what looks unchanged
  --help    this text`;

const generated = join(root, 'js/engine/src/generated');
const moduleNames = ['session', 'janus', 'compositor', 'vp8_encoder', 'vp9_encoder', 'vpx_decoder', 'opus', 'opus_dred', 'layers', 'layers_simulator', 'relay'];
/** Modules without Embind: a .wasm and nothing else. */
const rawModuleNames = ['audio', 'video', 'video_relaxed'];

/** A hash over the contents of files and folders, build outputs left out. */
function fingerprint(paths) {
  const hash = createHash('sha256');
  const visit = (path) => {
    if (!existsSync(path)) return;
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).sort()) if (!['node_modules', 'dist', 'build'].includes(name)) visit(join(path, name));
    } else {
      hash.update(path.slice(root.length)).update('\0').update(readFileSync(path));
    }
  };
  for (const path of paths) visit(join(root, path));
  return hash.digest('hex');
}

async function cmake(preset, targets) {
  const logFile = logPath(`build-${preset}.log`);
  await run('cmake', ['--preset', preset], { logFile });
  const selected = targets.length ? ['--target', ...targets] : [];
  await run('cmake', ['--build', '--preset', preset, '-j', String(availableParallelism()), ...selected], { logFile });
}

/** Copies a file only when its contents differ, so that what depends on it is not rebuilt for nothing. */
function place(from, to) {
  if (!existsSync(to) || !readFileSync(from).equals(readFileSync(to))) copyFileSync(from, to);
}

async function buildWasm() {
  await cmake('wasm-release', [...moduleNames, ...rawModuleNames].map((name) => `module_${name}`));
  mkdirSync(generated, { recursive: true });
  const output = join(root, 'build/wasm-release/modules');
  for (const name of moduleNames) {
    place(join(output, `${name}.mjs`), join(generated, `${name}.mjs`));
    place(join(output, `${name}.wasm`), join(generated, `${name}.wasm`));
    // Other versions may word the types differently; only the recorded one may change what is committed.
    if ((await emscripten()).version === toolchain.emscripten.recorded) place(join(output, `${name}.d.ts`), join(generated, `${name}.d.mts`));
  }
  for (const name of rawModuleNames) place(join(output, `${name}.wasm`), join(generated, `${name}.wasm`));
  const model = join(root, 'node_modules/@mediapipe/selfie_segmentation/selfie_segmentation_landscape.tflite');
  await run('node', ['scripts/model/convert.mjs', model, join(generated, 'selfie_landscape.tsm')], { logFile: logPath('model.log') });
}

const npmBuild = (workspace) => () => run('npm', ['run', '--silent', 'build', '-w', workspace], { logFile: logPath(`build-${workspace.replaceAll('/', '-')}.log`) });
const common = ['package-lock.json', 'scripts/build.mjs', 'scripts/toolchain.json'];
const native = ['CMakeLists.txt', 'CMakePresets.json', 'scripts/cmake', 'wasm', 'codecs', 'tests/CMakeLists.txt', 'tests/native', 'tests/fuzz'];

/** Each target: what it is, the sources it depends on, the file that proves it is there, and how it is made. */
const targets = {
  wasm: {
    title: 'WebAssembly modules',
    sources: [...common, 'CMakeLists.txt', 'CMakePresets.json', 'scripts/cmake', 'scripts/model', 'wasm', 'codecs'],
    proof: 'js/engine/src/generated/session.wasm',
    make: buildWasm,
  },
  engine: { title: 'tessera-rtc', sources: [...common, 'js/engine'], proof: 'js/engine/dist/index.js', make: npmBuild('js/engine') },
  server: { title: 'tessera-server', sources: [...common, 'js/server', 'wasm', 'js/engine/src/generated/relay.wasm', 'js/engine/src/generated/layers.wasm'], proof: 'js/server/wasm/relay.wasm', make: npmBuild('js/server') },
  app: { title: 'web app', sources: [...common, 'js/engine', 'www'], proof: 'www/app/dist/index.html', make: npmBuild('www/app') },
  native: { title: 'native tests', sources: native, proof: 'build/native/tests/tessera_tests', make: () => cmake('native', []) },
  asan: { title: 'native tests with sanitizers', sources: native, proof: 'build/native-asan/tests/tessera_tests', make: () => cmake('native-asan', ['tessera_tests']) },
  fuzz: { title: 'fuzz targets', sources: native, proof: 'build/native-fuzz', make: () => cmake('native-fuzz', []) },
  'wasm-tests': { title: 'native tests as WebAssembly', sources: native, proof: 'build/wasm-release/tests/tessera_tests.cjs', make: () => cmake('wasm-release', ['tessera_tests']) },
};

/**
 * Builds targets in their order of dependence.
 * @param {string[]} names keys of `targets`
 * @param {{force?: boolean}} [options]
 */
export async function build(names, { force = false } = {}) {
  for (const [name, target] of Object.entries(targets)) {
    if (!names.includes(name)) continue;
    const stamp = join(root, 'build/stamps', name);
    const now = `${fingerprint(target.sources)} ${(await emscripten())?.version ?? ''} ${cache}`;
    if (!force && existsSync(join(root, target.proof)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === now) continue;
    const began = Date.now();
    log(`building ${target.title}`);
    await target.make();
    mkdirSync(join(root, 'build/stamps'), { recursive: true });
    writeFileSync(stamp, `${fingerprint(target.sources)} ${(await emscripten())?.version ?? ''} ${cache}`);
    log(`  built in ${((Date.now() - began) / 1000).toFixed(0)} s`);
  }
}

export const shipped = ['wasm', 'engine', 'server', 'app'];

if (process.argv[1] === join(root, 'scripts/build.mjs')) {
  await main(async () => {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { force: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
    });
    if (values.help) return void console.log(help);
    const names = positionals.length === 0 ? shipped : positionals.includes('all') ? Object.keys(targets) : positionals;
    const unknown = names.filter((name) => !targets[name]);
    if (unknown.length) throw new SetupError(`There is no target ${unknown.join(', ')}. See scripts/build --help.`);
    await build(names, values);
    log('built');
  });
}
