// SPDX-License-Identifier: Apache-2.0
// A server with the built package, a page that has `recorder`, and recordings to play, under a strict policy.
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { engineDist } from '../lib/paths.js';
import type { Resources } from '../lib/resources.js';

const types: Record<string, string> = { '.js': 'text/javascript', '.wasm': 'application/wasm', '.webm': 'video/webm', '': 'text/html' };
const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; media-src 'self' blob:";

/** `files`: what is served beside the package, by path; may be added to later. Gives the site's origin. */
export async function serveRecorder(resources: Resources, files: Map<string, Buffer>): Promise<string> {
  if (!existsSync(path.join(engineDist, 'recorder.js'))) throw new Error(`${engineDist}/recorder.js is missing: run scripts/build`);
  files.set('/', Buffer.from('<!doctype html><html lang="en"><title>recorder</title><link rel="icon" href="data:,"><script type="module" src="/page.js"></script><body>'));
  files.set('/page.js', Buffer.from("globalThis.recorder = await import('/dist/recorder.js');\n"));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://site');
    const file = path.join(engineDist, path.normalize(pathname.replace(/^\/dist\//, '')));
    const body = files.get(pathname) ?? (pathname.startsWith('/dist/') && existsSync(file) ? readFileSync(file) : null);
    if (!body) return void response.writeHead(404).end();
    const headers = { 'content-security-policy': policy, 'content-type': types[path.extname(pathname)] ?? 'application/octet-stream', 'accept-ranges': 'bytes' };
    // Players seek by asking for a range.
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    if (!range) return void response.writeHead(200, { ...headers, 'content-length': body.length }).end(body);
    const [from, to] = [Number(range[1]), Math.min(range[2] ? Number(range[2]) : Infinity, body.length - 1)];
    response.writeHead(206, { ...headers, 'content-range': `bytes ${from}-${to}/${body.length}`, 'content-length': to - from + 1 }).end(body.subarray(from, to + 1));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  resources.add(server, 'site', (value) => { value.closeAllConnections(); value.close(); });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
