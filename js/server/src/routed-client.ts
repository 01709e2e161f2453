// SPDX-License-Identifier: Apache-2.0
// A client whose socket is here and whose room may be at another server: its messages go to whichever owns the room.
import type { Cluster } from './cluster.js';
import type { Connection } from './connection.js';
import type { Hub } from './hub.js';
import { messageType } from './inspect.js';
import { isRoomName } from './protocol.js';
import type { Link } from './room.js';
import { TokenBucket } from './token-bucket.js';

/** An owner refuses what is too much in words; a flood ends here. In bursts. */
const kPatienceBursts = 5;

export class RoutedClient {
  /** The server that serves this client, null for this one. */
  node: string | null = null;
  #local: Connection | null;
  /** In a room, and so bound to its owner until it leaves. */
  #seated = false;
  #gone = false;
  #busy = false;
  /** Messages behind one that waits for its room's owner to be known. */
  readonly #queue: unknown[] = [];
  readonly #gate: TokenBucket;

  constructor(
    private readonly cluster: Cluster,
    private readonly hub: Hub,
    private readonly id: string,
    readonly link: Link,
    private readonly forget: () => void,
  ) {
    this.#local = hub.connect(link);
    const { messageRate, messageBurst } = hub.settings;
    this.#gate = new TokenBucket(messageRate, messageBurst * (1 + kPatienceBursts));
  }

  /** Takes one message as the socket delivered it, whatever it is. Never throws. */
  receive(raw: unknown): void {
    if (this.#gone) return;
    if (this.#gate.take() > 0) this.link.end();
    else if (this.#busy) this.#queue.push(raw);
    else this.#handle(raw);
  }

  /** The client asks whether its socket still lives. */
  probe(answer: () => void): void {
    if (!this.#gone && this.#gate.take() === 0) answer();
  }

  /** A message goes out to this client, from wherever. */
  told(message: unknown): void {
    if ((message as { type?: unknown } | null)?.type === 'joined') this.#seated = true;
  }

  /** The socket is gone. */
  closed(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#queue.length = 0;
    this.forget();
    this.#part();
  }

  #handle(raw: unknown): void {
    const room = this.#seated ? null : roomOf(raw);
    if (room === null) {
      this.#deliver(raw);
      return;
    }
    this.#busy = true;
    this.cluster
      .ownerOf(room)
      .then((owner) => {
        if (this.#gone) return;
        this.#moveTo(owner === this.cluster.id ? null : owner);
        this.#deliver(raw);
      })
      .catch((error: unknown) => {
        this.hub.log.warn({ err: error }, 'no owner of a room could be found');
        // Whoever comes back in a moment may find Redis there again.
        this.link.drop();
      })
      .then(() => {
        this.#busy = false;
        while (!this.#busy && !this.#gone && this.#queue.length > 0) this.#handle(this.#queue.shift());
      });
  }

  #deliver(raw: unknown): void {
    if (messageType(raw) === 'leave') this.#seated = false;
    if (this.node === null) {
      this.#local?.receive(raw);
      return;
    }
    this.cluster.tell(this.node, { kind: 'message', client: this.id, raw }).then(
      (heard) => heard || this.#gone || this.link.drop(),
      () => this.#gone || this.link.drop(),
    );
  }

  #moveTo(node: string | null): void {
    if (node === this.node) return;
    this.#part();
    this.node = node;
    this.#local = node === null ? this.hub.connect(this.link) : null;
  }

  /** Whoever has served this client so far does no longer. */
  #part(): void {
    this.#local?.closed();
    this.#local = null;
    if (this.node !== null) this.cluster.tell(this.node, { kind: 'closed', client: this.id }).catch(() => undefined);
  }
}

/** The room that a message asks for; null for those of another kind, and for what is wrong, which any server can say. */
function roomOf(raw: unknown): string | null {
  const type = messageType(raw);
  const room = type === 'join' || type === 'peek' ? (raw as { room?: unknown }).room : null;
  return isRoomName(room) ? room : null;
}
