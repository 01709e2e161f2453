// SPDX-License-Identifier: Apache-2.0
// The JavaScript unit tests, which stand beside the code they test.

import { runVitest } from '../../scripts/lib/results.mjs';

export default {
  title: 'JavaScript: engine, server and web app',
  order: 30,
  targets: ['wasm', 'engine', 'server'],
  run: (context) => runVitest(context, 'unit', ['--config', 'tests/unit/vitest.config.mjs']),
};
