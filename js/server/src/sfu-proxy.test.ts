// SPDX-License-Identifier: Apache-2.0
// What arrives under /sfu reaches the media server as it was sent, and what it answers comes back.
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer } from './testing/client.js';

let media: Server;
let url: string;
const asked: string[] = [];

beforeAll(async () => {
  media = createServer((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    const made = incoming.method === 'POST' ? { Location: incoming.url === '/base/elsewhere' ? 'https://elsewhere.example/base/1' : '/base/whip/v1/1' } : {};
    response.writeHead(incoming.url === '/base/missing' ? 404 : 200, { 'X-Media': 'yes', ...made }).end(`host ${incoming.headers.host}`);
  });
  // Speaks no WebSocket, only its handshake: bytes are what is passed on.
  media.on('upgrade', (incoming: IncomingMessage, socket: Socket) => {
    asked.push(`UPGRADE ${incoming.url} ${incoming.headers['sec-websocket-protocol']}`);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhello');
    socket.on('data', (chunk: Buffer) => socket.write(chunk.toString().toUpperCase()));
    socket.on('error', () => socket.destroy());
  });
  media.listen(0, '127.0.0.1');
  await once(media, 'listening');
  url = `ws://127.0.0.1:${(media.address() as AddressInfo).port}/base`;
});
afterAll(() => void media.close());

const start = (sfuUrl = url) => startServer({ sfu: { kind: 'janus', url: sfuUrl, throughServer: true } });

/** Asks for an upgrade; gives the socket, or the status of a refusal. */
async function upgrade(server: string, path: string, headers: Record<string, string> = {}): Promise<{ socket: Socket; head: Buffer } | number> {
  const onward = request(`${server}${path}`, { headers: { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Protocol': 'janus-protocol', ...headers } });
  onward.end();
  return new Promise((resolve, reject) => {
    onward.once('upgrade', (_response, socket, head) => resolve({ socket: socket as Socket, head }));
    onward.once('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    onward.once('error', reject);
  });
}

test('a WebSocket is passed on in both directions, and ends at both ends', async () => {
  await using server = await start();
  const answer = await upgrade(server.url, '/sfu');
  if (typeof answer === 'number') throw new Error(`refused with ${answer}`);
  const { socket, head } = answer;
  expect(asked.at(-1)).toBe('UPGRADE /base/ janus-protocol');
  let heard = head.toString();
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
  socket.write('to and fro');
  await expect.poll(() => heard, { timeout: 10_000 }).toBe('helloTO AND FRO');
  const ended = once(socket, 'close');
  await server.close({ deadlineMs: 500 });
  await ended;
});

test('other requests are passed on with their path and their answers', async () => {
  await using server = await start();
  const found = await fetch(`${server.url}/sfu/rtc/validate?access_token=x`);
  expect([found.status, found.headers.get('x-media'), await found.text()]).toEqual([200, 'yes', `host ${new URL(url).host}`]);
  expect(asked.at(-1)).toBe('GET /base/rtc/validate?access_token=x');
  expect((await fetch(`${server.url}/sfu/missing`)).status).toBe(404);
  expect((await fetch(`${server.url}/sfuel`)).headers.get('x-media')).toBeNull();
});

test('what the media server makes is reached under /sfu, too', async () => {
  await using server = await start();
  const post = async (path: string) => (await fetch(`${server.url}/sfu/${path}`, { method: 'POST', body: 'v=0' })).headers.get('location');
  expect(await post('whip/v1')).toBe('/sfu/whip/v1/1');
  expect(await post('elsewhere')).toBe('https://elsewhere.example/base/1');
});

test('pages of other origins are refused, and a media server that is not there is said to be so', async () => {
  await using server = await start();
  expect(await upgrade(server.url, '/sfu', { Origin: 'https://elsewhere.example' })).toBe(403);
  await using lost = await start('ws://127.0.0.1:1');
  expect(await upgrade(lost.url, '/sfu')).toBe(502);
  const response = await fetch(`${lost.url}/sfu/rtc/validate`);
  expect([response.status, (await response.json()).code]).toEqual([502, 'sfu-unreachable']);
});
