// SPDX-License-Identifier: Apache-2.0
// How the browser tests run: in Node, one file and one test at a time, because each drives real browsers.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  cacheDir: fileURLToPath(new URL('../../node_modules/.vite/browser', import.meta.url)),
  test: {
    root: import.meta.dirname,
    environment: 'node',
    include: ['**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    // Two cores, real browsers, real networks: one more try each, and scripts/lib/second-tries.mjs names who needed it.
    retry: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
    reporters: ['verbose'],
  },
});
