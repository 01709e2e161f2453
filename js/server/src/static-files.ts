// SPDX-License-Identifier: Apache-2.0
// Serves the built web app and the demos: compressed, cached for good where the name holds a hash, `/r/NAME` and `/w/NAME` to the app.
import { existsSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join, resolve } from 'node:path';
import compression from 'compression';
import { Router } from 'express';
import expressStaticGzip from 'express-static-gzip';

/** A name with a content hash of at least eight characters, as bundlers write it: `app-Bx81_kQz.js`. */
const hashedName = /[-.][A-Za-z0-9_-]{8,}\.[a-z0-9]+(\.(br|gz))?$/;
const hasDigitOrCapital = /[-.](?=[A-Za-z0-9_-]*[A-Z0-9_])[A-Za-z0-9_-]{8,}\.[a-z0-9]+(\.(br|gz))?$/;

/** True where a file's content cannot change under its name. */
export const isImmutable = (path: string): boolean => /[\\/]assets[\\/]/.test(path) && hashedName.test(path) && hasDigitOrCapital.test(path);

const setHeaders = (response: ServerResponse, path: string): void => {
  response.setHeader('Cache-Control', isImmutable(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
};

const folder = (path: string) =>
  expressStaticGzip(path, {
    enableBrotli: true,
    orderPreference: ['br', 'gz'],
    index: 'index.html',
    serveStatic: { setHeaders, dotfiles: 'ignore', fallthrough: true },
  });

/** The page of a room, to join it (r) or to watch it (w): the app's own for it where there is one, else its only page. */
const roomPage = (staticDir: string, kind: 'r' | 'w'): string | undefined =>
  [`${kind}/index.html`, `${kind}.html`, 'index.html'].map((name) => join(staticDir, name)).find((path) => existsSync(path));

/** @param directories folders that must exist */
export function staticFiles(directories: { staticDir?: string | undefined; demosDir?: string | undefined }): Router {
  const router = Router();
  router.use(compression({ threshold: 1024 }));
  if (directories.demosDir !== undefined) router.use('/demos', folder(resolve(directories.demosDir)));
  if (directories.staticDir === undefined) return router;
  const staticDir = resolve(directories.staticDir);
  for (const kind of ['r', 'w'] as const) {
    router.get(`/${kind}/:room`, (_request, response, next) => {
      const page = roomPage(staticDir, kind);
      if (page === undefined) {
        next();
        return;
      }
      response.sendFile(page, { headers: { 'Cache-Control': 'no-cache' } });
    });
  }
  router.use(folder(staticDir));
  return router;
}
