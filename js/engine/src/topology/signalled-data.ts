// SPDX-License-Identifier: Apache-2.0
// Data messages where media goes a way that carries none: through the signalling server, in parts.

import type { SessionLink } from '../rooms/session-link.js';
import { DataOutbox } from '../sfu/data-outbox.js';
import { DataParts, type DataPart } from '../sfu/data-parts.js';
import { signalTo } from './signal.js';

/** @internal */
export class SignalledData {
  readonly #session: SessionLink;
  readonly #parts = new DataParts();
  readonly #outbox: DataOutbox;

  constructor(session: SessionLink) {
    this.#session = session;
    this.#outbox = new DataOutbox((to, data) => signalTo(session.connection, to, { data }));
  }

  /** `to` empty: everybody. */
  send(topic: string, data: string | Uint8Array, to: string[]): void {
    this.#outbox.push(topic, data, to.length ? to : this.#session.handlers.room.participants.keys());
  }

  receive(from: string, part: unknown): void {
    const whole = typeof part === 'object' && part ? this.#parts.add(from, part as DataPart) : undefined;
    if (whole) this.#session.handlers.data(from, whole.topic, whole.data);
  }

  forget(participantId: string): void {
    this.#parts.forget(participantId);
  }

  close(): void {
    this.#outbox.close();
  }
}
