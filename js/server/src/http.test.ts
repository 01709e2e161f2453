// SPDX-License-Identifier: Apache-2.0
// The HTTP side: guest tokens, health, metrics, security headers, static files and their caching.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isLocalAddress } from './http-api.js';
import { precompress } from './precompress.js';
import { isImmutable } from './static-files.js';
import { startServer, TestClient, tokenFor } from './testing/client.js';

let site: string;
let demos: string;
beforeAll(async () => {
  site = mkdtempSync(join(tmpdir(), 'tessera-site-'));
  demos = mkdtempSync(join(tmpdir(), 'tessera-demos-'));
  mkdirSync(join(site, 'assets'));
  mkdirSync(join(demos, 'blur'));
  writeFileSync(join(site, 'index.html'), '<!doctype html><title>home</title>');
  writeFileSync(join(site, '.secret'), 'hidden');
  writeFileSync(join(site, 'assets', 'app-Bx81_kQz.js'), 'export const x = 1;\n'.repeat(400));
  writeFileSync(join(site, 'assets', 'session-C0ffee12.wasm'), Buffer.concat([Buffer.from([0, 97, 115, 109, 1, 0, 0, 0]), Buffer.alloc(9000)]));
  writeFileSync(join(site, 'assets', 'late.js'), 'export const late = 1;\n'.repeat(400));
  writeFileSync(join(demos, 'blur', 'index.html'), '<!doctype html><title>blur</title>');
  expect(await precompress(site)).toBe(2);
  expect(await precompress(site)).toBe(0);
});
afterAll(() => {
  rmSync(site, { recursive: true });
  rmSync(demos, { recursive: true });
});

const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${url}/api/token`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body) });

/** Without fetch's own header handling: it neither decompresses nor normalises the path. */
const raw = (url: string, path: string, headers: Record<string, string> = {}) =>
  new Promise<{ status: number; headers: Record<string, string | string[] | undefined>; bytes: number }>((resolve, reject) => {
    const { hostname, port } = new URL(url);
    get({ hostname, port, path, headers }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => (bytes += chunk.byteLength));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes }));
    }).on('error', reject);
  });

test('open rooms give a token that opens its room and no other', async () => {
  await using server = await startServer({ openRooms: true });
  const response = await post(server.url, { room: 'standup', name: 'Ana' });
  expect(response.status).toBe(200);
  expect(response.headers.get('cache-control')).toBe('no-store');
  const { token, expiresIn } = (await response.json()) as { token: string; expiresIn: number };
  expect(expiresIn).toBe(600);
  await using ana = await TestClient.connect(server.url);
  await ana.sendJoin({ room: 'other', token });
  await ana.error('token-invalid');
  await ana.join({ token });
});

test('closed rooms give none', async () => {
  await using server = await startServer();
  const response = await post(server.url, { room: 'standup' });
  expect(response.status).toBe(403);
  expect(await response.json()).toMatchObject({ code: 'token-required' });
});

test.each([
  [400, 'room-name-invalid', { room: 'a b' }],
  [400, 'message-invalid', {}],
  [400, 'message-invalid', { room: 7 }],
  [400, 'message-invalid', { room: 'standup', name: '' }],
  [400, 'message-invalid', '{"room":'],
  [400, 'message-invalid', '[]'],
  [413, 'message-too-large', { room: 'x'.repeat(5000) }],
])('a bad token request gets %i %s: %j', async (status, code, body) => {
  await using server = await startServer({ openRooms: true });
  const response = await post(server.url, body);
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ code, message: expect.stringMatching(/\.$/) });
});

test('token requests are limited per address', async () => {
  await using server = await startServer({ openRooms: true, tokenRequestsPerMinute: 3 });
  for (let n = 0; n < 3; n += 1) expect((await post(server.url, { room: 'standup' })).status).toBe(200);
  const response = await post(server.url, { room: 'standup' });
  expect(response.status).toBe(429);
  expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(await response.json()).toMatchObject({ code: 'rate-limited' });
});

test('tokens are for pages of this origin and of allowed ones', async () => {
  await using server = await startServer({ openRooms: true, allowedOrigins: ['https://site.example'] });
  expect((await post(server.url, { room: 'a' }, { origin: server.url })).status).toBe(200);
  const allowed = await post(server.url, { room: 'a' }, { origin: 'https://site.example' });
  expect(allowed.headers.get('access-control-allow-origin')).toBe('https://site.example');
  const denied = await post(server.url, { room: 'a' }, { origin: 'https://evil.example' });
  expect(denied.status).toBe(403);
  expect(denied.headers.get('access-control-allow-origin')).toBeNull();
  expect(await denied.json()).toMatchObject({ code: 'origin-not-allowed' });
  const preflight = await fetch(`${server.url}/api/token`, { method: 'OPTIONS', headers: { origin: 'https://site.example', 'access-control-request-method': 'POST' } });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type');
});

test('every page has the strict policy', async () => {
  await using server = await startServer({ staticDir: site });
  for (const path of ['/', '/r/standup', '/missing', '/healthz']) {
    const { headers } = await fetch(server.url + path);
    const policy = Object.fromEntries((headers.get('content-security-policy') ?? '').split(';').map((part) => [part.split(' ')[0], part.split(' ').slice(1).join(' ')]));
    const { host } = new URL(server.url);
    expect(policy).toMatchObject({
      'default-src': "'self'",
      'script-src': "'self' 'wasm-unsafe-eval'",
      'style-src': "'self'",
      'connect-src': `'self' ws://${host} wss://${host}`,
      'media-src': "'self' blob:",
      'img-src': "'self' data: blob:",
      'worker-src': "'self'",
      'object-src': "'none'",
      'base-uri': "'none'",
      'frame-ancestors': "'self'",
    });
    expect(headers.get('permissions-policy')).toContain('camera=(self), microphone=(self), display-capture=(self)');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-powered-by')).toBeNull();
  }
  expect((await raw(server.url, '/', { host: "x; script-src 'unsafe-inline'" })).headers['content-security-policy']).toContain("connect-src 'self' 'self';");
});

