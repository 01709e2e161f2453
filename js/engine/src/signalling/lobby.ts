// SPDX-License-Identifier: Apache-2.0
// The lobby: see who is in a room before entering it.

import { roomError, type TesseraError } from '../errors.js';
import { TypedEventTarget } from '../events.js';
import type { LocalMedia } from '../media/local-media.js';
import { abortable, requireName } from '../options.js';
import { Room } from '../rooms/room.js';
import { Connection, type ConnectOptions } from './connection.js';
import type { ProtocolMessage } from './transport.js';

/** Somebody who is in the room already. */
export interface LobbyParticipant {
  id: string;
  name: string;
}

/** The list of participants or the connection to the server changed. */
export class LobbyChangedEvent extends Event {
  declare readonly type: 'changed';
  constructor() {
    super('changed');
  }
}

/** The server refused; `error.code` says why. The lobby goes on trying where that can help. */
export class LobbyErrorEvent extends Event {
  declare readonly type: 'error';
  constructor(readonly error: TesseraError) {
    super('error');
  }
}

export interface LobbyEventMap {
  changed: LobbyChangedEvent;
  error: LobbyErrorEvent;
}

/** How to enter from the lobby. */
export interface LobbyJoinOptions {
  /** 1 to 64 printable characters. Default: 'Guest'. */
  name?: string;
  /** What is sent from the start. The room closes it when it is closed. Default: a new LocalMedia that sends nothing yet. */
  media?: LocalMedia;
  signal?: AbortSignal;
}

/** Attempts to reach the server before the first answer, after which it is 'server-unreachable'. */
const kAttempts = 4;
const kRetryMilliseconds = 2000;

export class Lobby extends TypedEventTarget<LobbyEventMap> {
  #connection: Connection;
  #participants: readonly LobbyParticipant[] = [];
  #capacity = 0;
  #state: 'waiting' | 'connected' | 'reconnecting' | 'joined' | 'closed' = 'waiting';
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #first: { promise: Promise<void>; resolve: () => void; reject: (error: TesseraError) => void };

  /** @internal */
  constructor(connection: Connection) {
    super();
    this.#connection = connection;
    let resolve!: () => void;
    let reject!: (error: TesseraError) => void;
    const promise = new Promise<void>((...settle) => ([resolve, reject] = settle));
    this.#first = { promise, resolve, reject };
    this.#first.promise.catch(() => undefined);
  }

  /** @internal */
  async open(signal?: AbortSignal): Promise<void> {
    try {
      await abortable(this.#connection.tokens.get(signal), signal);
      const { transport } = this.#connection;
      transport.handlers = {
        opened: () => this.#peek(),
        closed: () => this.#set('reconnecting'),
        failed: (error) => {
          if (this.#state === 'waiting' && ++this.#failures >= kAttempts) this.#first.reject(roomError('server-unreachable', '', error));
        },
        message: (message) => this.#receive(message),
      };
      if (transport.connected) this.#peek();
      await abortable(this.#first.promise, signal);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get room(): string {
    return this.#connection.room;
  }

  /** Who is in the room, in the order of joining. */
  get participants(): readonly LobbyParticipant[] {
    return this.#participants;
  }

  /** How many may be in the room at once. */
  get capacity(): number {
    return this.#capacity;
  }

  /** True if nobody else fits in at the moment. */
  get full(): boolean {
    return this.#capacity > 0 && this.#participants.length >= this.#capacity;
  }

  /** False while the server is being reached again. */
  get connected(): boolean {
    return this.#state === 'connected';
  }

  /**
   * Enters the room; the lobby ends with it. If that fails the lobby stays open.
   * @throws RoomError with the server's code, e.g. 'room-full' or 'token-expired'; AbortedError.
   */
  async join(options: LobbyJoinOptions = {}): Promise<Room> {
    const name = requireName(options.name ?? 'Guest');
    if (this.#state === 'closed' || this.#state === 'joined') throw roomError('closed');
    const { transport } = this.#connection;
    const { handlers } = transport;
    const before = this.#state;
    clearTimeout(this.#retry);
    this.#state = 'joined';
    try {
      return await Room.enter(this.#connection, { ...options, name });
    } catch (error) {
      transport.handlers = handlers;
      this.#state = before;
      if (transport.connected) this.#peek();
      else this.#set('reconnecting');
      throw error;
    }
  }

  /** Leaves the lobby. Does nothing after a join: the room has the connection then. */
  close(): void {
    if (this.#state === 'joined' || this.#state === 'closed') return;
    this.#state = 'closed';
    clearTimeout(this.#retry);
    this.#connection.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #peek(): void {
    const { tokens, transport, room } = this.#connection;
    transport.send({ type: 'peek', protocol: 1, room, token: tokens.current });
  }

  /** A fresh token, and another look with it. */
  async #renew(): Promise<void> {
    try {
      await this.#connection.tokens.get();
      if (this.#watching) this.#peek();
    } catch (cause) {
      if (!this.#watching) return;
      this.emit(new LobbyErrorEvent(cause as TesseraError));
      this.#retry = setTimeout(() => this.#watching && this.#connection.transport.connected && this.#peek(), kRetryMilliseconds);
    }
  }

  get #watching(): boolean {
    return this.#state === 'connected' || this.#state === 'reconnecting';
  }

  #set(state: 'connected' | 'reconnecting'): void {
    if (this.#state === 'waiting' && state === 'reconnecting') return;
    this.#state = state;
    this.emit(new LobbyChangedEvent());
  }

  #receive(message: ProtocolMessage): void {
    if (message.type === 'lobby') {
      const { room, participants } = message as unknown as { room: { capacity: number }; participants: LobbyParticipant[] };
      this.#capacity = room.capacity;
      this.#participants = participants.map(({ id, name }) => ({ id, name }));
      this.#first.resolve();
      this.#set('connected');
    } else if (message.type === 'error') {
      const error = roomError(String(message['code']), String(message['message'] ?? ''));
      if (this.#state === 'waiting') {
        this.#first.reject(error);
      } else if ((error.code === 'token-expired' || error.code === 'token-invalid') && this.#connection.tokens.renewable) {
        void this.#renew();
      } else {
        this.emit(new LobbyErrorEvent(error));
      }
    }
  }
}

/**
 * Connects to a room's lobby and resolves once it is known who is in.
 * @throws OptionError; RoomError ('server-unreachable', 'token-required', 'token-invalid', …); AbortedError.
 */
export async function enterLobby(options: ConnectOptions): Promise<Lobby> {
  const lobby = new Lobby(new Connection(options));
  await lobby.open(options.signal);
  return lobby;
}
