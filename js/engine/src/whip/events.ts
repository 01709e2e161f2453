// SPDX-License-Identifier: Apache-2.0
// What a publication over WHIP tells.

import type { WhipError } from './errors.js';

/** 'reconnecting': media has stopped, and is being brought back. After 'failed' and 'closed' nothing follows. */
export type WhipState = 'connected' | 'reconnecting' | 'failed' | 'closed';

/** `error` says why, where the state is 'failed'. */
export class WhipStateEvent extends Event {
  declare readonly type: 'statechange';
  constructor(
    readonly state: WhipState,
    readonly error: WhipError | null,
  ) {
    super('statechange');
  }
}

export interface WhipPublisherEventMap {
  statechange: WhipStateEvent;
}
