// SPDX-License-Identifier: Apache-2.0
// What participants tell each other through the signalling server.

import type { Connection } from '../signalling/connection.js';

/** @internal The id makes the session take a refusal for what it is: the other one is away or gone. */
export function signalTo({ transport }: Connection, to: string, payload: object): void {
  transport.send({ type: 'signal', id: `signal/${to}`, to, payload });
}
