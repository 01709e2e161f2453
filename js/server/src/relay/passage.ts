// SPDX-License-Identifier: Apache-2.0
// Sockets of the relay that have come to another server than their room's: passed on to that one, byte by byte, the handshake included.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { connect as connectPlainly } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectSecurely } from 'node:tls';
import type { Logger } from '../log.js';
import { isRoomName } from '../protocol.js';

/** Says for whom a socket is passed on: its address, the time, and a seal. Only servers with the same token secret can make it. */
const kHeader = 'x-tessera-passed';
/** So far the clocks of two servers may be apart, in milliseconds. */
const kClocksApart = 60_000;
/** A server that takes no connection within this time, in milliseconds, is not there. */
const kPatience = 5_000;

const sealOf = (key: Uint8Array, said: string): Buffer => createHmac('sha256', key).update(`tessera relay passage ${said}`).digest();

export class Passages {
  readonly #open = new Set<Duplex>();

  constructor(
    private readonly key: Uint8Array,
    /** The http(s) origin of the server that a room belongs to; null where that is this one, or none. */
    private readonly whereIs: (room: string) => Promise<string | null>,
    private readonly log: Logger,
  ) {}

  get size(): number {
    return this.#open.size;
  }

  /** The client's address, where another server has let it in and passes its socket on; undefined otherwise. */
  static passedFor(request: IncomingMessage, key: Uint8Array): string | undefined {
    const [address, time, seal] = String(request.headers[kHeader] ?? '').split(' ');
    if (!address || !time || !seal || Math.abs(Date.now() - Number(time)) > kClocksApart) return undefined;
    const [given, right] = [Buffer.from(seal, 'base64url'), sealOf(key, `${address} ${time}`)];
    return given.length === right.length && timingSafeEqual(given, right) ? address : undefined;
  }

  /** Passes a request to upgrade on where its room is another server's, which answers it. False: it is this server's to answer. */
  async take(request: IncomingMessage, socket: Duplex, head: Buffer, address: string): Promise<boolean> {
    const room = new URL(request.url ?? '', 'http://relay').searchParams.get('room');
    if (!isRoomName(room)) return false;
    const leave = (): void => void socket.destroy();
    socket.on('error', leave);
    const server = await this.whereIs(room).catch((error: unknown) => {
      this.log.warn({ err: error }, 'where a room is could not be found out');
      return null;
    });
    if (server === null) {
      socket.off('error', leave);
      return false;
    }
    this.#pass(request, socket, head, address, new URL(server));
    return true;
  }

  /** Ends what is open; clients come back by themselves. */
  close(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #pass(request: IncomingMessage, socket: Duplex, head: Buffer, address: string, { protocol, hostname, port, host }: URL): void {
    if (socket.destroyed) return;
    this.#open.add(socket);
    const to = { host: hostname.replace(/[[\]]/g, ''), port: Number(port) || (protocol === 'https:' ? 443 : 80) };
    const onward = protocol === 'https:' ? connectSecurely({ ...to, servername: to.host }) : connectPlainly(to);
    const patience = setTimeout(() => onward.destroy(new Error('no answer')), kPatience);
    let through = false;
    onward.once(protocol === 'https:' ? 'secureConnect' : 'connect', () => {
      clearTimeout(patience);
      through = true;
      for (const end of [socket, onward]) if ('setNoDelay' in end) (end as { setNoDelay(on: boolean): void }).setNoDelay(true);
      onward.write(`${this.#handshake(request, address, host)}\r\n\r\n`);
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', (error) => {
      if (!through && !socket.destroyed) {
        this.log.warn({ err: error, server: host }, 'the server of a room cannot be reached; see --cluster-url');
        socket.end('HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      }
      onward.destroy();
    });
    // What came to an end was passed on to it; what broke off breaks off here as well.
    onward.once('close', () => through && !onward.readableEnded && socket.destroy());
    socket.once('close', () => {
      clearTimeout(patience);
      this.#open.delete(socket);
      onward.destroy();
    });
  }

  #handshake(request: IncomingMessage, address: string, host: string): string {
    const lines = [`GET ${request.url} HTTP/1.1`, `Host: ${host}`];
    for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
      const [name, value] = [request.rawHeaders[at]!, request.rawHeaders[at + 1]!];
      if (!['host', kHeader].includes(name.toLowerCase())) lines.push(`${name}: ${value}`);
    }
    const said = `${address} ${Date.now()}`;
    return [...lines, `${kHeader}: ${said} ${sealOf(this.key, said).toString('base64url')}`].join('\r\n');
  }
}
