// SPDX-License-Identifier: Apache-2.0
// The small parts on their own: rate limiter, addresses, options, certificates, compressing ahead.
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { selfSignedCertificate } from './certificate.js';
import { OptionError, resolveOptions, type TesseraServerOptions } from './options.js';
import { requestAddress } from './origins.js';
import { precompress } from './precompress.js';
import { kSecret, startServer } from './testing/client.js';
import { TokenBucket } from './token-bucket.js';
import { createToken } from './tokens.js';

test('the bucket allows its burst, then its rate, and says how long to wait', () => {
  let now = 0;
  const bucket = new TokenBucket(100, 5, () => now);
  for (let n = 0; n < 5; n += 1) expect(bucket.take()).toBe(0);
  expect(bucket.take()).toBe(10);
  now = 9;
  expect(bucket.take()).toBe(1);
  now = 10;
  expect(bucket.take()).toBe(0);
  now = 100_000;
  for (let n = 0; n < 5; n += 1) expect(bucket.take()).toBe(0);
  expect(bucket.take()).toBeGreaterThan(0);
});

test('the address is believed from as many proxies as there are, and not from the client', () => {
  const request = (forwarded?: string) => ({ headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }, socket: { remoteAddress: '10.0.0.1' } }) as unknown as IncomingMessage;
  expect(requestAddress(request('1.1.1.1'), 0)).toBe('10.0.0.1');
  expect(requestAddress(request('6.6.6.6, 1.1.1.1'), 1)).toBe('1.1.1.1');
  expect(requestAddress(request('6.6.6.6, 1.1.1.1, 10.0.0.2'), 2)).toBe('1.1.1.1');
  expect(requestAddress(request('1.1.1.1'), 3)).toBe('1.1.1.1');
  expect(requestAddress(request(), 1)).toBe('10.0.0.1');
});

test.each<[string, unknown]>([
  ['tokenSecret', {}],
  ['tokenSecret', { tokenSecret: 'short' }],
  ['port', { openRooms: true, port: 70000 }],
  ['roomCapacity', { openRooms: true, roomCapacity: 0 }],
  ['allowedOrigins', { openRooms: true, allowedOrigins: ['site.example'] }],
  ['allowedOrigins', { openRooms: true, allowedOrigins: ['https://site.example/path'] }],
  ['iceServers', { openRooms: true, iceServers: [{ urls: 'javascript:x' }] }],
  ['turn', { openRooms: true, turn: { urls: [], secret: 'x' } }],
  ['turn.ttlSeconds', { openRooms: true, turn: { urls: ['turn:x'], secret: 'x', ttlSeconds: 1 } }],
  ['typo', { openRooms: true, typo: 1 }],
])('a wrong %s is named', (name, options) => {
  expect(() => resolveOptions(options as TesseraServerOptions)).toThrow(OptionError);
  expect(() => resolveOptions(options as TesseraServerOptions)).toThrow(name);
});

test('a folder that is not there is named', async () => {
  await expect(startServer({ staticDir: '/no/such/folder' })).rejects.toThrow('no folder "/no/such/folder"');
});

test('createToken refuses what no server would take', async () => {
  await expect(createToken({ room: 'a b', secret: kSecret })).rejects.toThrow(RangeError);
  await expect(createToken({ room: 'a', secret: 'short' })).rejects.toThrow(/32 bytes/);
});

test('a self-signed certificate names this machine, is kept, and serves https', async () => {
  const cacheDir = join(mkdtempSync(join(tmpdir(), 'tessera-cert-')), 'https');
  const hosts = ['localhost', '127.0.0.1', '192.0.2.7'];
  const https = await selfSignedCertificate({ hosts, cacheDir });
  const parsed = new X509Certificate(https.cert);
  expect(parsed.checkHost('localhost')).toBe('localhost');
  expect(parsed.checkIP('192.0.2.7')).toBe('192.0.2.7');
  expect(Date.parse(parsed.validTo) - Date.now()).toBeGreaterThan(360 * 86_400_000);
  expect((await selfSignedCertificate({ hosts, cacheDir })).cert).toBe(https.cert);
  expect((await selfSignedCertificate({ hosts: [...hosts, '192.0.2.8'], cacheDir })).cert).not.toBe(https.cert);
  rmSync(join(cacheDir, '..'), { recursive: true });

  await using server = await startServer({ https });
  expect(server.url).toMatch(/^https:/);
  const status = await new Promise((resolve, reject) => {
    get(`https://localhost:${server.port}/healthz`, { ca: https.cert, host: '127.0.0.1', servername: 'localhost' }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
  expect(status).toBe(200);
  await expect(startServer({ https: { cert: 'x', key: 'y' } })).rejects.toThrow(OptionError);
});

test('files up to 2 MiB are compressed ahead, larger ones would hold up the start', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-precompress-'));
  mkdirSync(join(folder, 'assets'));
  const [small, large] = ['assets/small-Bx81_kQz.js', 'assets/large-Cy92_lRa.wasm'].map((name) => join(folder, name)) as [string, string];
  writeFileSync(small, 'tessera '.repeat(1000));
  writeFileSync(large, Buffer.alloc((2 << 20) + 1));
  expect(await precompress(folder)).toBe(1);
  expect([existsSync(`${small}.gz`), existsSync(`${small}.br`), existsSync(`${large}.gz`), existsSync(`${large}.br`)]).toEqual([true, true, false, false]);
  rmSync(folder, { recursive: true });
});
