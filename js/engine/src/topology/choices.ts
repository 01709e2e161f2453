// SPDX-License-Identifier: Apache-2.0
// Asking the server for another topology, and waiting until media goes that way here.

import { OptionError, RoomError, roomError } from '../errors.js';
import { abortable, throwIfAborted } from '../options.js';
import type { SessionLink } from '../rooms/session-link.js';
import type { ProtocolMessage } from '../signalling/transport.js';
import type { Topology } from './topology.js';

const kNames: readonly Topology[] = ['mesh', 'sfu', 'mcu', 'relay'];

/** A change that takes longer than this has failed, in milliseconds. */
const kAtMost = 30_000;

/** @internal */
export class Choices {
  readonly #waiting = new Map<string, { topology: Topology; resolve: () => void; reject: (error: RoomError) => void }>();
  #count = 0;

  constructor(private readonly session: SessionLink) {}

  async choose(topology: Topology, signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    if (!kNames.includes(topology)) throw new OptionError('topology', `one of ${kNames.join(', ')}`);
    const { session } = this;
    if (session.ended.aborted) throw roomError('closed');
    if (session.topology === topology && session.offer?.topology === topology) return;
    const id = `topology/${++this.#count}`;
    const done = new AbortController();
    try {
      await abortable(
        new Promise<void>((resolve, reject) => {
          this.#waiting.set(id, { topology, resolve, reject });
          session.ended.addEventListener('abort', () => reject(roomError('closed')), { signal: done.signal });
          const late = setTimeout(() => reject(new RoomError('topology-unavailable', 'The room did not change in time. The call goes on as it is; try again.')), kAtMost);
          done.signal.addEventListener('abort', () => clearTimeout(late));
          if (!session.connection.transport.connected) reject(roomError('server-unreachable'));
          session.connection.transport.send({ type: 'topology', id, topology });
        }),
        signal,
      );
    } finally {
      done.abort();
      this.#waiting.delete(id);
    }
  }

  /** Media goes this way now, or goes on doing so. */
  settled(chosen: Topology): void {
    for (const { topology, resolve } of this.#waiting.values()) if (topology === chosen) resolve();
  }

  /** An error that may answer a choice. */
  refused({ code, message, inReplyTo }: ProtocolMessage): void {
    this.#waiting.get(String(inReplyTo))?.reject(roomError(String(code), String(message)));
  }
}
