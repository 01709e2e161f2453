// SPDX-License-Identifier: Apache-2.0
// Stands in front of several servers as a load balancer does: each connection goes to the first that answers, from a chosen one on.
import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo, type Server as NetServer, type Socket } from 'node:net';

export class Balancer {
  /** The server that is tried first, for connections from now on. */
  first = 0;
  readonly #open = new Set<Socket>();

  private constructor(readonly server: NetServer, readonly ports: () => readonly number[]) {}

  /** @param ports of the servers on 127.0.0.1, asked at each connection. */
  static async start(ports: () => readonly number[]): Promise<Balancer> {
    const server = createServer();
    const balancer = new Balancer(server, ports);
    server.on('connection', (socket: Socket) => balancer.#accept(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return balancer;
  }

  get origin(): string { return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`; }

  #accept(socket: Socket): void {
    const ports = this.ports();
    const tries = ports.map((_, index) => ports[(this.first + index) % ports.length]!);
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    socket.on('error', () => socket.destroy());
    const connect = () => {
      const port = tries.shift();
      if (port === undefined) { socket.destroy(); return; }
      const onward = createConnection(port, '127.0.0.1');
      onward.once('connect', () => {
        socket.once('close', () => onward.destroy());
        onward.once('close', () => socket.destroy());
        onward.removeAllListeners('error');
        onward.on('error', () => socket.destroy());
        socket.pipe(onward).pipe(socket);
      });
      onward.once('error', connect);
    };
    connect();
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}
