// SPDX-License-Identifier: Apache-2.0
// Links that carried the media before: each goes on until everybody whom it reached has left it, too.

import type { RemoteParticipant } from '../participants/remote-participant.js';
import type { ProtocolMessage } from '../signalling/transport.js';
import type { Place } from './place.js';

/** A link ends after this long even if somebody has not said to have moved, in milliseconds: as long as a move may take, and its first pictures. */
export const kLingerAtMost = 20_000;

/** A link that is left, and the message by which the room moved away from it. */
export interface Farewell {
  readonly place: Place;
  readonly message: ProtocolMessage;
  readonly epoch: number;
}

interface Pending extends Farewell {
  /** Who may still receive something by it; '' is oneself. */
  readonly waiting: Set<string>;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** @internal */
export class Farewells {
  /** The latest move that each participant has completed; '' is oneself. */
  readonly #arrived = new Map<string, number>();
  #pending: Pending[] = [];

  /** `end` is called once for each that is over; `revived`: the room goes back to it. */
  constructor(
    private readonly participants: ReadonlyMap<string, RemoteParticipant>,
    private readonly end: (farewell: Farewell, revived: boolean) => void,
  ) {}

  get places(): Place[] {
    return this.#pending.map(({ place }) => place);
  }

  add(farewell: Farewell): void {
    const reached = [...farewell.place.stage.states.values()].filter(({ state }) => state === 'connected');
    const waiting = new Set(['', ...reached.map(({ participantId }) => participantId)]);
    const pending: Pending = { ...farewell, waiting, timer: setTimeout(() => this.#end(pending, false), kLingerAtMost) };
    this.#pending.push(pending);
    this.look();
  }

  /** Somebody ('': oneself) receives everything in the way that the room has since `epoch`. */
  arrived(id: string, epoch: number): void {
    this.#arrived.set(id, epoch);
    this.look();
  }

  forget(id: string): void {
    this.#arrived.delete(id);
    this.look();
  }

  /** A server that was restarted counts epochs anew. */
  restart(): void {
    this.#arrived.clear();
  }

  /** Whoever is not there any more need not be waited for. */
  look(): void {
    for (const pending of [...this.#pending]) {
      for (const id of pending.waiting) {
        const gone = id !== '' && !this.participants.get(id)?.present;
        if (gone || (this.#arrived.get(id) ?? -1) >= pending.epoch) pending.waiting.delete(id);
      }
      if (pending.waiting.size === 0) this.#end(pending, false);
    }
  }

  /** The room goes back to this topology. */
  revive(topology: Place['topology']): void {
    for (const pending of [...this.#pending]) if (pending.place.topology === topology) this.#end(pending, true);
  }

  /** Ends no link: whoever closes closes them all. */
  close(): void {
    for (const { timer } of this.#pending) clearTimeout(timer);
    this.#pending = [];
  }

  #end(pending: Pending, revived: boolean): void {
    if (!this.#pending.includes(pending)) return;
    clearTimeout(pending.timer);
    this.#pending = this.#pending.filter((it) => it !== pending);
    this.end(pending, revived);
  }
}
