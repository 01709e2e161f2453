// SPDX-License-Identifier: Apache-2.0
// A server with the built package under /engine and a page that has it as `codecs`, under a strict policy.
import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { engineDist } from '../lib/paths.js';
import type { Resources } from '../lib/resources.js';

const types: Record<string, string> = { '.js': 'text/javascript', '.wasm': 'application/wasm' };

/** Gives the site's origin. */
export async function serveEngine(resources: Resources): Promise<string> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const file = path.join(engineDist, path.normalize(url.pathname.replace(/^\/engine\//, '')));
    const policy = { 'content-security-policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'" };
    if (url.pathname === '/') return void response.writeHead(200, { 'content-type': 'text/html', ...policy }).end('<!doctype html><title>codecs</title><script type="module" src="/load.js"></script>');
    if (url.pathname === '/load.js') return void response.writeHead(200, { 'content-type': types['.js']!, ...policy }).end("import * as codecs from '/engine/codecs.js';\nglobalThis.codecs = codecs;\n");
    if (!url.pathname.startsWith('/engine/') || !file.startsWith(engineDist) || !statSync(file, { throwIfNoEntry: false })?.isFile()) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': types[path.extname(file)] ?? 'application/octet-stream', ...policy }).end(readFileSync(file));
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  resources.add(server, 'site', (value) => new Promise<void>((resolve) => { value.closeAllConnections(); value.close(() => resolve()); }));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the server has no address');
  return `http://127.0.0.1:${address.port}`;
}
