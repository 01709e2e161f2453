// SPDX-License-Identifier: Apache-2.0
// npm test: sets up, builds, and runs every suite found in tests/*/suite.mjs, closing with one line over all of them.

import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setUp } from './setup.mjs';
import { build } from './build.mjs';
import { SetupError, cache, log, main, root, run } from './lib/host.mjs';

const help = `npm test [-- SUITE...] [--long] [--list]

Runs all suites, or those named. --long runs what takes too long for every change
(soaks, million-input runs) as well; --list names the suites.`;

/**
 * Loads the suites: tests/<name>/suite.mjs exporting `default {title, order, targets, run(context)}`; `targets` are names
 * of scripts/build; `run` gives {passed, failed} counts of single tests.
 */
async function suites() {
  const found = readdirSync(join(root, 'tests')).filter((name) => existsSync(join(root, 'tests', name, 'suite.mjs')));
  const loaded = await Promise.all(found.map(async (name) => ({ name, ...(await import(join(root, 'tests', name, 'suite.mjs'))).default })));
  return loaded.sort((a, b) => a.order - b.order);
}

await main(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { long: { type: 'boolean', default: false }, list: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  });
  if (values.help) return void console.log(help);
  const all = await suites();
  if (values.list) return void all.forEach((suite) => console.log(`${suite.name.padEnd(12)} ${suite.title}`));
  const unknown = positionals.filter((name) => !all.some((suite) => suite.name === name));
  if (unknown.length) throw new SetupError(`There is no suite ${unknown.join(', ')}. npm test -- --list names them.`);
  const chosen = positionals.length ? all.filter((suite) => positionals.includes(suite.name)) : all;

  await setUp();
  await build([...new Set(chosen.flatMap((suite) => suite.targets))]);
  const results = join(root, 'build/test-results');
  mkdirSync(results, { recursive: true });
  const env = { TESSERA_CACHE: cache, TESSERA_FIXTURES: join(cache, 'fixtures'), ...(values.long ? { TESSERA_LONG: '1' } : {}) };

  const total = { passed: 0, failed: 0 };
  const lines = [];
  for (const suite of chosen) {
    log(`suite ${suite.name}: ${suite.title}`);
    const began = Date.now();
    let outcome;
    try {
      outcome = await suite.run({ root, cache, results, long: values.long, log, run: (c, a, o = {}) => run(c, a, { ...o, env: { ...env, ...o.env } }) });
    } catch (error) {
      process.stderr.write(`${error instanceof SetupError ? error.message : error.stack}\n`);
      outcome = { passed: 0, failed: 1 };
    }
    // A suite that ran nothing has not passed.
    if (outcome.passed + outcome.failed === 0) outcome = { passed: 0, failed: 1 };
    total.passed += outcome.passed;
    total.failed += outcome.failed;
    lines.push(`  ${suite.name.padEnd(12)} ${String(outcome.passed).padStart(5)} passed ${String(outcome.failed).padStart(4)} failed  ${((Date.now() - began) / 1000).toFixed(0)} s`);
  }
  console.log(`\n${lines.join('\n')}\n\n${total.passed} passed, ${total.failed} failed`);
  return total.failed ? 1 : 0;
});
