// SPDX-License-Identifier: Apache-2.0
// A server with the built package under /engine, pages that have its mixers as `audio` and `video`, and a worklet that records, under a strict policy.
import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { engineDist } from '../lib/paths.js';
import type { Resources } from '../lib/resources.js';

const types: Record<string, string> = { '.js': 'text/javascript', '.wasm': 'application/wasm' };

/** Sends each input's samples, block by block, to the page. */
const recorder = `registerProcessor('recorder', class extends AudioWorkletProcessor {
  process(inputs) {
    this.port.postMessage(inputs.map((channels) => channels[0] ? Float32Array.from(channels[0]) : new Float32Array(128)));
    return true;
  }
});
`;
const pages: Record<string, [type: string, body: string]> = {
  '/': ['text/html', '<!doctype html><title>mixer</title><link rel="icon" href="data:,"><script type="module" src="/load.js"></script>'],
  '/load.js': [types['.js']!, "globalThis.audio = await import('/engine/audio.js');\n"],
  '/video': ['text/html', '<!doctype html><title>video mixer</title><link rel="icon" href="data:,"><script type="module" src="/load-video.js"></script><body>'],
  '/load-video.js': [types['.js']!, "globalThis.load = (name) => import(`/engine/${name}.js`);\nglobalThis.video = await load('mixer');\n"],
  '/recorder.js': [types['.js']!, recorder],
};

/** Gives the site's origin. */
export async function serveMixer(resources: Resources): Promise<string> {
  const policy = { 'content-security-policy': "default-src 'self'; img-src data:; script-src 'self' 'wasm-unsafe-eval'" };
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? '/', 'http://localhost').pathname;
    const page = pages[name];
    if (page) return void response.writeHead(200, { 'content-type': page[0], ...policy }).end(page[1]);
    const file = path.join(engineDist, path.normalize(name.replace(/^\/engine\//, '')));
    if (!name.startsWith('/engine/') || !file.startsWith(engineDist) || !statSync(file, { throwIfNoEntry: false })?.isFile()) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': types[path.extname(file)] ?? 'application/octet-stream', ...policy }).end(readFileSync(file));
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  resources.add(server, 'site', (value) => new Promise<void>((resolve) => { value.closeAllConnections(); value.close(() => resolve()); }));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the server has no address');
  return `http://127.0.0.1:${address.port}`;
}
