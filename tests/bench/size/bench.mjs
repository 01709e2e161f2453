// SPDX-License-Identifier: Apache-2.0
// How much a first call downloads, and how much a background adds.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inNamespace } from '../../browser/run.mjs';

const total = (rows, pattern) => rows.filter(([path]) => pattern.test(path)).reduce((sum, [, size]) => sum + size, 0);

export default {
  name: 'size',
  title: 'gzipped bytes of what a first call downloads, and of what a background adds',
  async run({ root, results, log, run }) {
    const report = join(results, 'bench-size.json');
    const [program, args] = inNamespace(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', 'tests/bench/size/vitest.config.ts']);
    await run(program, args, { cwd: root, env: { TESSERA_BENCH_REPORT: report } });
    const { call, added } = JSON.parse(readFileSync(report, 'utf8'));
    for (const [path, size] of call) log(`call        ${String(size).padStart(7)} ${path}`);
    for (const [path, size] of added) log(`background  ${String(size).padStart(7)} ${path}`);
    const values = {
      first_call_gz: total(call, /\.(m?js|wasm)$/),
      background_wasm_gz: total(added, /\.wasm$/),
      background_js_gz: total(added, /\.m?js$/),
      model_gz: total(added, /\.tsm$/),
    };
    log(`a first call ${values.first_call_gz} bytes (goal 120000), a background ${values.background_wasm_gz} of WASM (goal 40000) plus the model`);
    return { ratios: {}, values };
  },
};
