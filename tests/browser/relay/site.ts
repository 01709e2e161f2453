// SPDX-License-Identifier: Apache-2.0
// A server with the built package under /engine and a page that has its relay as `relay`, under a strict policy; and places in a room.
import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { TestClient } from '../../../js/server/src/testing/client.js';
import { engineDist } from '../lib/paths.js';
import type { Resources } from '../lib/resources.js';

const types: Record<string, string> = { '.js': 'text/javascript', '.wasm': 'application/wasm' };
const pages: Record<string, [type: string, body: string]> = {
  '/': ['text/html', '<!doctype html><title>relay</title><link rel="icon" href="data:,"><script type="module" src="/load.js"></script>'],
  '/load.js': [types['.js']!, "globalThis.relay = await import('/engine/relay.js');\n"],
};

/** Gives the site's origin. `host`: the address it listens on. */
export async function serveRelayPage(resources: Resources, host = '127.0.0.1'): Promise<string> {
  const policy = { 'content-security-policy': "default-src 'self'; img-src data:; media-src 'self' blob:; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' ws://*:*" };
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? '/', 'http://localhost').pathname;
    const page = pages[name];
    if (page) return void response.writeHead(200, { 'content-type': page[0], ...policy }).end(page[1]);
    const file = path.join(engineDist, path.normalize(name.replace(/^\/engine\//, '')));
    if (!name.startsWith('/engine/') || !file.startsWith(engineDist) || !statSync(file, { throwIfNoEntry: false })?.isFile()) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': types[path.extname(file)] ?? 'application/octet-stream', ...policy }).end(readFileSync(file));
  });
  await new Promise<void>((resolve) => { server.listen(0, host, resolve); });
  resources.add(server, 'site', (value) => new Promise<void>((resolve) => { value.closeAllConnections(); value.close(() => resolve()); }));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the server has no address');
  return `http://${host}:${address.port}`;
}

/** A place in a room, held by signalling until the resources are closed. Gives the participant's key. */
export async function takePlace(resources: Resources, origin: string, room: string): Promise<string> {
  const key = randomBytes(32).toString('base64url');
  const response = await fetch(`${origin}/api/token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ room }) });
  const { token } = (await response.json()) as { token: string };
  const client = resources.add(await TestClient.connect(origin, { key }), 'a place in the room', (value) => value[Symbol.asyncDispose]());
  await client.join({ room, token });
  return key;
}
