// SPDX-License-Identifier: Apache-2.0
// One client's side of the protocol: its messages in their order, its limits, its errors.
import { ProtocolError } from './errors.js';
import type { Hub, Seat } from './hub.js';
import { messageId, messageType, parseClientMessage } from './inspect.js';
import type { ClientMessage, ClientMessageOf } from './protocol.js';
import type { Link, Room } from './room.js';
import { TokenBucket } from './token-bucket.js';

/** A socket is closed once it has sent this many bursts more than it may, or goes on at twice the allowed rate. */
const kPatienceBursts = 5;

export class Connection {
  readonly link: Link;
  readonly #hub: Hub;
  readonly #bucket: TokenBucket;
  readonly #patience: TokenBucket;
  /** Messages behind one that waits for its token to be checked. Bounded by the rate limit. */
  readonly #queue: unknown[] = [];
  #busy = false;
  #gone = false;
  #seat: Seat | null = null;
  #watched: Room | null = null;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(hub: Hub, link: Link) {
    this.#hub = hub;
    this.link = link;
    const { messageRate, messageBurst } = hub.settings;
    this.#bucket = new TokenBucket(messageRate, messageBurst);
    this.#patience = new TokenBucket(messageRate, messageBurst * kPatienceBursts);
    this.#restartIdleTimer();
  }

  /** Takes one message as the socket delivered it, whatever it is. Never throws. */
  receive(raw: unknown): void {
    if (this.#gone) return;
    const wait = this.#bucket.take();
    if (wait > 0) {
      this.#refuse(raw, wait);
      return;
    }
    this.#hub.metrics.messages.inc({ type: messageType(raw) });
    if (this.#busy) this.#queue.push(raw);
    else this.#handle(raw);
  }

  /** The client asks whether its socket still lives: it is told, within its rate. */
  probe(answer: () => void): void {
    if (!this.#gone && this.#bucket.take() === 0) answer();
  }

  /** The socket is gone: its participant is kept for a while, or at once forgotten if it left. */
  closed(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#queue.length = 0;
    clearTimeout(this.#idleTimer);
    this.#unwatch();
    // A seat taken over by a newer socket is not this one's to give up.
    if (this.#seat?.participant.link === this.link) this.#hub.lose(this.#seat);
    this.#seat = null;
    this.#hub.forget(this);
  }

  #handle(raw: unknown): void {
    let pending: Promise<void> | undefined;
    try {
      if (this.#hub.closing) {
        throw new ProtocolError('server-shutting-down', 'The server is restarting. Reconnect in a moment.', {
          retryAfterMs: this.#hub.settings.shutdownRetryAfterMs,
        });
      }
      pending = this.#dispatch(parseClientMessage(raw, this.#hub.settings.maxMessageBytes));
    } catch (error) {
      this.#fail(raw, error);
    }
    if (!pending) return;
    this.#busy = true;
    void pending
      .catch((error: unknown) => this.#fail(raw, error))
      .then(() => {
        this.#busy = false;
        while (!this.#busy && !this.#gone && this.#queue.length > 0) this.#handle(this.#queue.shift());
      });
  }

  /** Carries out a message; a promise only where it must wait. */
  #dispatch(message: ClientMessage): Promise<void> | undefined {
    if (this.#seat && this.#seat.participant.link !== this.link) return undefined;
    switch (message.type) {
      case 'peek':
        return this.#peek(message);
      case 'join':
        return this.#join(message);
      case 'leave':
        this.#leave();
        return undefined;
      case 'signal':
        this.#hub.signal(this.#seated(), message);
        return undefined;
      case 'update':
        this.#hub.update(this.#seated(), message);
        return undefined;
      case 'topology':
        this.#hub.chooseTopology(this.#seated(), message);
        return undefined;
      case 'connectivity':
        this.#hub.connectivity(this.#seated(), message);
        return undefined;
      case 'published':
        this.#hub.published(this.#seated(), message);
        return undefined;
      case 'mixing':
        this.#hub.mixing(this.#seated(), message);
        return undefined;
    }
  }

  async #peek(message: ClientMessageOf<'peek'>): Promise<void> {
    if (this.#seat) throw new ProtocolError('already-joined', 'This connection is in a room: leave it before looking at another.');
    await this.#hub.authorizePeek(message);
    if (this.#gone) return;
    this.#unwatch();
    this.#watched = this.#hub.watch(message.room, this.link);
    clearTimeout(this.#idleTimer);
  }

  async #join(message: ClientMessageOf<'join'>): Promise<void> {
    const started = performance.now();
    if (this.#seat) throw new ProtocolError('already-joined', 'This connection is in a room already.');
    const auth = await this.#hub.authorizeJoin(message);
    if (this.#gone) return;
    this.#seat = this.#hub.join(message, auth, this.link);
    this.#unwatch();
    clearTimeout(this.#idleTimer);
    this.#hub.metrics.joinSeconds.observe((performance.now() - started) / 1000);
  }

  #leave(): void {
    if (this.#seat) this.#hub.leave(this.#seat, 'left');
    else if (!this.#watched) throw new ProtocolError('not-joined', 'There is no room to leave.');
    this.#seat = null;
    this.#unwatch();
    this.#restartIdleTimer();
  }

  #seated(): Seat {
    if (!this.#seat) throw new ProtocolError('not-joined', 'Join a room first.');
    return this.#seat;
  }

  #unwatch(): void {
    if (this.#watched) this.#hub.unwatch(this.#watched, this.link);
    this.#watched = null;
  }

  #restartIdleTimer(): void {
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => this.link.end(), this.#hub.settings.idleTimeoutMs);
  }

  /** Over the rate: the message is dropped and answered; who does not stop is closed. */
  #refuse(raw: unknown, retryAfterMs: number): void {
    this.#fail(raw, new ProtocolError('rate-limited', 'Too many messages: this one was dropped.', { retryAfterMs }));
    if (this.#patience.take() === 0) return;
    this.#hub.log.warn('closed a flooding socket');
    this.link.end();
  }

  #fail(raw: unknown, error: unknown): void {
    if (this.#gone) return;
    let shown: ProtocolError;
    if (error instanceof ProtocolError) shown = error;
    else {
      this.#hub.log.error({ err: error }, 'failed to handle a message');
      shown = new ProtocolError('internal', 'The server failed to handle this message. Try again.');
    }
    this.#hub.metrics.errors.inc({ code: shown.code });
    const inReplyTo = messageId(raw);
    // A join that cannot be understood will not be understood the next time either.
    const hopelessJoin = messageType(raw) === 'join' && (shown.code === 'message-invalid' || shown.code === 'message-too-large');
    this.link.send({
      type: 'error',
      code: shown.code,
      message: shown.message,
      fatal: shown.fatal || hopelessJoin,
      ...(inReplyTo === undefined ? {} : { inReplyTo }),
      ...(shown.retryAfterMs === undefined ? {} : { retryAfterMs: shown.retryAfterMs }),
    });
  }
}
