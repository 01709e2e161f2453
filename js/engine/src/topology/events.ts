// SPDX-License-Identifier: Apache-2.0
// Events of a room whose media changes its way.

import type { Topology } from './topology.js';

/** Media goes another way from now on. Each track of a participant is replaced with its first picture; `trackadded` tells of it. */
export class TopologyChangeEvent extends Event {
  declare readonly type: 'topologychange';
  constructor(
    readonly topology: Topology,
    readonly previous: Topology,
  ) {
    super('topologychange');
  }
}

/** `Room.mix` is another track now, or none. */
export class MixChangeEvent extends Event {
  declare readonly type: 'mixchange';
  constructor(readonly track: MediaStreamTrack | null) {
    super('mixchange');
  }
}
