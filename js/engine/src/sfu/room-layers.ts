// SPDX-License-Identifier: Apache-2.0
// Where a page meets the layer selection of its room: what is taken and why, what is believed of the downlink, and the log.

import type { LayerDiagnostics } from '../diagnostics/types.js';
import type { DownlinkEstimate, LayerChoice } from '../layers/events.js';
import type { Room } from '../rooms/room.js';

/** What is taken of a participant's video. */
export interface RoomLayerChoice extends Omit<LayerChoice, 'id'> {
  readonly participantId: string;
  readonly sourceId: string;
}

/** The layer selection of a room on an SFU. */
export interface RoomLayers {
  /**
   * Default true. False: of everything that somebody sees the largest layer is taken, whatever the link carries; for networks that
   * are known to carry it, and for comparing.
   */
  automatic: boolean;
  /** Of every video that is received. Empty until the selection has been loaded. */
  readonly choices: readonly RoomLayerChoice[];
  readonly estimate: DownlinkEstimate;
  /** Every input and every decision so far, which replayLog() and the project's native `layers_replay` run again. Ids, no names. */
  exportLog(): string;
}

/** @internal Rows of diagnostics with what is taken, and why. */
export function withLayers<T extends { participantId?: string; sourceId?: string }>(rows: T[], choices: readonly RoomLayerChoice[]): (T & { layer?: LayerDiagnostics })[] {
  return rows.map((row) => {
    const choice = choices.find(({ participantId, sourceId }) => participantId === row.participantId && sourceId === row.sourceId);
    if (!choice) return row;
    const { kind, spatial, temporal, reason } = choice;
    return { ...row, layer: { kind, spatial, temporal, reason } };
  });
}

const known = new WeakMap<Room, RoomLayers>();

/** @internal The selection of a room, from now on. */
export function setLayersOf(room: Room, layers: RoomLayers): void {
  known.set(room, layers);
}

/** The layer selection of a room; null where no SFU carries, or has carried, its media. */
export function layersOf(room: Room): RoomLayers | null {
  return known.get(room) ?? null;
}
