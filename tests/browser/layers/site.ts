// SPDX-License-Identifier: Apache-2.0
// Serves a folder under the strict policy, with a page of the test's own at / where one is given.
import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import type { Resources } from '../lib/resources.js';

const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.wasm': 'application/wasm' };

/** Gives the site's origin. */
export async function serveFolder(resources: Resources, folder: string, page?: string): Promise<string> {
  const policy = { 'content-security-policy': `default-src 'self'; script-src 'self' 'wasm-unsafe-eval'${page ? " 'unsafe-inline'" : ''}; style-src 'self' 'unsafe-inline'` };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (page && url.pathname === '/') return void response.writeHead(200, { 'content-type': 'text/html', ...policy }).end(page);
    const file = path.join(folder, path.normalize(url.pathname.endsWith('/') ? `${url.pathname}index.html` : url.pathname));
    if (!file.startsWith(folder) || !statSync(file, { throwIfNoEntry: false })?.isFile()) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': types[path.extname(file)] ?? 'application/octet-stream', ...policy }).end(readFileSync(file));
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  resources.add(server, 'site', (value) => new Promise<void>((resolve) => { value.closeAllConnections(); value.close(() => resolve()); }));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the server has no address');
  return `http://127.0.0.1:${address.port}`;
}
