// SPDX-License-Identifier: Apache-2.0
// What the session tells the room, as JSON; the members are those of wasm/session/actions.h.

import type { ParticipantRecord, PeerState } from '../participants/remote-participant.js';
import type { LeaveReason, SignallingState } from './events.js';

/** @internal */
export type Notification =
  | { type: 'Joined'; participantId: string; resumed: boolean; room: { name: string; topology: string; capacity: number } }
  | { type: 'Rejected'; code: string; message: string }
  | { type: 'SignallingStateChanged'; state: SignallingState }
  | { type: 'ParticipantJoined' | 'ParticipantUpdated'; participant: ParticipantRecord }
  | { type: 'ParticipantLeft'; participantId: string; reason: LeaveReason }
  | { type: 'RemoteSourceAdded'; participantId: string; source: ParticipantRecord['sources'][number] }
  | { type: 'RemoteSourceRemoved'; participantId: string; sourceId: string }
  | { type: 'PeerStateChanged'; participantId: string; state: PeerState; iceRestarts: number }
  | { type: 'Warning'; code: string; message: string }
  | { type: 'Closed'; reason: 'left' | 'rejected' | 'replaced' };
