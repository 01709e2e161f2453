// SPDX-License-Identifier: Apache-2.0
// Checks read the tree and the built packages; they run in Node.

import { defineConfig } from 'vitest/config';

export default defineConfig({ root: import.meta.dirname, test: { include: ['*.test.mjs'], environment: 'node', testTimeout: 60_000 } });
