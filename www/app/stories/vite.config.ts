// SPDX-License-Identifier: Apache-2.0
// Serves the app with a stand-in engine, to look at its screens: npm run stories -w www/app, then /r/demo#people=5

import { resolve } from 'node:path';
import { defineConfig } from 'vite';
import { pages } from '../pages.mjs';

const app = resolve(import.meta.dirname, '..');
const www = resolve(app, '..');

export default defineConfig({
  root: www,
  publicDir: resolve(app, 'public'),
  cacheDir: resolve(app, '../../node_modules/.vite/stories'),
  plugins: [pages({ www })],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  resolve: {
    alias: [
      { find: /^tessera-rtc$/, replacement: resolve(app, 'stories/engine.ts') },
      { find: /^tessera-rtc\/background$/, replacement: resolve(app, 'stories/background.ts') },
    ],
  },
  server: { fs: { allow: [resolve(app, '../..')] } },
});
