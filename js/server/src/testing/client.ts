// SPDX-License-Identifier: Apache-2.0
// What the tests talk to servers with: a real server on a free port and real socket.io clients with a mailbox.
import { randomBytes } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import type { ErrorCode, ServerMessage } from '../protocol.js';
import type { TesseraServerOptions } from '../options.js';
import { createTesseraServer, type TesseraServer } from '../server.js';
import { createToken } from '../tokens.js';

export const kSecret = 'a secret for tests only, long enough for HS256';

type MessageOf<K extends ServerMessage['type']> = Extract<ServerMessage, { type: K }>;

/** Starts a server with short times; give it to `await using`. */
export const startServer = async (options: TesseraServerOptions = {}): Promise<TesseraServer> =>
  createTesseraServer({ port: 0, tokenSecret: kSecret, logLevel: 'silent', resumeGraceMs: 300, ...options }).listen();

export const tokenFor = (room: string, more: { name?: string; expiresInSeconds?: number; secret?: string } = {}): Promise<string> =>
  createToken({ room, secret: kSecret, ...more });

export const newKey = (): string => randomBytes(32).toString('base64url');

export const camera = (id = 'cam', muted = false) => ({ id, kind: 'video' as const, content: 'camera' as const, muted });

export interface JoinFields {
  room?: string;
  token?: string;
  participantKey?: string;
  name?: string;
  sources?: unknown;
  capabilities?: unknown;
  [other: string]: unknown;
}

/** One client: everything it received is in `received`, and `next` takes messages out of it in order. */
export class TestClient implements AsyncDisposable {
  readonly socket: Socket;
  readonly received: ServerMessage[] = [];
  readonly key: string;
  disconnectReason: string | undefined;
  #taken = 0;
  #wake: (() => void) | undefined;

  private constructor(socket: Socket, key: string) {
    this.socket = socket;
    this.key = key;
    socket.on('message', (message: ServerMessage) => {
      this.received.push(message);
      this.#wake?.();
    });
    socket.on('disconnect', (reason) => {
      this.disconnectReason = reason;
      this.#wake?.();
    });
  }

  static async connect(url: string, options: { key?: string; headers?: Record<string, string>; transports?: string[]; reconnection?: boolean } = {}): Promise<TestClient> {
    const { key = newKey(), headers, transports = ['websocket'], reconnection = false } = options;
    const socket = io(url, { path: '/signalling', transports, reconnection, forceNew: true, ...(headers ? { extraHeaders: headers } : {}) });
    const client = new TestClient(socket, key);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    return client;
  }

  send(message: unknown): void {
    this.socket.emit('message', message);
  }

  /** The next message of this type, skipping others. Fails after two seconds. */
  async next<K extends ServerMessage['type']>(type: K, timeoutMs = 2000): Promise<MessageOf<K>> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      while (this.#taken < this.received.length) {
        const message = this.received[this.#taken];
        this.#taken += 1;
        if (message?.type === type) return message as MessageOf<K>;
      }
      const rest = end - performance.now();
      if (rest <= 0) throw new Error(`no "${type}" came; got ${JSON.stringify(this.received)}`);
      await this.#wait(rest);
    }
  }

  async error(code: ErrorCode): Promise<MessageOf<'error'>> {
    const error = await this.next('error');
    if (error.code !== code) throw new Error(`expected ${code}, got ${JSON.stringify(error)}`);
    return error;
  }

  /** Sends a `join`; use `join` to have its answer as well. */
  async sendJoin(fields: JoinFields = {}): Promise<void> {
    const room = fields.room ?? 'standup';
    this.send({
      type: 'join',
      protocol: 1,
      room,
      token: 'token' in fields ? fields.token : await tokenFor(room),
      participantKey: this.key,
      name: 'Ana',
      capabilities: { topologies: ['mesh'], dataChannels: true },
      sources: [camera()],
      ...fields,
    });
  }

  async join(fields: JoinFields = {}): Promise<MessageOf<'joined'>> {
    await this.sendJoin(fields);
    return this.next('joined');
  }

  /** Waits until the socket is closed. @returns socket.io's reason */
  async closed(timeoutMs = 2000): Promise<string> {
    const end = performance.now() + timeoutMs;
    while (this.disconnectReason === undefined) {
      const rest = end - performance.now();
      if (rest <= 0) throw new Error('the socket stayed open');
      await this.#wait(rest);
    }
    return this.disconnectReason;
  }

  /** Asserts that nothing more of this type arrives for a while. */
  async silence(type: ServerMessage['type'], ms = 120): Promise<void> {
    await sleep(ms);
    const extra = this.received.slice(this.#taken).find((message) => message.type === type);
    if (extra) throw new Error(`unexpected ${JSON.stringify(extra)}`);
  }

  /** Cuts the connection as a lost network does: no farewell. */
  cut(): void {
    this.socket.io.engine.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.disconnect();
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Polls until `condition` holds. */
export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 2000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error('the condition never held');
    await sleep(5);
  }
}
