// SPDX-License-Identifier: Apache-2.0
// Every parser under libFuzzer with sanitizers: seconds in each run, a million inputs each in the long one.

import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const seconds = 5;

export default {
  title: 'fuzzing of every parser',
  order: 25,
  targets: ['fuzz'],
  async run(context) {
    const folder = join(context.root, 'build/native-fuzz/tests');
    const targets = readdirSync(folder).filter((file) => /^fuzz_[a-z0-9_]+$/.test(file)).sort();
    const counts = { passed: 0, failed: 0 };
    for (const target of targets) {
      const corpus = join(context.root, 'build/fuzz-corpus', target);
      mkdirSync(corpus, { recursive: true });
      const length = context.long ? ['-runs=1000000'] : [`-max_total_time=${seconds}`];
      const { code, output } = await context.run(join(folder, target), [corpus, ...length, '-timeout=10', '-rss_limit_mb=2048', `-artifact_prefix=${context.results}/`], {
        allowFailure: true,
        capture: true,
      });
      const runs = output.match(/Done (\d+) runs/)?.[1];
      context.log(`  ${target}: ${code === 0 && runs ? `${runs} inputs, nothing found` : 'FAILED'}`);
      if (code !== 0 || !runs) process.stderr.write(`${output.split('\n').slice(-40).join('\n')}\n`);
      counts[code === 0 && runs ? 'passed' : 'failed']++;
    }
    return counts;
  },
};
