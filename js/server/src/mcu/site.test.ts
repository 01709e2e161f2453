// SPDX-License-Identifier: Apache-2.0
// The mixing browser's site: the page and the engine, everything else from the signalling server, and nothing outside the engine's folder.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, TestClient } from '../testing/client.js';
import { serveMixingPage } from './site.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tessera-mcu-'));
  mkdirSync(join(folder, 'dist', 'wasm'), { recursive: true });
  writeFileSync(join(folder, 'dist', 'index.js'), 'export const engine = true;\n');
  writeFileSync(join(folder, 'dist', 'wasm', 'x.wasm'), 'wasm');
  writeFileSync(join(folder, 'dist', 'README.md'), 'not served');
  writeFileSync(join(folder, 'secret.js'), 'hidden');
});
afterAll(() => rmSync(folder, { recursive: true, maxRetries: 20, retryDelay: 100 }));

/** Asks for a path as it is, which fetch() would tidy. */
const ask = (base: string, path: string): Promise<{ status: number; type: string; body: string }> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(base);
    request({ hostname, port, path }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, type: String(response.headers['content-type']), body }));
    }).on('error', reject).end();
  });

test('serves the page and the engine, and no other file', async () => {
  await using server = await startServer();
  const site = await serveMixingPage(new URL(server.url), join(folder, 'dist'));
  try {
    const page = await ask(site.page, '/tessera-mcu/');
    expect([page.status, page.type]).toEqual([200, 'text/html']);
    expect(await ask(site.page, '/tessera-mcu/engine/index.js')).toMatchObject({ status: 200, type: 'text/javascript', body: 'export const engine = true;\n' });
    expect(await ask(site.page, '/tessera-mcu/engine/wasm/x.wasm')).toMatchObject({ status: 200, type: 'application/wasm' });
    for (const path of ['README.md', 'nothing.js', '..%2fsecret.js', '../secret.js', '']) {
      expect((await ask(site.page, `/tessera-mcu/engine/${path}`)).status).toBe(404);
    }
  } finally {
    await site.close();
  }
});

test('passes everything else on: requests, and sockets of pages that come from it', async () => {
  await using server = await startServer({ openRooms: true });
  const site = await serveMixingPage(new URL(server.url), join(folder, 'dist'));
  const { origin } = new URL(site.page);
  try {
    expect(await (await fetch(`${origin}/healthz`)).json()).toEqual({ status: 'ok' });
    const answer = await fetch(`${origin}/api/token`, { method: 'POST', headers: { 'content-type': 'application/json', origin }, body: '{"room":"standup"}' });
    expect(((await answer.json()) as { token: string }).token).toMatch(/^ey/);
    for (const transports of [['websocket'], ['polling']]) {
      await using client = await TestClient.connect(origin, { transports, headers: { origin } });
      expect((await client.join({ name: 'Mixer' })).room.name).toBeTypeOf('string');
    }
  } finally {
    await site.close();
  }
});

test('a server that is away is an error of that request alone', async () => {
  const site = await serveMixingPage(new URL('http://127.0.0.1:9'), join(folder, 'dist'));
  try {
    expect((await ask(site.page, '/healthz')).status).toBe(502);
    expect((await ask(site.page, '/tessera-mcu/')).status).toBe(200);
  } finally {
    await site.close();
  }
});
