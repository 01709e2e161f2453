// SPDX-License-Identifier: Apache-2.0
// The relay: from one page's picture to the other's, on an idle link and on a slow one with losses, and how many receivers one core serves.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inNamespace } from '../../browser/run.mjs';
import { measureReceivers } from './receivers.mjs';

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
const percentile = (list, share) => list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))];

export default {
  name: 'relay',
  title: 'the relay: 360p30 glass to glass on an idle link (goal 180 ms) and on 1 Mbit/s, 40 ms, 2 % loss (goal 400 ms); receivers a core (goal 100)',
  targets: ['native', 'wasm', 'engine', 'server'],
  async run({ root, results = join(root, 'build'), log, run }) {
    const server = await measureReceivers(root);
    log(`relay: ${server.receivers} receivers of one stream took ${(server.share * 100).toFixed(1)} % of a core: ${server.perCore} a core, ${server.millisPerStream.toFixed(2)} ms of processor a second and forwarded stream (sound and picture)`);
    const report = join(results, 'bench-relay.json');
    const [program, args] = inNamespace(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', 'tests/bench/relay/vitest.config.ts']);
    await run(program, args, { cwd: root, env: { TESSERA_BENCH_REPORT: report } });
    const { idle, narrow } = JSON.parse(readFileSync(report, 'utf8'));
    for (const [name, list, goal] of [['idle link', idle, 180], ['1 Mbit/s, 40 ms, 2 % loss', narrow, 400]]) {
      log(`relay: ${name}: median ${median(list)} ms, 95 % within ${percentile(list, 0.95)} ms, of ${list.length} pictures (goal ${goal})`);
    }
    return {
      ratios: {},
      values: {
        glass_to_glass_idle_ms: median(idle),
        glass_to_glass_1mbit_ms: median(narrow),
        glass_to_glass_1mbit_p95_ms: percentile(narrow, 0.95),
        receivers_per_core: server.perCore,
        server_ms_per_stream_second: Number(server.millisPerStream.toFixed(3)),
      },
    };
  },
};
