// SPDX-License-Identifier: Apache-2.0
// What the mixing browser sees as one site: a page with the engine, and behind it the signalling server, wherever that is.
import { createReadStream, statSync } from 'node:fs';
import { createServer, request as requestHttp, type IncomingMessage, type RequestOptions, type Server, type ServerResponse } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { extname, join, normalize, sep } from 'node:path';
import type { Duplex } from 'node:stream';

const kTypes: Record<string, string> = { '.js': 'text/javascript', '.wasm': 'application/wasm' };
const kPage = '<!doctype html><title>tessera-mcu</title><link rel="icon" href="data:,"><script type="module" src="/tessera-mcu/page.js"></script>';
const kScript = "globalThis.tessera = await import('/tessera-mcu/engine/index.js');\n";

export interface Site {
  /** Where the page is, on this machine only. */
  readonly page: string;
  close(): Promise<void>;
}

/** The same request for the signalling server. It takes clients that are no pages, so the page's origin is left out. */
function forwarded(target: URL, { method, url, headers }: IncomingMessage): RequestOptions {
  const { origin: _origin, referer: _referer, ...rest } = headers;
  return { protocol: target.protocol, hostname: target.hostname, port: target.port, method, path: url, headers: { ...rest, host: target.host } };
}

/**
 * Serves the page, and passes everything else on.
 * @param target the signalling server.
 * @param engine the `dist` folder of tessera-rtc.
 */
export async function serveMixingPage(target: URL, engine: string): Promise<Site> {
  const ask = target.protocol === 'https:' ? requestHttps : requestHttp;
  const sockets = new Set<Duplex>();

  const file = (path: string, response: ServerResponse): void => {
    const found = normalize(join(engine, path));
    const type = kTypes[extname(found)];
    if (!type || !found.startsWith(engine + sep) || !statSync(found, { throwIfNoEntry: false })?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': type });
    createReadStream(found).on('error', () => response.destroy()).pipe(response);
  };

  const server: Server = createServer((incoming, response) => {
    const { pathname } = new URL(incoming.url ?? '/', 'http://site');
    if (pathname === '/tessera-mcu/') response.writeHead(200, { 'content-type': 'text/html' }).end(kPage);
    else if (pathname === '/tessera-mcu/page.js') response.writeHead(200, { 'content-type': 'text/javascript' }).end(kScript);
    else if (pathname.startsWith('/tessera-mcu/engine/')) file(decodeURIComponent(pathname.slice('/tessera-mcu/engine/'.length)), response);
    else {
      const outgoing = ask(forwarded(target, incoming), (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      outgoing.on('error', () => {
        if (!response.headersSent) response.writeHead(502);
        response.end();
      });
      incoming.pipe(outgoing);
    }
  });

  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    const outgoing = ask(forwarded(target, incoming));
    sockets.add(socket);
    socket.on('error', () => outgoing.destroy());
    socket.on('close', () => sockets.delete(socket));
    outgoing.on('error', () => socket.destroy());
    outgoing.on('response', () => socket.destroy());
    outgoing.on('upgrade', (answer: IncomingMessage, upstream: Socket, rest: Buffer) => {
      const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${String(value)}`);
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
      if (rest.length) socket.write(rest);
      if (head.length) upstream.write(head);
      upstream.on('error', () => socket.destroy());
      upstream.on('close', () => socket.destroy());
      socket.on('close', () => upstream.destroy());
      upstream.pipe(socket).pipe(upstream);
    });
    outgoing.end();
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    page: `http://127.0.0.1:${(server.address() as AddressInfo).port}/tessera-mcu/`,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
