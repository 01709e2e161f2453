// SPDX-License-Identifier: Apache-2.0
// How the web app and the demos are built and served in development.

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig } from 'vite';
import { withStaticImports } from '../../scripts/lib/sizes.mjs';
import { findDemos, pages } from './pages.mjs';
import { selfieModel } from './selfie-model.mjs';

const app = import.meta.dirname;
const www = resolve(app, '..');

const input: Record<string, string> = { home: resolve(app, 'index.html'), call: resolve(app, 'r.html'), watch: resolve(app, 'w.html') };
if (existsSync(resolve(www, 'demos/index.html'))) input['demos'] = resolve(www, 'demos/index.html');
for (const { name } of findDemos(resolve(www, 'demos'))) input[`demo-${name}`] = resolve(www, 'demos', name, 'index.html');

/** The engine's own entry with all that it imports at once, and none of the parts that it fetches when they are needed. */
const entry = 'js/engine/dist/index.js';
const repository = resolve(app, '../..');
const engine = new Set(existsSync(resolve(repository, entry)) ? [...withStaticImports(entry)].map((file) => resolve(repository, file)) : []);

export default defineConfig({
  root: www,
  publicDir: resolve(app, 'public'),
  cacheDir: resolve(app, '../../node_modules/.vite/app'),
  plugins: [pages({ www }), selfieModel()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  optimizeDeps: { exclude: ['tessera-rtc'] },
  worker: { format: 'es' },
  server: {
    fs: { allow: [resolve(app, '../..')] },
    proxy: {
      '/signalling': { target: 'http://localhost:8080', ws: true },
      '/api': 'http://localhost:8080',
    },
  },
  build: {
    outDir: resolve(app, 'dist'),
    emptyOutDir: true,
    target: 'es2022',
    // A strict CSP: no inlined data, no polyfill that has to run before the page's own code.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input,
      output: {
        // Few files, each needed whole: what both pages share, and what every call needs. Small ones compress badly.
        codeSplitting: {
          groups: [
            { name: 'shared', test: /node_modules\/@?preact|app\/src\/(ui\.tsx|room-name\.ts)|vite\/preload-helper/ },
            { name: 'core', test: /app\/src\/((text|words|storage|backgrounds|browser|engine|keys|format)\.ts|lazy\.tsx|lobby\/(Lobby|Devices)\.tsx|call\/(main\.tsx|(call|media|room-model)\.ts))/ },
            { name: 'engine', test: (id: string) => engine.has(id) },
          ],
        },
      },
    },
  },
});
