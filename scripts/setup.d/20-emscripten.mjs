// SPDX-License-Identifier: Apache-2.0
// Emscripten: the user's own 6.x if it is on PATH, otherwise one from Debian's archive with its system libraries built.

import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mirror } from '../lib/debian.mjs';
import { emscripten, forgetProvisioned, recordProvisioned, tree, wrappers, writeWrappers } from '../lib/emscripten.mjs';
import { SetupError, canUseApt, log, logPath, run, toolchain } from '../lib/host.mjs';

const { acceptedMajor, debianSuite } = toolchain.emscripten;
const embind = '#include <emscripten/bind.h>\nEMSCRIPTEN_BINDINGS(probe) {}\nint main() { return 0; }\n';
const throwing = '#include <cstdio>\n#include <vector>\nint main() { try { throw 1; } catch (int) { std::puts("ok"); } }\n';

/** Links tiny programs with the flags of the real ones, so that the system libraries they need are built once, here. */
async function buildSystemLibraries() {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-emscripten-'));
  const logFile = logPath('emscripten.log');
  try {
    writeFileSync(join(folder, 'embind.cc'), embind);
    writeFileSync(join(folder, 'throwing.cc'), throwing);
    const em = (name, args) => run(join(wrappers, 'em++'), ['-std=c++20', ...args, `${name}.cc`, '-o', `${name}.mjs`], { cwd: folder, logFile });
    const module = ['-fno-exceptions', '-fno-rtti', '-DEMSCRIPTEN_HAS_UNBOUND_TYPE_NAMES=0', '-sMALLOC=emmalloc', '-sALLOW_MEMORY_GROWTH', '-lembind'];
    await em('embind', ['-O3', ...module]);
    await em('embind', ['-Oz', ...module]);
    await em('embind', ['-Oz', '-flto', ...module]);
    const tests = ['-fwasm-exceptions', '-sALLOW_MEMORY_GROWTH', '-sNODERAWFS', '-sEXIT_RUNTIME'];
    await em('throwing', ['-Oz', ...tests]);
    await em('throwing', ['-Oz', '-flto', ...tests]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export default {
  name: 'emscripten',
  title: `Emscripten ${acceptedMajor} (a Debian ${debianSuite} tree with its system libraries: 1.5 GB, about 6 min)`,
  async isReady() {
    return (await emscripten()) !== null;
  },
  async install() {
    if (!canUseApt()) {
      throw new SetupError(
        `Emscripten ${acceptedMajor} is missing. Install the emsdk from https://emscripten.org, run "emsdk install 6.0.5", "emsdk activate 6.0.5" ` +
          'and "source emsdk_env.sh", then run this again. (On Debian or Ubuntu as root it is provisioned automatically.)',
      );
    }
    forgetProvisioned();
    const compiler = join(tree, 'usr/bin/emcc');
    if (!existsSync(join(tree, '.complete'))) {
      const partial = `${tree}.partial`;
      rmSync(partial, { recursive: true, force: true });
      rmSync(tree, { recursive: true, force: true });
      mkdirSync(partial, { recursive: true });
      log(`  fetching Debian ${debianSuite} with Emscripten (about 400 MB, 1–2 min)`);
      // Debian 12's debootstrap does not know newer suites by name; the sid script serves them all.
      await run(
        'debootstrap',
        ['--variant=minbase', '--include=emscripten', debianSuite, partial, mirror(), '/usr/share/debootstrap/scripts/sid'],
        { logFile: logPath('debootstrap.log') },
      );
      await run('rm', ['-rf', join(partial, 'var/cache/apt/archives')]);
      writeFileSync(join(partial, '.complete'), '');
      renameSync(partial, tree);
    }
    if (!existsSync(compiler)) throw new SetupError(`${tree} has no emcc. Remove that folder and run this again.`);
    writeWrappers();
    log('  building its system libraries once (3–5 min)');
    await buildSystemLibraries();
    const version = recordProvisioned();
    if (Number(version.split('.')[0]) !== acceptedMajor) {
      forgetProvisioned();
      throw new SetupError(`Debian ${debianSuite} now ships Emscripten ${version}, but ${acceptedMajor}.x is needed: install the emsdk ${acceptedMajor}.x and put it on PATH.`);
    }
    log(`  Emscripten ${version}`);
  },
};
