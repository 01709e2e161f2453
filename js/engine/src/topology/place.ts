// SPDX-License-Identifier: Apache-2.0
// A way in which a room's media goes, is to go, or has gone: its link, and what that delivers.

import type { ProtocolMessage } from '../signalling/transport.js';
import type { TopologyLink } from './link.js';
import type { Stage } from './stage.js';
import type { Topology } from './topology.js';

/** @internal */
export interface Place {
  readonly topology: Topology;
  readonly stage: Stage;
  /** undefined for the mesh, and until it is loaded. */
  link: TopologyLink | undefined;
  /** Signals that came before it was. */
  readonly early: ProtocolMessage[];
}

/** The server's word of a room, as in `joined`. @internal */
export interface RoomOffer {
  topology: Topology;
  topologies: Topology[];
  /** Grows with each change. */
  epoch: number;
  /** Who mixes, where the topology is 'mcu'. */
  mixer?: string;
}
