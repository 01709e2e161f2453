// SPDX-License-Identifier: Apache-2.0
// The package in Firefox at 720p: frames a second, and what it adds to the time from camera to screen.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inNamespace } from '../../browser/run.mjs';

/** @returns {Promise<{values: Record<string, number>}>} */
export async function measureFirefox({ root, results, run }) {
  const report = join(results, 'bench-background-firefox.json');
  const [program, args] = inNamespace(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', 'tests/bench/background/vitest.config.ts']);
  await run(program, args, { cwd: root, env: { TESSERA_BENCH_REPORT: report } });
  return { values: JSON.parse(readFileSync(report, 'utf8')) };
}
