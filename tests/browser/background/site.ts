// SPDX-License-Identifier: Apache-2.0
// Serves the built package and one empty page under a strict Content-Security-Policy, and opens it in a browser.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { root } from '../lib/paths.js';
import type { Resources } from '../lib/resources.js';

const types: Record<string, string> = { '.js': 'text/javascript', '.wasm': 'application/wasm', '.tsm': 'application/octet-stream', '.jpg': 'image/jpeg' };
const csp = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

export interface Site {
  readonly origin: string;
  /** Paths asked for so far. */
  readonly requests: string[];
}

/**
 * `files`: further files by path. A folder with a `background-worker.js` of its own is a copy of the package in everything
 * else: an assetBaseUrl with another worker.
 */
export async function serveSite(resources: Resources, files: Record<string, Buffer> = {}): Promise<Site> {
  const dist = path.join(root, 'js/engine/dist');
  if (!existsSync(path.join(dist, 'background.js'))) throw new Error(`${dist}/background.js is missing: run scripts/build`);
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const name = new URL(request.url!, 'http://site').pathname;
    requests.push(name);
    response.setHeader('content-security-policy', csp);
    if (name === '/') return response.setHeader('content-type', 'text/html').end('<!doctype html><html lang="en"><title>background</title><script type="module" src="/page.js"></script><body>');
    if (name === '/page.js') return response.setHeader('content-type', 'text/javascript').end("globalThis.background = await import('/dist/background.js');");
    const packaged = path.join(root, 'js/engine', name.replace(/^\/\w+\/(wasm|models)\//, '/dist/$1/'));
    const body = files[name] ?? (packaged.startsWith(dist) && existsSync(packaged) ? readFileSync(packaged) : null);
    if (!body) return response.writeHead(404).end();
    response.setHeader('content-type', types[path.extname(name)] ?? 'application/octet-stream').end(body);
  });
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve); });
  resources.add(server, 'site', value => { value.closeAllConnections(); value.close(); });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}
