// SPDX-License-Identifier: Apache-2.0
// The npm package as a site meets it: packed, installed in an empty project, bundled, opened under a strict policy.

import { runVitest } from '../../scripts/lib/results.mjs';

export default {
  title: 'the npm package, packed, installed, bundled with Vite and esbuild, opened in Chromium',
  order: 40,
  targets: ['wasm', 'engine', 'server'],
  run: (context) => runVitest(context, 'package', ['--config', 'tests/package/vitest.config.mjs']),
};