test('frame-ancestors can be widened, and no older header contradicts it', async () => {
  await using server = await startServer({ frameAncestors: ["'self'", 'https://site.example'] });
  const { headers } = await fetch(server.url);
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'self' https://site.example");
  expect(headers.get('x-frame-options')).toBeNull();
});

test('static files: types, caching, compression', async () => {
  await using server = await startServer({ staticDir: site, demosDir: demos });
  const home = await fetch(server.url);
  expect(home.headers.get('cache-control')).toBe('no-cache');
  expect(await home.text()).toContain('home');
  expect(home.headers.get('etag')).not.toBeNull();

  const script = await raw(server.url, '/assets/app-Bx81_kQz.js', { 'accept-encoding': 'gzip, br' });
  expect(script).toMatchObject({ status: 200, headers: { 'content-encoding': 'br', 'cache-control': 'public, max-age=31536000, immutable' } });
  expect(script.headers['content-type']).toMatch(/^(text|application)\/javascript/);
  expect(script.headers.vary).toMatch(/accept-encoding/i);
  expect(script.bytes).toBeLessThan(200);
  expect((await raw(server.url, '/assets/app-Bx81_kQz.js')).bytes).toBe(8000);

  const wasm = await raw(server.url, '/assets/session-C0ffee12.wasm', { 'accept-encoding': 'gzip' });
  expect(wasm.headers).toMatchObject({ 'content-type': 'application/wasm', 'content-encoding': 'gzip' });
  expect((await raw(server.url, '/assets/session-C0ffee12.wasm')).headers['content-type']).toBe('application/wasm');

  const late = await raw(server.url, '/assets/late.js', { 'accept-encoding': 'gzip' });
  expect(late.headers).toMatchObject({ 'content-encoding': 'gzip', 'cache-control': 'no-cache' });

  expect(await (await fetch(`${server.url}/demos/blur/`)).text()).toContain('blur');
});

