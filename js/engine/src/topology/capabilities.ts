// SPDX-License-Identifier: Apache-2.0
// Which topologies this client can take part in, as it tells the server when it joins.

import type { Topology } from './link.js';

/** @internal The mesh, and everything that has a link in link.ts. */
export const kTopologies: readonly Topology[] = ['mesh', 'sfu', 'relay'];
