// SPDX-License-Identifier: Apache-2.0
// Unit tests are *.test.ts beside the code, run in Node.

import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: resolve(import.meta.dirname, '../..'),
  test: {
    include: ['js/*/src/**/*.test.ts', 'www/app/src/**/*.test.ts', 'scripts/**/*.test.mjs'],
    environment: 'node',
    maxWorkers: 2,
  },
});
