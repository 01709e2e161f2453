// SPDX-License-Identifier: Apache-2.0
// What must be true of the tree itself: layering, sizes, generated types, licences, tidiness.

import { runVitest } from '../../scripts/lib/results.mjs';

export default {
  title: 'layering, sizes, generated types, licences, tidiness',
  order: 10,
  targets: ['wasm', 'engine', 'server', 'app'],
  run: (context) => runVitest(context, 'checks', ['--config', 'tests/checks/vitest.config.mjs']),
};
