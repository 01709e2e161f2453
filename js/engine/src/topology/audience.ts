// SPDX-License-Identifier: Apache-2.0
// Those who only watch a room: how many there are, and whether they are shown anything.

import type { Room } from '../rooms/room.js';
import type { ProtocolMessage } from '../signalling/transport.js';

/** Of the mix that viewers watch. 'waiting': nobody publishes it yet. 'ended': nobody does any more. */
export type AudienceState = 'waiting' | 'live' | 'ended';

export interface Audience {
  readonly state: AudienceState;
  /** How many watch. */
  readonly viewers: number;
  /** Viewers that are participants of the room, because its server has no SFU. */
  readonly participantIds: readonly string[];
}

/** Viewers have come or gone, or what they are shown has begun or ended. */
export class AudienceChangeEvent extends Event {
  declare readonly type: 'audiencechange';
  constructor(readonly audience: Audience) {
    super('audiencechange');
  }
}

const known = new WeakMap<Room, Audience>();

/** @internal The server's word of a room's audience. */
export function audienceChanged(room: Room, { state, viewers, ids }: ProtocolMessage): void {
  const audience = { state: state as AudienceState, viewers: Number(viewers), participantIds: (ids as string[] | undefined) ?? [] };
  known.set(room, audience);
  room.dispatchEvent(new AudienceChangeEvent(audience));
}

/** Who watches a room; null where nobody does, or has. */
export const audienceOf = (room: Room): Audience | null => known.get(room) ?? null;
