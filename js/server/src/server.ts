// SPDX-License-Identifier: Apache-2.0
// Puts the parts together: an HTTP(S) server with the signalling, the HTTP API and the static files.
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createHttpApi } from './http-api.js';
import { Hub } from './hub.js';
import { createLogger } from './log.js';
import { Metrics } from './metrics.js';
import { OptionError, resolveOptions, type TesseraServerOptions } from './options.js';
import { Origins } from './origins.js';
import { Relay } from './relay/relay.js';
import { SfuProxy } from './sfu-proxy.js';
import { Signalling } from './signalling.js';
import { tokenKey } from './tokens.js';

/** The address could not be listened on. Its message is a sentence for the person who started the server. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly code: 'port-in-use' | 'port-forbidden' | 'address-unavailable' | 'listen-failed';
  constructor(code: ListenError['code'], message: string, cause: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

export interface TesseraServer {
  /** Starts to listen. @throws ListenError */
  listen(): Promise<TesseraServer>;
  /**
   * Tells every client that the server goes away, stops accepting, closes the sockets and waits for what is under way.
   * Calling it again gives the same promise.
   * @param options.deadlineMs after this long everything still open is cut off. Default 5000.
   */
  close(options?: { deadlineMs?: number }): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
  /** `http://host:port` with the real port, once listening. A wildcard address shows as `localhost`. */
  readonly url: string;
  readonly port: number;
  readonly httpServer: HttpServer;
  /** How many rooms, participants and sockets there are now. */
  census(): { rooms: number; present: number; absent: number; watchers: number; viewers: number; sockets: number };
}

function explainListenError(error: NodeJS.ErrnoException, host: string, port: number): ListenError {
  switch (error.code) {
    case 'EADDRINUSE':
      return new ListenError('port-in-use', `Port ${port} is in use by another program. Stop that program, or choose another port with --port.`, error);
    case 'EACCES':
      return new ListenError('port-forbidden', `Port ${port} needs more rights than this user has. Choose one above 1023 with --port.`, error);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new ListenError('address-unavailable', `This machine has no address "${host}". Choose another with --host.`, error);
    default:
      return new ListenError('listen-failed', `Could not listen on ${host}, port ${port}: ${error.message}`, error);
  }
}

function checkFolder(option: string, path: string | undefined): void {
  if (path === undefined || statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new OptionError(`Option "${option}": there is no folder "${path}".`);
}

/** Makes a server; nothing is opened until `listen()`. @throws OptionError */
export function createTesseraServer(options: TesseraServerOptions = {}): TesseraServer {
  const settings = resolveOptions(options);
  checkFolder('staticDir', settings.staticDir);
  checkFolder('demosDir', settings.demosDir);
  const log = createLogger(settings);
  if (settings.tokenSecret === undefined) log.warn('no token secret: tokens made before a restart of this server will not work after it');
  const hub = new Hub({
    settings,
    log,
    key: tokenKey(settings.tokenSecret ?? randomBytes(32)),
    metrics: (census) => new Metrics(census, { processMetrics: settings.metrics !== 'off' }),
  });
  const origins = new Origins(settings.allowedOrigins, settings.trustProxy);
  const sfuProxy = settings.sfu?.throughServer ? new SfuProxy(settings, origins) : undefined;
  const app = createHttpApi(hub, origins, sfuProxy);
  let httpServer: HttpServer;
  try {
    httpServer = settings.https ? createHttpsServer(settings.https, app) : createHttpServer(app);
  } catch (error) {
    throw new OptionError(`Option "https": the certificate or key cannot be used (${(error as Error).message}).`);
  }
  httpServer.headersTimeout = 10_000;
  httpServer.requestTimeout = 30_000;
  const signalling = new Signalling(hub, origins);
  signalling.attach(httpServer);
  const relay = settings.relay ? new Relay(hub, origins, signalling.cluster && ((room) => signalling.cluster!.placeOf(room))) : undefined;
  relay?.attach(httpServer);
  httpServer.on('upgrade', (request, socket, head) => {
    if (sfuProxy && SfuProxy.concerns(request.url)) sfuProxy.upgrade(request, socket, head);
  });
  // The HTTP server forgets sockets once they are upgraded; at the deadline all of them must go.
  const sockets = new Set<Socket>();
  httpServer.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  let closing: Promise<void> | undefined;

  const port = () => (httpServer.address() as AddressInfo | null)?.port ?? settings.port;
  const shutDown = async (deadlineMs: number): Promise<void> => {
    const started = performance.now();
    hub.announceClosing();
    await signalling.release().catch((error: unknown) => log.warn({ err: error }, 'other servers could not be told'));
    sfuProxy?.close();
    const stopped = new Promise<void>((resolve) => httpServer.close(() => resolve()));
    relay?.close();
    await signalling.drain(deadlineMs);
    hub.dispose();
    const rest = Math.max(0, deadlineMs - (performance.now() - started));
    const cutOff = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, rest);
    await stopped;
    clearTimeout(cutOff);
    await signalling.close();
    hub.metrics.registry.clear();
    log.info('closed');
  };

  const server: TesseraServer = {
    async listen() {
      await relay?.load();
      await signalling.open();
      await new Promise<void>((resolve, reject) => {
        const onError = (error: NodeJS.ErrnoException) => reject(explainListenError(error, settings.host, settings.port));
        httpServer.once('error', onError);
        httpServer.listen(settings.port, settings.host, () => {
          httpServer.off('error', onError);
          resolve();
        });
      });
      log.info({ port: port(), https: settings.https !== undefined, openRooms: settings.openRooms }, 'listening');
      return server;
    },
    close({ deadlineMs = 5000 } = {}) {
      closing ??= shutDown(deadlineMs);
      return closing;
    },
    [Symbol.asyncDispose]: () => server.close(),
    get url() {
      const wildcard = settings.host === '0.0.0.0' || settings.host === '::';
      const host = wildcard ? 'localhost' : settings.host.includes(':') ? `[${settings.host}]` : settings.host;
      return `${settings.https ? 'https' : 'http'}://${host}:${port()}`;
    },
    get port() {
      return port();
    },
    httpServer,
    census: () => hub.census(),
  };
  return server;
}
