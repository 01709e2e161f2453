// SPDX-License-Identifier: Apache-2.0
// Events of a Room.

import type { PeerState, Quality, RemoteParticipant } from '../participants/remote-participant.js';
import type { RemoteSource } from '../participants/source.js';
import type { AudienceChangeEvent } from '../topology/audience.js';
import type { MixChangeEvent, TopologyChangeEvent } from '../topology/events.js';

export type { MixChangeEvent, TopologyChangeEvent };

export type SignallingState = 'connected' | 'reconnecting' | 'closed';
export type LeaveReason = 'left' | 'timeout' | 'replaced';

export class ParticipantEvent<Type extends string> extends Event {
  declare readonly type: Type;
  constructor(
    type: Type,
    readonly participant: RemoteParticipant,
    /** Only with 'participantleft'. */
    readonly reason?: LeaveReason,
    /** With 'participantjoined': was in the room before the listener was added. */
    readonly wasPresent = false,
  ) {
    super(type);
  }
}

export class TrackEvent<Type extends string> extends Event {
  declare readonly type: Type;
  constructor(
    type: Type,
    readonly participant: RemoteParticipant,
    readonly source: RemoteSource,
    readonly track: MediaStreamTrack,
  ) {
    super(type);
  }
}

export class DataEvent extends Event {
  declare readonly type: 'data';
  constructor(
    readonly from: RemoteParticipant,
    readonly topic: string,
    /** What was sent: text as a string, everything else as bytes. */
    readonly data: string | Uint8Array,
  ) {
    super('data');
  }
}

/** The way to the server was lost or found again. Media does not depend on it. */
export class SignallingChangedEvent extends Event {
  declare readonly type: 'signallingchanged';
  constructor(
    readonly state: SignallingState,
    /** Milliseconds since 1970. */
    readonly since: number,
  ) {
    super('signallingchanged');
  }
}

/** A connection's state or quality changed. */
export class PeerChangedEvent extends Event {
  declare readonly type: 'peerchanged';
  constructor(
    readonly participant: RemoteParticipant,
    readonly state: PeerState,
    readonly quality: Quality,
  ) {
    super('peerchanged');
  }
}

export class ActiveSpeakerEvent extends Event {
  declare readonly type: 'activespeaker';
  constructor(
    /** null while nobody else speaks. */
    readonly participant: RemoteParticipant | null,
  ) {
    super('activespeaker');
  }
}

/** The browser plays no sound before a gesture: call startAudio() from a click. */
export class AudioBlockedEvent extends Event {
  declare readonly type: 'audioblocked';
  constructor() {
    super('audioblocked');
  }
}

/** Something went wrong and the call goes on. */
export class WarningEvent extends Event {
  declare readonly type: 'warning';
  constructor(
    readonly code: string,
    readonly message: string,
  ) {
    super('warning');
  }
}

/** The last event of a room. */
export class ClosedEvent extends Event {
  declare readonly type: 'closed';
  constructor(
    /** 'left': by close(); 'replaced': the same participant joined elsewhere; 'rejected': the server does not let it back in. */
    readonly reason: 'left' | 'replaced' | 'rejected',
    /** The server's code with 'rejected', else the reason. */
    readonly code: string,
  ) {
    super('closed');
  }
}

export interface RoomEventMap {
  participantjoined: ParticipantEvent<'participantjoined'>;
  participantleft: ParticipantEvent<'participantleft'>;
  /** Name, presence, or a source's existence or muted state. */
  participantupdated: ParticipantEvent<'participantupdated'>;
  trackadded: TrackEvent<'trackadded'>;
  trackremoved: TrackEvent<'trackremoved'>;
  data: DataEvent;
  signallingchanged: SignallingChangedEvent;
  peerchanged: PeerChangedEvent;
  activespeaker: ActiveSpeakerEvent;
  audioblocked: AudioBlockedEvent;
  warning: WarningEvent;
  topologychange: TopologyChangeEvent;
  mixchange: MixChangeEvent;
  /** See audienceOf() of `tessera-rtc/webinar`. */
  audiencechange: AudienceChangeEvent;
  closed: ClosedEvent;
}
