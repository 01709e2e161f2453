// SPDX-License-Identifier: Apache-2.0
// How long a person waits from the click on Join to the first frame of the other.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inNamespace } from '../../browser/run.mjs';

export default {
  name: 'join',
  title: 'click on Join to the first remote frame, two Chromium pages on one machine (ms, median)',
  async run({ root, results = join(root, 'build'), log, run }) {
    const report = join(results, 'bench-join.json');
    const [program, args] = inNamespace(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', 'tests/bench/join/vitest.config.ts']);
    await run(program, args, { cwd: root, env: { TESSERA_BENCH_REPORT: report } });
    const { rounds } = JSON.parse(readFileSync(report, 'utf8'));
    const sorted = rounds.toSorted((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)];
    log(`join: ${rounds.map(Math.round).join(', ')} ms; median ${Math.round(median)} ms (goal 500)`);
    return { ratios: {}, values: { p2p_first_frame_ms: Math.round(median), p2p_first_frame_min_ms: Math.round(sorted[0]), p2p_first_frame_max_ms: Math.round(sorted.at(-1)) } };
  },
};
