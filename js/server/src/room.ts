// SPDX-License-Identifier: Apache-2.0
// One room: who is in it, who watches its lobby, and telling each of every change.
import type { Capabilities, ParticipantInfo, RoomInfo, ServerMessage, SfuInfo, Source, Topology } from './protocol.js';
import { Audience } from './audience.js';
import { TokenBucket } from './token-bucket.js';
import { newTopologyState, type TopologyState } from './topologies.js';

/** The way to one client. Neither call may throw or call back synchronously. */
export interface Link {
  send(message: ServerMessage): void;
  /** Closes for good: the client shall not reconnect by itself. */
  end(): void;
  /** Closes such that the client comes back by itself, as after a lost network. */
  drop(): void;
}

/** A seat in a room. `link` is null while its socket is lost. */
export interface Participant {
  readonly id: string;
  name: string;
  /** The name comes from the token and cannot be changed. */
  nameFixed: boolean;
  capabilities: Capabilities;
  sources: Source[];
  link: Link | null;
  /** How it enters the media server, where there is one. */
  sfu?: SfuInfo | undefined;
  /** How it publishes the mix for viewers, should it be the one to. */
  publish?: SfuInfo | undefined;
  /** Only watches. */
  viewer?: boolean;
  /** When the place is given up, in ms since the epoch; meaningful while `link` is null. */
  absentUntil: number;
  graceTimer?: NodeJS.Timeout | undefined;
  iceTimer?: NodeJS.Timeout | undefined;
}

/** Choices of a topology and word of trouble, for all people of a room together: one in two seconds, after five at once. */
const kChoicesPerSecond = 0.5;
const kChoicesAtOnce = 5;

/** How long changes of a lobby are gathered before its watchers are told, in milliseconds. */
const kLobbyDelayMs = 50;

export const infoOf = (participant: Participant): ParticipantInfo => ({
  id: participant.id,
  name: participant.name,
  capabilities: participant.capabilities,
  sources: participant.sources,
  present: participant.link !== null,
});

export class Room {
  readonly info: RoomInfo;
  readonly participants = new Map<string, Participant>();
  readonly watchers = new Set<Link>();
  readonly topology: TopologyState;
  readonly choices = new TokenBucket(kChoicesPerSecond, kChoicesAtOnce);
  readonly audience: Audience;
  /** Places, before whoever mixes says that it can serve fewer. */
  readonly places: number;
  #lobbyTimer: NodeJS.Timeout | undefined;
  #lobbySent = '';

  constructor(name: string, capacity: number, topology: Topology = 'mesh') {
    this.info = { name, topology, capacity, epoch: 0, topologies: [topology] };
    this.topology = newTopologyState(topology);
    this.audience = new Audience(this);
    this.places = capacity;
  }

  get empty(): boolean {
    return this.participants.size === 0 && this.watchers.size === 0 && this.audience.members.size === 0;
  }

  /** Everyone but `except`, absent ones included, in the order they came. */
  others(except: string): ParticipantInfo[] {
    return [...this.participants.values()].filter((participant) => participant.id !== except).map(infoOf);
  }

  /** Sends to every present participant but `except`. */
  broadcast(message: ServerMessage, except?: string): void {
    for (const participant of this.participants.values()) {
      if (participant.id !== except) participant.link?.send(message);
    }
  }

  lobby(): ServerMessage & { type: 'lobby' } {
    const participants = [...this.participants.values()]
      .filter((participant) => participant.link !== null)
      .map(({ id, name }) => ({ id, name }));
    const { name, topology, capacity } = this.info;
    return { type: 'lobby', room: { name, topology, capacity }, participants };
  }

  watch(link: Link): void {
    this.watchers.add(link);
    if (!this.#tellWatchers()) link.send(this.lobby());
  }

  /** Tells the watchers soon, once for many changes, and not at all when what they see is the same. */
  changed(): void {
    if (this.watchers.size === 0 || this.#lobbyTimer !== undefined) return;
    this.#lobbyTimer = setTimeout(() => {
      this.#lobbyTimer = undefined;
      this.#tellWatchers();
    }, kLobbyDelayMs);
  }

  #tellWatchers(): boolean {
    const lobby = this.lobby();
    const text = JSON.stringify(lobby);
    if (text === this.#lobbySent) return false;
    this.#lobbySent = text;
    for (const watcher of this.watchers) watcher.send(lobby);
    return true;
  }

  /** Clears every timer; the room is not used again. */
  dispose(): void {
    clearTimeout(this.#lobbyTimer);
    this.audience.dispose();
    for (const participant of [...this.participants.values(), ...this.audience.members.values()]) {
      clearTimeout(participant.graceTimer);
      clearTimeout(participant.iceTimer);
    }
  }
}
