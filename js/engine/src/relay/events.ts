// SPDX-License-Identifier: Apache-2.0
// What a RelayConnection tells.

import type { RelayError } from './errors.js';
import type { AudioContent, RelayState, VideoContent } from './messages.js';

/** A track of another participant. */
export interface RelayTrack {
  readonly participantId: string;
  readonly sourceId: string;
  readonly kind: 'audio' | 'video';
  readonly content: VideoContent | AudioContent;
  /** The same as long as the source is there. */
  readonly track: MediaStreamTrack;
}

export class RelayTrackEvent extends Event {
  declare readonly type: 'trackadded' | 'trackstarted' | 'trackremoved';
  /** `trackstarted`: its first picture or sound has come. */
  constructor(
    type: 'trackadded' | 'trackstarted' | 'trackremoved',
    readonly remote: RelayTrack,
  ) {
    super(type);
  }
}

export class RelayStateEvent extends Event {
  declare readonly type: 'statechange';
  /** `error`: why it is not connected. */
  constructor(
    readonly state: RelayState,
    readonly error: RelayError | null,
  ) {
    super('statechange');
  }
}

/** A source could not be sent any more: it has been unpublished. */
export class RelaySourceErrorEvent extends Event {
  declare readonly type: 'sourceerror';
  constructor(
    readonly sourceId: string,
    readonly error: RelayError,
  ) {
    super('sourceerror');
  }
}

export interface RelayConnectionEventMap {
  trackadded: RelayTrackEvent;
  trackstarted: RelayTrackEvent;
  trackremoved: RelayTrackEvent;
  statechange: RelayStateEvent;
  sourceerror: RelaySourceErrorEvent;
}
