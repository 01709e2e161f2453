// SPDX-License-Identifier: Apache-2.0
// The way to the signalling server: socket.io with its own reconnection; one event name, JSON objects both ways.

import { Manager, type Socket } from 'socket.io-client';

/** A message of the signalling protocol, version 1. @internal */
export interface ProtocolMessage {
  type: string;
  [member: string]: unknown;
}

/** @internal */
export interface TransportHandlers {
  opened?: () => void;
  closed?: (reason: string) => void;
  message?: (message: ProtocolMessage) => void;
  /** A connection attempt failed; another follows. */
  failed?: (error: Error) => void;
}

/** A socket that does not answer for this long, when asked, is dead: the heartbeat would take up to 9 s to notice. */
const kProbeMilliseconds = 2000;

/** @internal Opens at once and reconnects for ever, until close(). */
export class SignallingTransport {
  /** Replaced when the room takes over from the lobby. */
  handlers: TransportHandlers = {};
  readonly #socket: Socket;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #probing = false;
  #opens = 0;
  #reopenedAt = Number.NEGATIVE_INFINITY;

  constructor(url: URL, handlers: TransportHandlers) {
    this.handlers = handlers;
    // A manager of its own for each socket: io() would keep a table of them to share.
    const socket = new Manager(url.origin, {
      path: '/signalling',
      // WebSocket first saves round trips; long polling passes proxies that let nothing else through.
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      reconnectionDelay: 300,
      reconnectionDelayMax: 3000,
      timeout: 8000,
    }).socket('/');
    this.#socket = socket;
    socket.on('connect', () => {
      if (++this.#opens > 1) this.#reopenedAt = performance.now();
      this.handlers.opened?.();
    });
    socket.on('connect_error', (error) => this.handlers.failed?.(error));
    socket.on('message', (message: ProtocolMessage) => this.handlers.message?.(message));
    socket.on('disconnect', (reason) => {
      this.handlers.closed?.(reason);
      // socket.io takes a server's own disconnect for final and does not come back by itself.
      if (reason === 'io server disconnect') this.#retry = setTimeout(() => socket.connect(), 500);
    });
  }

  get connected(): boolean {
    return this.#socket.connected;
  }

  /** 'websocket' or 'polling'; undefined while there is no connection. */
  get kind(): string | undefined {
    return this.#socket.connected ? this.#socket.io.engine?.transport.name : undefined;
  }

  /** When it last came back (performance.now()); before that, minus infinity. */
  get reopenedAt(): number {
    return this.#reopenedAt;
  }

  /** Dropped while there is no connection: whoever needs it says it again after `opened`. */
  send(message: ProtocolMessage): void {
    if (this.#socket.connected) this.#socket.emit('message', message);
  }

  /**
   * The network may have changed, or the media has stopped: while there is no connection, tries at once instead of waiting for
   * the next attempt; a connection is asked whether it still lives, and replaced if it does not answer.
   */
  hurry(): void {
    const socket = this.#socket;
    if (!socket.active || this.#probing) return;
    if (!socket.connected) {
      socket.disconnect().connect();
      return;
    }
    this.#probing = true;
    const { id } = socket;
    socket.timeout(kProbeMilliseconds).emit('probe', (silent: Error | null) => {
      this.#probing = false;
      if (silent && socket.connected && socket.id === id) socket.disconnect().connect();
    });
  }

  close(): void {
    clearTimeout(this.#retry);
    this.handlers = {};
    this.#socket.removeAllListeners();
    this.#socket.disconnect();
  }
}
