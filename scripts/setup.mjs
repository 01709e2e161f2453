// SPDX-License-Identifier: Apache-2.0
// Brings the machine to where Tessera builds and its tests run: every component in scripts/setup.d, in order.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SetupError, cache, log, logPath, main, root, run, withLock } from './lib/host.mjs';

const help = `scripts/setup [--only NAME]... [--check] [--list]

Installs what is missing, and nothing else, so that running it again is quick.
Big things go to ${cache} (TESSERA_CACHE overrides), shared by all checkouts.

  --only NAME   just this component (may be repeated)
  --check       install nothing; exit 1 and name what is missing
  --list        name the components
  --help        this text

Emscripten: one on PATH (emsdk, 6.x) is used as it is; otherwise, as root on
Debian or Ubuntu, one is provisioned from Debian's archive.`;

/**
 * Loads the set-up components: files in scripts/setup.d, each exporting
 * `default {name, title, for?: 'run'|'test', isReady(context), install(context)}`.
 */
async function components() {
  const folder = join(root, 'scripts/setup.d');
  const files = readdirSync(folder).filter((file) => /^\d\d-.*\.mjs$/.test(file)).sort();
  return Promise.all(files.map(async (file) => (await import(join(folder, file))).default));
}

/**
 * Makes ready what is not.
 * @param {{purpose?: 'run'|'test', only?: string[], check?: boolean}} [options] `run` leaves out what only tests need.
 */
export async function setUp({ purpose = 'test', only = [], check = false } = {}) {
  const context = { root, cache, log, run, logPath };
  const all = (await components()).filter((c) => (only.length ? only.includes(c.name) : purpose === 'test' || c.for !== 'test'));
  const missing = [];
  for (const component of all) if (!(await component.isReady(context))) missing.push(component);
  if (check || missing.length === 0) return missing.map((c) => c.name);
  await withLock('setup', async () => {
    for (const [index, component] of missing.entries()) {
      if (await component.isReady(context)) continue;
      const began = Date.now();
      log(`set-up ${index + 1} of ${missing.length}: ${component.title}`);
      await component.install(context);
      if (!(await component.isReady(context))) {
        throw new SetupError(`Setting up ${component.name} finished but it is still not usable. Logs: ${join(cache, 'logs')}`);
      }
      log(`  done in ${((Date.now() - began) / 1000).toFixed(0)} s`);
    }
  });
  return [];
}

if (process.argv[1] === join(root, 'scripts/setup.mjs')) {
  await main(async () => {
    const { values } = parseArgs({
      options: {
        only: { type: 'string', multiple: true, default: [] },
        check: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return void console.log(help);
    if (values.list) {
      for (const c of await components()) console.log(`${c.name.padEnd(14)} ${c.title}`);
      return;
    }
    const missing = await setUp({ only: values.only, check: values.check });
    if (missing.length) {
      console.log(`missing: ${missing.join(' ')}`);
      return 1;
    }
    log('everything is set up');
  });
}
