// SPDX-License-Identifier: Apache-2.0
// What this client can do for a room, as it tells the server when it joins.

import type { Topology } from './topology.js';

/** @internal The mesh, and everything that has a link in link.ts. */
export const kTopologies: readonly Topology[] = ['mesh', 'sfu', 'mcu', 'relay'];

/** Whether a participant mixes for the others where the room's topology is 'mcu'; see ConnectOptions. */
export type Mixing = 'auto' | 'only' | 'never';

/**
 * @internal How gladly: the server takes the participant with the largest number, and none with 0. Browsers that hand frames over as
 * streams do it with less work.
 */
export const willingness = (mixing: Mixing): number =>
  mixing === 'never' || !globalThis.OffscreenCanvas || !globalThis.VideoFrame || !globalThis.AudioWorkletNode ? 0 : mixing === 'only' ? 10 : 'MediaStreamTrackProcessor' in globalThis ? 1 : 0.5;
