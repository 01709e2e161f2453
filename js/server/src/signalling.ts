// SPDX-License-Identifier: Apache-2.0
// Carries the protocol over socket.io: the door (origin, number of sockets), the sockets, back pressure, closing.
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import { Server, type Socket } from 'socket.io';
import { Cluster } from './cluster.js';
import type { Hub } from './hub.js';
import { type Origins, requestAddress } from './origins.js';
import { kSignallingPath, type ServerMessage } from './protocol.js';
import type { Link } from './room.js';

/** Packets that may wait for a client that does not read, before it is cut off. */
const kMaxWaitingPackets = 512;
/** Frames may be this many times the message limit, so that a message somewhat too large gets its typed error. */
const kFrameFactor = 4;

interface EngineSocket {
  writeBuffer: unknown[];
  request: IncomingMessage;
  close(discard?: boolean): void;
  once(event: 'close', listener: () => void): void;
}

class SocketLink implements Link {
  readonly #socket: Socket;
  constructor(socket: Socket) {
    this.#socket = socket;
  }

  send(message: ServerMessage): void {
    if (this.keepsUp()) this.#socket.emit('message', message);
  }

  /** False for a client that does not read, which is cut off then. */
  keepsUp(): boolean {
    const conn = this.#socket.conn as unknown as EngineSocket;
    if (conn.writeBuffer.length <= kMaxWaitingPackets) return true;
    // Later, because sending must not call back: closing here would re-enter the room that is being told. Destroyed as
    // well, or what waits in the socket's buffers would stay for the closing handshake that never comes.
    setImmediate(() => {
      conn.close(true);
      conn.request.socket.destroy();
    });
    return false;
  }

  end(): void {
    setImmediate(() => this.#socket.disconnect(true));
  }

  drop(): void {
    setImmediate(() => this.#socket.conn.close());
  }
}

export class Signalling {
  readonly #io: Server;
  readonly #hub: Hub;
  readonly #open = new Set<EngineSocket>();
  readonly #perAddress = new Map<string, number>();
  /** Where other servers carry the same rooms. */
  readonly cluster: Cluster | undefined;

  constructor(hub: Hub, origins: Origins) {
    this.#hub = hub;
    const { settings } = hub;
    this.#io = new Server({
      path: kSignallingPath,
      serveClient: false,
      maxHttpBufferSize: settings.maxMessageBytes * kFrameFactor,
      pingInterval: settings.pingIntervalMs,
      pingTimeout: settings.pingTimeoutMs,
      connectTimeout: 10_000,
      // The requests of one long poll may arrive at different servers.
      ...(settings.redisUrl === undefined ? {} : { transports: ['websocket' as const] }),
      cors: { origin: (origin, callback) => callback(null, origin !== undefined && origins.listed(origin)) },
      allowRequest: (request, callback) => {
        const reason = this.#refusal(request, origins);
        if (reason !== undefined) hub.metrics.rejectedSockets.inc({ reason });
        callback(reason, reason === undefined);
      },
    });
    this.#io.on('connection', (socket) => this.#accept(socket));
    this.cluster = settings.redisUrl === undefined ? undefined : new Cluster(settings.redisUrl, hub, this.#io);
  }

  /** Before the first socket. @throws ClusterError */
  async open(): Promise<void> {
    await this.cluster?.open();
  }

  attach(server: HttpServer): void {
    this.#io.attach(server);
    this.#io.engine.on('connection', (conn: EngineSocket) => {
      const address = requestAddress(conn.request, this.#hub.settings.trustProxy);
      this.#open.add(conn);
      this.#perAddress.set(address, (this.#perAddress.get(address) ?? 0) + 1);
      conn.once('close', () => {
        this.#open.delete(conn);
        const count = (this.#perAddress.get(address) ?? 1) - 1;
        if (count === 0) this.#perAddress.delete(address);
        else this.#perAddress.set(address, count);
      });
    });
  }

  /** Lets other servers have the rooms. */
  async release(): Promise<void> {
    await this.cluster?.release();
  }

  /** Ends every socket, in a way that lets its client reconnect by itself; what was sent before is delivered first. */
  async drain(deadlineMs: number): Promise<void> {
    for (const conn of this.#open) conn.close();
    const end = performance.now() + deadlineMs;
    while (this.#open.size > 0 && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
    for (const conn of this.#open) conn.close(true);
  }

  async close(): Promise<void> {
    if (!this.cluster) {
      await this.#io.close();
      return;
    }
    // socket.io's own close() would send away the people of all servers.
    this.#io.local.disconnectSockets(true);
    await this.#io.of('/').adapter.close();
    this.#io.engine?.close();
    this.cluster.close();
  }

  #refusal(request: IncomingMessage, origins: Origins): string | undefined {
    const { maxSockets, maxSocketsPerAddress, trustProxy } = this.#hub.settings;
    if (this.#hub.closing) return 'closing';
    if (!origins.allows(request)) return 'origin-not-allowed';
    if (this.#open.size >= maxSockets) return 'too-many-sockets';
    if ((this.#perAddress.get(requestAddress(request, trustProxy)) ?? 0) >= maxSocketsPerAddress) return 'too-many-sockets-from-address';
    return undefined;
  }

  #accept(socket: Socket): void {
    const link = new SocketLink(socket);
    const routed = this.cluster?.accept(socket.id, link);
    const connection = routed ?? this.#hub.connect(link);
    // Also what other servers send to this client passes here.
    if (routed) socket.onAnyOutgoing((_event: string, message: unknown) => link.keepsUp() && routed.told(message));
    socket.onAny((event: string, payload: unknown) => {
      if (event === 'probe' && typeof payload === 'function') connection.probe(() => payload());
      else connection.receive(event === 'message' ? payload : undefined);
    });
    socket.on('error', (error: unknown) => this.#hub.log.debug({ err: error }, 'socket error'));
    socket.on('disconnect', () => connection.closed());
  }
}
