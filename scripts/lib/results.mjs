// SPDX-License-Identifier: Apache-2.0
// Reads how many tests passed and failed from the reports that Catch2 and Vitest write.

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Adds counts up. */
export function sum(counts) {
  return counts.reduce((a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed }), { passed: 0, failed: 0 });
}

/**
 * Runs a Catch2 program and counts its test cases.
 * @param {object} context what a suite's run() is given
 * @param {string} name of the report
 * @param {string[]} command program and arguments
 */
export async function runCatch2(context, name, command) {
  const report = join(context.results, `${name}.xml`);
  rmSync(report, { force: true });
  const [program, ...args] = [...command, '--reporter', 'console', '--reporter', `xml::out=${report}`, '--order', 'rand', '--rng-seed', 'time'];
  const { code } = await context.run(program, args, { allowFailure: true });
  const counts = existsSync(report) && readFileSync(report, 'utf8').match(/<OverallResultsCases successes="(\d+)" failures="(\d+)"/);
  if (!counts) return { passed: 0, failed: 1 };
  const failed = Number(counts[2]);
  return { passed: Number(counts[1]), failed: failed || (code ? 1 : 0) };
}

/**
 * Runs Vitest and counts its tests; a file that cannot be loaded counts as a failed test.
 * @param {object} context what a suite's run() is given
 * @param {string} name of the report
 * @param {string[]} args for `vitest run`
 * @param {{prefix?: string[], env?: object}} [options] `prefix`: a command that runs Vitest in some environment
 */
export async function runVitest(context, name, args, { prefix = [], env = {} } = {}) {
  const report = join(context.results, `${name}.json`);
  rmSync(report, { force: true });
  const command = [...prefix, 'node', join(context.root, 'node_modules/vitest/vitest.mjs'), 'run', ...args,
    '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, `--reporter=${join(context.root, 'scripts/lib/second-tries.mjs')}`];
  const { code } = await context.run(command[0], command.slice(1), { allowFailure: true, env });
  if (!existsSync(report)) return { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
  const failed = numFailedTests || numFailedTestSuites;
  return { passed: numPassedTests, failed: failed || (code ? 1 : 0) };
}
