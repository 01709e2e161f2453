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
    const run = (name, command) => runCatch2(context, name, command);
    // The sanitized run takes as long as the other two together, on the other core.
    return sum(await Promise.all([
      run('native-asan', [at('native-asan', 'tessera_tests')]),
      run('native', [at('native', 'tessera_tests')]).then(async (native) =>
        sum([native, await run('native-wasm', ['node', at('wasm-release', 'tessera_tests.cjs')])])),
    ]));
  },
};
