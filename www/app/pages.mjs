// SPDX-License-Identifier: Apache-2.0
// Finds the pages of the site (the app and one folder per demo) for the development server and the build.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const VIRTUAL = 'virtual:demos';

/**
 * Every folder of `demos` that has an index.html, with the title and the description that its page states.
 * @param {string} demos folder
 */
export function findDemos(demos) {
  if (!existsSync(demos)) return [];
  return readdirSync(demos, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(demos, entry.name, 'index.html')))
    .map((entry) => {
      const html = readFileSync(join(demos, entry.name, 'index.html'), 'utf8');
      const title = /<title>([^<]*)<\/title>/i.exec(html)?.[1] ?? entry.name;
      const description = /<meta\s+name="description"\s+content="([^"]*)"/i.exec(html)?.[1] ?? '';
      return { name: entry.name, title: decode(title.split(/ [·|–-] Tessera/)[0].trim()), description: decode(description) };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** @param {string} text HTML with the five predefined entities */
function decode(text) {
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name]);
}

/**
 * Vite plugin. The root is `www`: the app's pages are served at `/`, `/r/NAME` and `/w/NAME`, demos at `/demos/NAME/`;
 * in the build `app/index.html`, `app/r.html` and `app/w.html` move to the top.
 * @param {{ www: string }} options
 * @returns {import('vite').Plugin}
 */
export function pages({ www }) {
  const demos = join(www, 'demos');
  return {
    name: 'tessera-pages',
    resolveId: (id) => (id === VIRTUAL ? `\0${VIRTUAL}` : undefined),
    load: (id) => (id === `\0${VIRTUAL}` ? `export const demos = ${JSON.stringify(findDemos(demos))};` : undefined),
    configureServer(server) {
      server.middlewares.use((request, _response, next) => {
        const [path, query] = (request.url ?? '/').split('?');
        const rewritten = path === '/' || path === '/index.html' ? '/app/index.html' : /^\/[rw]\/[^/]*\/?$/.test(path) ? `/app/${path[1]}.html`
          : /^\/demos\/(?:[\w-]+\/)?$/.test(path) ? `${path}index.html` : path;
        if (rewritten !== path) request.url = rewritten + (query ? `?${query}` : '');
        next();
      });
    },
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        for (const name of ['index.html', 'r.html', 'w.html']) {
          const page = bundle[`app/${name}`];
          if (page) page.fileName = name;
        }
      },
    },
  };
}
