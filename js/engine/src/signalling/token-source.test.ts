// SPDX-License-Identifier: Apache-2.0
// Tokens: given, asked for, or a guest's.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { TokenSource } from './token-source.js';

let server: Server | undefined;
afterEach(() => void server?.close());

async function serve(status: number, body: string): Promise<{ url: URL; asked: unknown[] }> {
  const asked: unknown[] = [];
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += chunk)).on('end', () => {
      asked.push([request.method, request.url, JSON.parse(text)]);
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { url: new URL(`http://127.0.0.1:${(server?.address() as AddressInfo).port}/path`), asked };
}

test('a guest’s token comes from the server', async () => {
  const { url, asked } = await serve(200, '{"token":"t1","expiresIn":600}');
  const tokens = new TokenSource(url, 'standup', 'Ana', undefined);
  expect(tokens.renewable).toBe(true);
  expect(await tokens.get()).toBe('t1');
  expect(tokens.current).toBe('t1');
  expect(asked).toEqual([['POST', '/api/token', { room: 'standup', name: 'Ana' }]]);
});

test('a server without open rooms says so', async () => {
  const { url } = await serve(403, '{"code":"token-required","message":"no"}');
  await expect(new TokenSource(url, 'standup', undefined, undefined).get()).rejects.toMatchObject({ name: 'RoomError', code: 'token-required' });
});

test('something that is no tessera-server counts as unreachable', async () => {
  const { url } = await serve(404, '<html>');
  await expect(new TokenSource(url, 'standup', undefined, undefined).get()).rejects.toMatchObject({ code: 'server-unreachable' });
});

test('nobody there counts as unreachable', async () => {
  const { url } = await serve(200, '{}');
  await new Promise((resolve) => server?.close(resolve));
  await expect(new TokenSource(url, 'standup', undefined, undefined).get()).rejects.toMatchObject({ code: 'server-unreachable' });
});

test('a function is asked each time, a string never changes', async () => {
  let count = 0;
  const tokens = new TokenSource(new URL('http://unused.example'), 'standup', undefined, () => `t${++count}`);
  expect([await tokens.get(), await tokens.get(), tokens.current]).toEqual(['t1', 't2', 't2']);
  const fixed = new TokenSource(new URL('http://unused.example'), 'standup', undefined, 'only');
  expect([fixed.renewable, await fixed.get(), fixed.current]).toEqual([false, 'only', 'only']);
});
