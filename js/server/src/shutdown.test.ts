// SPDX-License-Identifier: Apache-2.0
// Going away well: everybody told, nothing accepted, all closed in time; and coming back after a kill.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { createTesseraServer } from './server.js';
import { kSecret, sleep, startServer, TestClient, until } from './testing/client.js';

const packageRoot = fileURLToPath(new URL('..', import.meta.url));
const built = fileURLToPath(new URL('../build', import.meta.url));

test('close tells everybody, refuses newcomers and ends in time', async () => {
  const server = await startServer({ shutdownRetryAfterMs: 1234 });
  const { url } = server;
  const ana = await TestClient.connect(url);
  const bo = await TestClient.connect(url);
  await ana.join();
  const started = performance.now();
  const closed = server.close();
  expect(server.close()).toBe(closed);
  expect(await ana.next('closing')).toEqual({ type: 'closing', reason: 'shutdown', retryAfterMs: 1234 });
  expect(await bo.next('closing')).toMatchObject({ reason: 'shutdown' });
  // A transport close, unlike a server disconnect, is what socket.io clients reconnect after by themselves.
  expect(await ana.closed()).toBe('transport close');
  await closed;
  expect(performance.now() - started).toBeLessThan(2000);
  await expect(TestClient.connect(url)).rejects.toThrow();
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  expect(server.census()).toEqual({ rooms: 0, present: 0, absent: 0, watchers: 0, viewers: 0, sockets: 0 });
  expect(ana.received.filter((message) => message.type === 'participantLeft')).toEqual([]);
});

test('a connection that does not answer is cut off at the deadline', async () => {
  const server = await startServer();
  const stuck = connect(server.port, '127.0.0.1');
  await once(stuck, 'connect');
  stuck.write('POST /api/token HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n');
  await sleep(50);
  const started = performance.now();
  await server.close({ deadlineMs: 300 });
  expect(performance.now() - started).toBeLessThan(1500);
  stuck.destroy();
});

test('a port in use is a sentence, and the server can still be closed', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const server = createTesseraServer({ port, tokenSecret: kSecret, logLevel: 'silent' });
  await expect(server.listen()).rejects.toMatchObject({ code: 'port-in-use', message: expect.stringContaining(`Port ${port} is in use`) });
  await server.close();
  other.close();
});

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** The command, as a user runs it. */
async function runCommand(port: number, more: Record<string, string> = {}): Promise<{ child: ChildProcess; port: number; log: string[] }> {
  const child = spawn(process.execPath, [`${built}/cli.js`, '--port', String(port)], {
    env: { ...process.env, TESSERA_TOKEN_SECRET: kSecret, TESSERA_RESUME_GRACE_MS: '2000', ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const log: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => log.push(text));
  await until(() => log.join('').includes('"listening"') || child.exitCode !== null, 10_000);
  const match = /"port":(\d+)/.exec(log.join(''));
  return { child, port: Number(match?.[1] ?? 0), log };
}

beforeAll(() => {
  // Beside the package, so that its dependencies are found, and not into dist, which others may be using.
  execFileSync('npx', ['--no-install', 'tsc', '-p', 'tsconfig.json', '--outDir', built], { cwd: packageRoot });
}, 120_000);

test('killed and started again, the same clients rejoin with the same ids and all state is back', async () => {
  const first = await runCommand(0);
  const { port } = first;
  const url = `http://127.0.0.1:${port}`;
  const ana = await TestClient.connect(url, { reconnection: true });
  const bo = await TestClient.connect(url, { reconnection: true });
  const anaFirst = await ana.join();
  const boFirst = await bo.join({ name: 'Bo' });
  first.child.kill('SIGKILL');
  await ana.closed();
  await bo.closed();
  const second = await runCommand(port);
  await until(() => ana.socket.connected && bo.socket.connected, 15_000);
  const anaAgain = await ana.join();
  expect(anaAgain).toMatchObject({ participantId: anaFirst.participantId, resumed: false });
  const boAgain = await bo.join({ name: 'Bo', token: boFirst.resumeToken });
  expect(boAgain.participantId).toBe(boFirst.participantId);
  expect(boAgain.participants.map((participant) => participant.id)).toEqual([anaFirst.participantId]);
  ana.send({ type: 'signal', to: boFirst.participantId, payload: { after: 'restart' } });
  expect((await bo.next('signal')).payload).toEqual({ after: 'restart' });

  second.child.kill('SIGTERM');
  expect(await ana.next('closing')).toMatchObject({ reason: 'shutdown' });
  const [code] = (await once(second.child, 'exit')) as [number];
  expect(code).toBe(0);
  ana.socket.disconnect();
  bo.socket.disconnect();
}, 40_000);

test('the command explains itself and its mistakes, and makes tokens its server takes', async () => {
  const cli = (args: string[], env: Record<string, string> = {}) => {
    const child = spawn(process.execPath, [`${built}/cli.js`, ...args], { env: { PATH: process.env.PATH ?? '', ...env } });
    let text = '';
    child.stdout.on('data', (data: Buffer) => (text += data.toString()));
    child.stderr.on('data', (data: Buffer) => (text += data.toString()));
    return once(child, 'close').then(([code]) => ({ code: code as number, text }));
  };
  const [help, bare, badPort, badIce, badEnv, halfCert, token] = await Promise.all([
    cli(['--help']),
    cli([]),
    cli(['--port', 'x']),
    cli(['--open-rooms', '--ice-servers', '[{"urls":"http://x"}]']),
    cli(['--port', '0'], { TESSERA_OPEN_ROOMS: 'maybe' }),
    cli(['--open-rooms', '--cert', 'x']),
    cli(['token', '--room', 'standup', '--name', 'Ana'], { TESSERA_TOKEN_SECRET: kSecret }),
  ]);
  expect(help.code).toBe(0);
  expect(help.text).toMatch(/--room-capacity[\s\S]*TESSERA_TURN_SECRET/);
  expect(bare).toMatchObject({ code: 2, text: expect.stringContaining('"tokenSecret" is needed') });
  expect(badPort).toMatchObject({ code: 1, text: expect.stringContaining('whole number') });
  expect(badIce).toMatchObject({ code: 2, text: expect.stringContaining('must start with stun:') });
  expect(badEnv).toMatchObject({ code: 1, text: expect.stringContaining('true or false') });
  expect(halfCert).toMatchObject({ code: 2, text: expect.stringContaining('go together') });
  await using server = await startServer();
  await using ana = await TestClient.connect(server.url);
  await ana.join({ name: 'Somebody', token: token.text.trim() });
  await using bo = await TestClient.connect(server.url);
  expect((await bo.join()).participants[0]?.name).toBe('Ana');
}, 30_000);
