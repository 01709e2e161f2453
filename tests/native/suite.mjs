// SPDX-License-Identifier: Apache-2.0
// The core's own tests, three times: native, native with sanitizers, and as WebAssembly in Node.

import { join } from 'node:path';
import { runCatch2, sum } from '../../scripts/lib/results.mjs';

export default {
  title: 'the core: native, with AddressSanitizer and UndefinedBehaviorSanitizer, and as WebAssembly in Node',
  order: 20,
  targets: ['wasm', 'native', 'asan', 'wasm-tests'],
  async run(context) {
    const at = (preset, file) => join(context.root, 'build', preset, 'tests', file);
    return sum([
      await runCatch2(context, 'native', [at('native', 'tessera_tests')]),
      await runCatch2(context, 'native-asan', [at('native-asan', 'tessera_tests')]),
      await runCatch2(context, 'native-wasm', ['node', at('wasm-release', 'tessera_tests.cjs')]),
    ]);
  },
};
