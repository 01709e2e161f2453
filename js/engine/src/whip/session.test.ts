// SPDX-License-Identifier: Apache-2.0
// The WHIP client's requests, as an HTTP server gets them, and what it makes of every kind of answer.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { type WhipError, retryAfter } from './errors.js';
import { WhipSession } from './session.js';

vi.setConfig({ testTimeout: 30_000 });

interface Request {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

const servers: Server[] = [];
const answer = 'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n';

/** Answers as told, and remembers what it was asked. */
async function serve(handle: (request: Request, response: ServerResponse) => void): Promise<{ origin: string; requests: Request[] }> {
  const requests: Request[] = [];
  const server = createServer((incoming, response) => {
    let body = '';
    incoming.setEncoding('utf8').on('data', (text: string) => (body += text));
    incoming.on('end', () => {
      const request = { method: incoming.method!, path: incoming.url!, headers: incoming.headers, body };
      requests.push(request);
      handle(request, response);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const created = (response: ServerResponse, headers: Record<string, string | string[]> = {}): void =>
  void response.writeHead(201, { 'content-type': 'application/sdp', location: '/session/1', etag: '"one"', ...headers }).end(answer);
const create = (origin: string, path = '/whip', token = 'secret') => WhipSession.create({ url: new URL(path, origin), token }, 'v=0 the offer');
const refused = (promise: Promise<unknown>): Promise<WhipError> => promise.then(() => expect.fail('was taken'), (error: WhipError) => error);
const until = async (done: () => boolean): Promise<void> => {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 5));
};

test('creates a session: the offer with its type and the token; the answer with ICE servers', async () => {
  const { origin, requests } = await serve((_, response) => created(response, { link: '<stun:stun.example.net>; rel="ice-server"' }));
  const made = await create(origin);
  expect(made.answer).toBe(answer);
  expect(made.iceServers).toEqual([{ urls: 'stun:stun.example.net' }]);
  expect(requests).toMatchObject([{ method: 'POST', path: '/whip', body: 'v=0 the offer', headers: { 'content-type': 'application/sdp', authorization: 'Bearer secret' } }]);
  await create(origin, '/whip', '');
  expect(requests[1]!.headers.authorization).toBeUndefined();
});

test('candidates, a restart and the end go to the session, with entity tags', async () => {
  const { origin, requests } = await serve(({ method, headers }, response) => {
    if (method === 'POST') created(response, { location: 'deeper/2?x=1' });
    else if (headers['if-match'] === '*') response.writeHead(200, { etag: '"two"', 'content-type': 'application/trickle-ice-sdpfrag' }).end('a=ice-ufrag:new');
    else response.writeHead(204).end();
  });
  const { session } = await create(origin, '/path/whip');
  await session.trickle('first');
  expect(await session.restart('again')).toBe('a=ice-ufrag:new');
  await session.trickle('second');
  session.end();
  await until(() => requests.length === 5);
  expect(requests.slice(1).map(({ method, path, body, headers }) => [method, path, body, headers['if-match'], headers['content-type'], headers.authorization])).toEqual([
    ['PATCH', '/path/deeper/2?x=1', 'first', '"one"', 'application/trickle-ice-sdpfrag', 'Bearer secret'],
    ['PATCH', '/path/deeper/2?x=1', 'again', '*', 'application/trickle-ice-sdpfrag', 'Bearer secret'],
    ['PATCH', '/path/deeper/2?x=1', 'second', '"two"', 'application/trickle-ice-sdpfrag', 'Bearer secret'],
    ['DELETE', '/path/deeper/2?x=1', '', undefined, undefined, 'Bearer secret'],
  ]);
});

test.each([307, 308])('a redirection (%i) is followed with the offer, and the session is sought where it leads', async (status) => {
  const { origin, requests } = await serve(({ path }, response) => (path === '/whip' ? void response.writeHead(status, { location: '/other/whip' }).end() : created(response, { location: 'session' })));
  const { session } = await create(origin);
  session.end();
  await until(() => requests.length === 3);
  expect(requests.map(({ method, path, body }) => [method, path, body])).toEqual([['POST', '/whip', 'v=0 the offer'], ['POST', '/other/whip', 'v=0 the offer'], ['DELETE', '/other/session', '']]);
  expect(requests.every(({ headers }) => headers.authorization === 'Bearer secret')).toBe(true);
});

test('a redirection to another origin takes the token along', async () => {
  const second = await serve(({ headers }, response) => (headers.authorization === 'Bearer secret' ? created(response) : void response.writeHead(401).end()));
  const first = await serve((_, response) => void response.writeHead(307, { location: `${second.origin}/whip` }).end());
  const { session } = await create(first.origin);
  expect(second.requests.at(-1)!.headers.authorization).toBe('Bearer secret');
  session.end();
  await until(() => second.requests.some(({ method }) => method === 'DELETE'));
});

test('a redirection that never ends is an error', async () => {
  const { origin } = await serve((_, response) => void response.writeHead(307, { location: '/whip' }).end());
  expect(await refused(create(origin))).toMatchObject({ name: 'WhipError', code: 'whip-unreachable' });
});

test.each([
  [400, 'whip-refused'], [401, 'whip-unauthorized'], [403, 'whip-unauthorized'], [404, 'whip-not-found'], [405, 'whip-refused'], [406, 'whip-refused'], [410, 'whip-not-found'], [415, 'whip-refused'],
  [422, 'whip-refused'], [429, 'whip-unavailable'], [500, 'whip-unavailable'], [503, 'whip-unavailable'], [200, 'whip-protocol'], [202, 'whip-protocol'], [204, 'whip-protocol'],
])('the answer %i is an error of code %s', async (status, code) => {
  const { origin } = await serve((_, response) => void response.writeHead(status, { 'content-type': 'application/sdp', location: '/session' }).end(status === 204 ? undefined : answer));
  expect(await refused(create(origin))).toMatchObject({ name: 'WhipError', code, status });
});

test('an error repeats what the server says, and when to come back', async () => {
  let body = '{"detail":"no codec in common"}';
  const { origin } = await serve((_, response) => void response.writeHead(503, { 'retry-after': '7' }).end(body));
  const error = await refused(create(origin));
  expect(error.message).toContain('503: no codec in common');
  expect(error.retryAfterMs).toBe(7000);
  body = '<html>Bad gateway</html>';
  expect((await refused(create(origin))).message).not.toContain('html');
  body = `{"error":"${'x'.repeat(5000)}"}`;
  expect((await refused(create(origin))).message.length).toBeLessThan(500);
  expect(retryAfter('Wed, 21 Oct 2015 07:28:10 GMT', Date.UTC(2015, 9, 21, 7, 28))).toBe(10_000);
  expect([retryAfter(null), retryAfter('soon'), retryAfter('Wed, 21 Oct 2015 07:28:00 GMT')]).toEqual([undefined, undefined, 0]);
});

test.each<[string, Record<string, string>, string]>([
  ['no address of the session', { 'content-type': 'application/sdp' }, answer],
  ['an address that is none', { 'content-type': 'application/sdp', location: 'http://[' }, answer],
  ['an address of another kind', { 'content-type': 'application/sdp', location: 'javascript:alert(1)' }, answer],
  ['another type', { 'content-type': 'text/html', location: '/session/1' }, answer],
  ['no description', { 'content-type': 'application/sdp', location: '/session/1' }, 'Welcome!'],
  ['nothing', { 'content-type': 'application/sdp', location: '/session/1' }, ''],
  ['far too much', { 'content-type': 'application/sdp', location: '/session/1' }, `v=0${'x'.repeat(300_000)}`],
])('201 with %s is an error, and no session is left behind', async (_, headers, body) => {
  const { origin, requests } = await serve(({ method }, response) => (method === 'POST' ? void response.writeHead(201, headers).end(body) : void response.writeHead(200).end()));
  expect(await refused(create(origin))).toMatchObject({ name: 'WhipError', code: 'whip-protocol', status: 201 });
  if (headers['location'] === '/session/1') await until(() => requests.some(({ method, path }) => method === 'DELETE' && path === '/session/1'));
});

test('a server that is away, or breaks off, is unreachable', async () => {
  expect(await refused(create('http://127.0.0.1:9'))).toMatchObject({ code: 'whip-unreachable', status: 0 });
  const { origin } = await serve((_, response) => void response.socket!.destroy());
  expect(await refused(create(origin))).toMatchObject({ code: 'whip-unreachable' });
  const half = await serve((_, response) => {
    response.writeHead(201, { 'content-type': 'application/sdp', location: '/session/1', 'content-length': '1000' });
    response.write('v=0', () => response.socket!.destroy());
  });
  expect(await refused(create(half.origin))).toMatchObject({ code: 'whip-unreachable' });
});

test('waiting ends with the signal', async () => {
  const ending = new AbortController();
  const { origin, requests } = await serve(() => undefined);
  const waiting = refused(WhipSession.create({ url: new URL(origin), token: '', signal: ending.signal }, 'offer'));
  await until(() => requests.length === 1);
  ending.abort();
  expect(await waiting).toMatchObject({ name: 'AbortedError', code: 'aborted' });
  expect(await refused(WhipSession.create({ url: new URL(origin), token: '', signal: ending.signal }, 'offer'))).toMatchObject({ code: 'aborted' });
});

test.each([405, 501])('a server that takes no candidates (%i) is asked only once, and cannot restart', async (status) => {
  const { origin, requests } = await serve(({ method }, response) => (method === 'POST' ? created(response) : void response.writeHead(status).end()));
  const { session } = await create(origin);
  await session.trickle('first');
  await session.trickle('second');
  expect([session.trickles, requests.length]).toEqual([false, 2]);
  expect(await refused(session.restart('again'))).toMatchObject({ code: 'whip-disconnected' });
});

test('candidates of an ICE session before are dropped (412); a session that has ended is an error (404)', async () => {
  let status = 412;
  const { origin } = await serve(({ method }, response) => (method === 'POST' ? created(response) : void response.writeHead(status).end()));
  const { session } = await create(origin);
  await session.trickle('late');
  expect(session.trickles).toBe(true);
  status = 404;
  expect(await refused(session.trickle('gone'))).toMatchObject({ code: 'whip-not-found' });
  expect(await refused(session.restart('gone'))).toMatchObject({ code: 'whip-not-found' });
  status = 204;
  expect(await refused(session.restart('strange'))).toMatchObject({ code: 'whip-protocol' });
});

test('a server without entity tags gets none', async () => {
  const { origin, requests } = await serve(({ method }, response) => (method === 'POST' ? void response.writeHead(201, { 'content-type': 'application/sdp', location: '/s' }).end(answer) : void response.writeHead(204).end()));
  const { session } = await create(origin);
  await session.trickle('first');
  expect(requests[1]!.headers['if-match']).toBeUndefined();
});
