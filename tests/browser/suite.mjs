// SPDX-License-Identifier: Apache-2.0
// Real calls in real browsers, in a network namespace of their own.

import { runVitest } from '../../scripts/lib/results.mjs';
import { inNamespace } from './run.mjs';

export default {
  title: 'real browsers, real calls, real network trouble',
  order: 50,
  targets: ['wasm', 'engine', 'server', 'app', 'native'],
  run(context) {
    const [program, args] = inNamespace('env', []);
    return runVitest(context, 'browser', ['--config', 'tests/browser/vitest.config.ts'], { prefix: [program, ...args] });
  },
};
