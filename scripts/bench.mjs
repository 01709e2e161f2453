// SPDX-License-Identifier: Apache-2.0
// npm run bench: lists the benches found in tests/bench, or runs one and closes with one JSON line of what it measured.

import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build, shipped } from './build.mjs';
import { SetupError, cache, log, main, root, run } from './lib/host.mjs';
import { setUp } from './setup.mjs';

/** Loads the benches: tests/bench/<name>/bench.mjs exporting `default {name, title, targets?, run(context) -> {ratios, values}}`. */
async function benches() {
  const folder = join(root, 'tests/bench');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => existsSync(join(folder, name, 'bench.mjs'))).sort() : [];
  return Promise.all(names.map(async (name) => ({ name, ...(await import(join(folder, name, 'bench.mjs'))).default })));
}

await main(async () => {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { help: { type: 'boolean', default: false } } });
  await setUp({ only: ['packages'] });
  const all = await benches();
  if (values.help || positionals.length === 0) {
    console.log('npm run bench -- NAME\n');
    for (const { name, title } of all) console.log(`  ${name.padEnd(12)} ${title}`);
    return;
  }
  const bench = all.find(({ name }) => name === positionals[0]);
  if (!bench) throw new SetupError(`There is no bench ${positionals[0]}. npm run bench lists them.`);
  await setUp();
  await build(bench.targets ?? shipped);
  process.env.TESSERA_FIXTURES ??= join(cache, 'fixtures');
  process.env.TESSERA_CACHE ??= cache;
  const results = join(root, 'build/test-results');
  mkdirSync(results, { recursive: true });
  const { ratios = {}, values: measured = {} } = await bench.run({ root, cache, results, log, run });
  const machine = { cpu: cpus()[0]?.model.trim(), cores: cpus().length, memory_gb: Math.round(totalmem() / 2 ** 30), node: process.version };
  console.log(JSON.stringify({ bench: bench.name, ratios, values: measured, machine }));
});
