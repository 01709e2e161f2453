// SPDX-License-Identifier: Apache-2.0
// Which topology a room has: what its server and its people can do, what somebody chose, and what does not work for somebody.
import type { ResolvedOptions } from './options.js';
import type { Topology } from './protocol.js';
import type { Participant, Room } from './room.js';

/** The most that a mesh connects: as `MeshTopology::kMaxParticipants` of the session. */
const kMeshMost = 6;

/** A move that fails within this time, in milliseconds, is taken back. */
const kTakeBackMs = 30_000;

/** What this server has for each topology. Clients have to know it, too. */
const kServerHas: Record<Topology, (settings: ResolvedOptions) => boolean> = {
  mesh: () => true,
  sfu: (settings) => settings.sfu !== undefined,
  mcu: () => true,
  relay: (settings) => settings.relay,
};

/** What a room remembers to decide from. */
export interface TopologyState {
  /** By rule or by choice, before anybody's trouble. */
  base: Topology;
  /** Somebody chose `base`: no rule changes it while it is possible. */
  chosen: boolean;
  /** Who said that no media comes through where WebRTC carries it. */
  readonly unreachable: Set<string>;
  /** Mixers that somebody could not reach. */
  readonly failedMixers: Set<string>;
  /** The topology before the last move, and when that was (performance.now()). */
  before: { topology: Topology; at: number } | undefined;
}

export const newTopologyState = (base: Topology): TopologyState => ({ base, chosen: false, unreachable: new Set(), failedMixers: new Set(), before: undefined });

/** How gladly a participant mixes: 0 not at all; the largest of all is the mixer of a room of topology `mcu`. */
const willingness = ({ capabilities, link, viewer }: Participant): number => {
  const mixer: unknown = capabilities['mixer'];
  return link && !viewer && typeof mixer === 'number' && mixer > 0 ? mixer : 0;
};

/** The one that mixes: who does as long as that works, else the most willing, the longest in the room first. */
function mixerOf(room: Room): string | undefined {
  const able = [...room.participants.values()].filter((it) => willingness(it) > 0 && !room.topology.failedMixers.has(it.id));
  const present = able.find(({ id }) => id === room.info.mixer);
  const best = able.reduce<Participant | undefined>((a, b) => (a && willingness(a) >= willingness(b) ? a : b), undefined);
  return (present ?? best)?.id;
}

/** What the room could change to now, in the order of `kTopologies`. */
export function offeredTopologies(room: Room, settings: ResolvedOptions): Topology[] {
  const people = [...room.participants.values()];
  const possible = (topology: Topology): boolean => {
    if (!kServerHas[topology](settings)) return false;
    if (!people.every(({ capabilities }) => capabilities.topologies.includes(topology))) return false;
    if (topology === 'mesh') return people.length <= kMeshMost;
    return topology !== 'mcu' || mixerOf(room) !== undefined;
  };
  return (Object.keys(kServerHas) as Topology[]).filter(possible);
}

/** Whether somebody is there to watch only. */
const watched = ({ participants, audience }: Room): boolean => audience.members.size > 0 || [...participants.values()].some(({ viewer }) => viewer);

/** What a room has that nobody has chosen for: a mesh while it is small, an SFU beyond where there is one. */
function byRule(room: Room, settings: ResolvedOptions, offered: readonly Topology[]): Topology {
  if (offered.includes('sfu') && (room.participants.size > settings.meshUpTo || !offered.includes('mesh'))) return 'sfu';
  return offered.includes('mesh') ? 'mesh' : (offered[0] ?? room.info.topology);
}

/**
 * Brings `room.info` in line with who is there and what they said.
 * @returns 'moved' where media goes another way from now on, 'changed' where only what is on offer has changed.
 */
export function settle(room: Room, settings: ResolvedOptions): 'moved' | 'changed' | 'same' {
  const { info, topology: state } = room;
  const people = [...room.participants.values()];
  if (!people.some(({ link }) => link)) return 'same';
  for (const id of state.unreachable) if (!room.participants.has(id)) state.unreachable.delete(id);
  const offered = offeredTopologies(room, settings);
  const bound = state.chosen || state.base === 'mcu' || state.base === 'relay';
  if (bound && !offered.includes(state.base)) {
    state.chosen = false;
    state.base = byRule(room, settings, offered);
  } else if (!state.chosen && watched(room) && offered.includes('mcu')) {
    // Viewers are shown one picture of everybody.
    state.base = 'mcu';
  } else if (!state.chosen && state.base === 'mesh' && byRule(room, settings, offered) === 'sfu') {
    state.base = 'sfu';
  }
  const topology = state.unreachable.size > 0 && offered.includes('relay') ? 'relay' : state.base;
  const mixer = topology === 'mcu' ? mixerOf(room) : undefined;
  const moved = topology !== info.topology || mixer !== info.mixer;
  const changed = offered.join() !== info.topologies.join();
  if (topology !== info.topology) state.before = { topology: info.topology, at: performance.now() };
  info.topology = topology;
  info.topologies = offered;
  if (mixer === undefined) delete info.mixer;
  else info.mixer = mixer;
  if (moved) info.epoch += 1;
  if (topology !== 'mcu' || moved) info.capacity = room.places;
  return moved ? 'moved' : changed ? 'changed' : 'same';
}

/** Somebody chooses. False where that is not on offer. */
export function choose(room: Room, settings: ResolvedOptions, topology: Topology): boolean {
  if (!offeredTopologies(room, settings).includes(topology)) return false;
  Object.assign(room.topology, { base: topology, chosen: true });
  room.topology.unreachable.clear();
  room.topology.failedMixers.clear();
  return true;
}

/** Somebody says whether media comes through. Word of an earlier epoch is out of date and changes nothing. */
export function reported(room: Room, settings: ResolvedOptions, id: string, epoch: number, ok: boolean): void {
  const { info, topology: state } = room;
  if (ok) {
    state.unreachable.delete(id);
    return;
  }
  if (epoch !== info.epoch) return;
  if (info.topology === 'mcu') {
    if (info.mixer !== undefined) state.failedMixers.add(info.mixer);
    return;
  }
  const offered = offeredTopologies(room, settings);
  if (info.topology !== 'relay' && offered.includes('relay')) {
    state.unreachable.add(id);
    return;
  }
  const { before } = state;
  const back = before && performance.now() - before.at < kTakeBackMs && offered.includes(before.topology) ? before.topology : undefined;
  const other = back ?? (info.topology === 'sfu' && offered.includes('mesh') ? 'mesh' : undefined);
  if (!other) return;
  state.unreachable.clear();
  Object.assign(state, { base: other, chosen: true });
}
