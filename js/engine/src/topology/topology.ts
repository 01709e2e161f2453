// SPDX-License-Identifier: Apache-2.0
// The names of the ways that a room's media can travel.

/** How media travels: among participants, through a forwarding server, through one participant who mixes, over the signalling server's own sockets. */
export type Topology = 'mesh' | 'sfu' | 'mcu' | 'relay';
