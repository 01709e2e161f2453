// SPDX-License-Identifier: Apache-2.0
// Passes what arrives under /sfu on to the media server's own address: WebSockets, and what LiveKit's client asks over HTTP.
import { type IncomingMessage, request as httpRequest, type RequestOptions, type ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import type { ResolvedOptions } from './options.js';
import { type Origins, requestAddress } from './origins.js';
import { kSfuPath } from './protocol.js';

/** A media server that does not answer for this long is not there, in milliseconds. */
const kPatienceMs = 10_000;

const rawHeaders = (response: IncomingMessage): string => {
  const lines: string[] = [];
  for (let i = 0; i + 1 < response.rawHeaders.length; i += 2) lines.push(`${response.rawHeaders[i]}: ${response.rawHeaders[i + 1]}`);
  return lines.join('\r\n');
};

export class SfuProxy {
  readonly #target: URL;
  readonly #origins: Origins;
  readonly #settings: ResolvedOptions;
  readonly #open = new Set<Duplex>();

  constructor(settings: ResolvedOptions, origins: Origins) {
    // ws: and wss: are reached by the ports and the encryption of http: and https:.
    this.#target = new URL(settings.sfu!.url.replace(/^ws/, 'http'));
    this.#settings = settings;
    this.#origins = origins;
  }

  /** True for a path of the media server's. */
  static concerns(url: string | undefined): boolean {
    return url !== undefined && new RegExp(`^${kSfuPath}([/?]|$)`).test(url);
  }

  /** Takes over a request to upgrade to a WebSocket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refuse = (status: string): void => void socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    socket.on('error', () => socket.destroy());
    if (!this.#origins.allows(request)) return refuse('403 Forbidden');
    if (this.#open.size >= this.#settings.maxSockets) return refuse('503 Service Unavailable');
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    const onward = this.#onward(request, request.headers);
    onward.on('upgrade', (response, upstream, first) => {
      upstream.setTimeout(0); // Silence is no trouble from here on.
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${rawHeaders(response)}\r\n\r\n`);
      socket.write(first);
      upstream.write(head);
      upstream.on('error', () => upstream.destroy());
      socket.once('close', () => upstream.destroy());
      upstream.once('close', () => socket.destroy());
      upstream.pipe(socket).pipe(upstream);
    });
    onward.on('response', (response) => {
      socket.write(`HTTP/1.1 ${response.statusCode} ${response.statusMessage}\r\nConnection: close\r\n\r\n`);
      response.pipe(socket);
    });
    onward.on('error', () => (onward.destroyed && socket.destroyed ? undefined : refuse('502 Bad Gateway')));
    socket.once('close', () => onward.destroy());
    onward.end();
  }

  /** Answers any other request. */
  handle(request: IncomingMessage, response: ServerResponse): void {
    const fail = (status: number, message: string): void => {
      if (response.headersSent) response.destroy();
      else response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify({ code: 'sfu-unreachable', message }));
    };
    const { 'transfer-encoding': _encoding, connection: _connection, ...headers } = request.headers;
    const onward = this.#onward(request, headers);
    onward.on('response', (answer) => {
      // What the media server made (a WHIP session) is reached here, too.
      const { location } = answer.headers;
      const base = `${this.#base}/`;
      const made = location?.startsWith(base) && !location.startsWith('//') ? { location: `${kSfuPath}/${location.slice(base.length)}` } : {};
      response.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...made });
      answer.pipe(response);
    });
    onward.on('error', () => fail(502, 'The media server does not answer. Its operator has to start it.'));
    response.once('close', () => onward.destroy());
    request.pipe(onward);
  }

  /** Ends what is open; clients come back by themselves. */
  close(): void {
    for (const socket of this.#open) socket.destroy();
  }

  /** The path below which the media server is, without a slash at its end. */
  get #base(): string {
    return this.#target.pathname.replace(/\/$/, '');
  }

  #onward(request: IncomingMessage, headers: RequestOptions['headers']) {
    const { protocol, hostname, port, host } = this.#target;
    const rest = (request.url ?? '').slice(kSfuPath.length);
    const send = protocol === 'https:' ? httpsRequest : httpRequest;
    return send({
      hostname: hostname.replace(/[[\]]/g, ''),
      port: port || undefined,
      path: `${this.#base}${rest.startsWith('/') ? rest : `/${rest}`}`,
      method: request.method,
      timeout: kPatienceMs,
      headers: { ...headers, host, 'x-forwarded-for': requestAddress(request, this.#settings.trustProxy) },
    }).on('timeout', function (this: { destroy(error: Error): void }) {
      this.destroy(new Error('no answer'));
    });
  }
}
