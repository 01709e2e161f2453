// SPDX-License-Identifier: Apache-2.0
// The package test drives npm, two bundlers and a browser: one file, in order, with time to install.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: import.meta.dirname,
  test: { include: ['*.test.ts'], environment: 'node', fileParallelism: false, testTimeout: 90_000, hookTimeout: 240_000 },
});
