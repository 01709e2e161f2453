// SPDX-License-Identifier: Apache-2.0
// Gathers what Room.getDiagnostics() gives.

import type { Room } from '../rooms/room.js';
import type { SessionLink } from '../rooms/session-link.js';
import { trafficOf } from './traffic.js';
import type { PeerDiagnostics, RoomDiagnostics } from './types.js';

/**
 * @internal
 * @param link undefined once the room is closed.
 * @param since when the state of signalling last changed, in milliseconds since 1970.
 */
export async function collect(room: Room, link: SessionLink | undefined, since: number, url: string): Promise<RoomDiagnostics> {
  const measured = ((await link?.media.diagnostics()) ?? []) as PeerDiagnostics[];
  const peers = measured.flatMap((peer) => {
    const participant = room.participants.get(peer.participantId);
    if (!participant) return [];
    const { name, state, quality, iceRestarts } = participant;
    return [{ ...peer, name, state, quality, iceRestarts }];
  });
  return {
    at: Date.now(),
    room: room.name,
    topology: room.topology,
    ...(room.topology === 'mcu' && link?.offer?.mixer !== undefined ? { mixer: link.offer.mixer } : {}),
    connections: (link?.media.connections?.() ?? peers).map(trafficOf),
    participantId: room.local.id,
    signalling: { state: room.signallingState, since, transport: (link?.connection.transport.kind as 'websocket' | 'polling' | undefined) ?? null, url },
    peers,
  };
}
