// SPDX-License-Identifier: Apache-2.0
// Every parser and every decoder under libFuzzer with sanitizers: a minute for all in each run, a million inputs each in the long one.

import { mkdirSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

/** All targets together, by the clock. */
const minute = 60;
/** Two at a time, where there are two processors: each target uses one and up to 2 GB. */
const width = Math.min(2, availableParallelism());

/** Streams of our own encoders, which the decoders' targets begin with. @returns {Promise<string>} a folder with one folder a target */
async function makeSeeds(context, folder, targets) {
  const seeds = join(context.root, 'build/fuzz-seeds');
  for (const target of targets) mkdirSync(join(seeds, target), { recursive: true });
  await context.run(join(folder, 'make_video_seeds'), [seeds], { capture: true });
  await context.run(join(folder, 'make_packet_seeds'), [join(seeds, 'fuzz_opus_decoder'), '0'], { capture: true });
  await context.run(join(folder, 'make_dred_seeds'), [join(seeds, 'fuzz_dred_decoder'), '500'], { capture: true });
  return seeds;
}

export default {
  title: 'fuzzing of every parser and decoder',
  order: 25,
  targets: ['fuzz'],
  async run(context) {
    const folder = join(context.root, 'build/native-fuzz/tests');
    const targets = readdirSync(folder).filter((file) => /^fuzz_[a-z0-9_]+$/.test(file)).sort();
    const seeds = await makeSeeds(context, folder, targets);
    const seconds = Math.max(1, Math.floor((minute * width) / targets.length));
    const counts = { passed: 0, failed: 0 };
    const fuzz = async (target) => {
      const corpus = join(context.root, 'build/fuzz-corpus', target);
      mkdirSync(corpus, { recursive: true });
      const length = context.long ? ['-runs=1000000'] : [`-max_total_time=${seconds}`];
      const { code, output } = await context.run(
        join(folder, target),
        [corpus, join(seeds, target), ...length, '-timeout=10', '-rss_limit_mb=2048', '-print_final_stats=1', `-artifact_prefix=${context.results}/${target}-`],
        { allowFailure: true, capture: true },
      );
      const runs = output.match(/Done (\d+) runs/)?.[1];
      const good = code === 0 && Number(runs) > 0;
      context.log(`  ${target}: ${good ? `${runs} inputs, nothing found` : 'FAILED'}`);
      if (!good) process.stderr.write(`${output.split('\n').slice(-40).join('\n')}\n`);
      counts[good ? 'passed' : 'failed']++;
    };
    const waiting = [...targets];
    await Promise.all(Array.from({ length: width }, async () => {
      while (waiting.length) await fuzz(waiting.shift());
    }));
    return counts;
  },
};