test('room links show the app; nothing outside the folder, hidden or missing is served', async () => {
  await using server = await startServer({ staticDir: site, demosDir: demos });
  const room = await fetch(`${server.url}/r/standup`);
  expect(room.status).toBe(200);
  expect(room.headers.get('cache-control')).toBe('no-cache');
  expect(await room.text()).toContain('home');
  for (const path of ['/missing', '/.secret', '/../package.json', '/%2e%2e/package.json', '/assets/..%2f..%2fetc/passwd', '/api/nothing', '/r/a/b', '/demos/../.secret', '/%00', '/%']) {
    const response = await raw(server.url, path);
    expect([400, 404], path).toContain(response.status);
  }
});

test('a room page of its own is preferred', async () => {
  const other = mkdtempSync(join(tmpdir(), 'tessera-site-'));
  mkdirSync(join(other, 'r'));
  writeFileSync(join(other, 'index.html'), 'home');
  writeFileSync(join(other, 'r', 'index.html'), 'room page');
  await using server = await startServer({ staticDir: other });
  expect(await (await fetch(`${server.url}/r/standup`)).text()).toBe('room page');
  rmSync(other, { recursive: true });
});

test('health and metrics', async () => {
  await using server = await startServer();
  expect(await (await fetch(`${server.url}/healthz`)).json()).toEqual({ status: 'ok' });
  await using ana = await TestClient.connect(server.url);
  await ana.join();
  ana.send({ type: 'update', name: 'Anna' });
  ana.send({ type: 'no such type' });
  await ana.error('message-invalid');
  const text = await (await fetch(`${server.url}/metrics`)).text();
  for (const line of [
    'tessera_rooms 1',
    'tessera_participants{state="present"} 1',
    'tessera_participants{state="absent"} 0',
    'tessera_sockets 1',
    'tessera_messages_total{type="join"} 1',
    'tessera_messages_total{type="update"} 1',
    'tessera_messages_total{type="unknown"} 1',
    'tessera_errors_total{code="message-invalid"} 1',
    'tessera_join_seconds_count 1',
  ]) expect(text).toContain(`${line}\n`);
  expect(text).toContain('process_resident_memory_bytes');
  expect((await raw(server.url, '/metrics', { 'x-forwarded-for': '203.0.113.9' })).status).toBe(404);
  await using off = await startServer({ metrics: 'off' });
  expect((await fetch(`${off.url}/metrics`)).status).toBe(404);
});

test('which addresses are local, which files are immutable', () => {
  for (const address of ['127.0.0.1', '::1', '::ffff:10.1.2.3', '192.168.1.5', '172.16.0.1', 'fd00::1', 'fe80::1']) expect(isLocalAddress(address), address).toBe(true);
  for (const address of ['203.0.113.9', '172.32.0.1', '2001:db8::1', '::ffff:8.8.8.8', '', 'localhost']) expect(isLocalAddress(address), address).toBe(false);
  for (const path of ['/a/assets/app-Bx81_kQz.js', '/a/assets/x.DEADBEEF.wasm.br']) expect(isImmutable(path), path).toBe(true);
  for (const path of ['/a/assets/late.js', '/a/assets/background-processor.js', '/a/app-Bx81_kQz.js', '/a/index.html']) expect(isImmutable(path), path).toBe(false);
});

test('a full room over a token made for a name keeps logs free of personal data', async () => {
  const lines: string[] = [];
  await using server = await startServer({ logLevel: 'info', logDestination: { write: (line) => void lines.push(line) } });
  await using ana = await TestClient.connect(server.url);
  const token = await tokenFor('private-room');
  await ana.join({ room: 'private-room', token, name: 'Ana Example' });
  ana.send({ type: 'leave' });
  ana.send({ type: 'leave' });
  await ana.error('not-joined');
  const log = lines.join('');
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines) expect(JSON.parse(line)).toHaveProperty('msg');
  for (const personal of ['private-room', 'Ana', '127.0.0.1', token, ana.key]) expect(log).not.toContain(personal);
});
