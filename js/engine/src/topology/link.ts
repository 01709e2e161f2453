// SPDX-License-Identifier: Apache-2.0
// What every way of carrying a room's media has to be able to do: one interface, implemented once for each topology.
//
// A room's server says which topology it has, and says it anew when that changes. Each topology but the mesh, which is the
// session's own, has a link: a class that is loaded when it is needed, opened beside the one that carries the media, and takes
// over once it delivers: each picture with the first of the new ones; until everybody else has got that far, too, the old one goes on.
//
// To add one: implement `TopologyLink`, put its line into `kLinks`, its name into `kTopologies` (capabilities.ts), and say in the
// server's `topologies.ts` what has to be there for it. What is missing anywhere is not on offer.

import type { PeerDiagnostics, ReceivedDiagnostics } from '../diagnostics/types.js';
import type { Quality } from '../participants/remote-participant.js';
import type { Notification } from '../rooms/notifications.js';
import type { Publication, SourceSink } from '../rooms/publication.js';
import type { Room } from '../rooms/room.js';
import type { Connection } from '../signalling/connection.js';
import type { ProtocolMessage } from '../signalling/transport.js';
import type { Topology } from './topology.js';

/** What carries a room's media and data; the session's own `Call` in a mesh. @internal */
export interface MediaPath {
  /** 0..1, of that participant's microphone. */
  audioLevel(participantId: string): number;
  /** One entry for each participant, `name`, `state`, `quality` and `iceRestarts` aside. Rates are those since the last call. */
  diagnostics(): Promise<unknown>;
  /** What the last `diagnostics()` measured of each connection that carries media. Absent where each entry of those is one. */
  connections?(): readonly MeasuredConnection[];
  /** `to` empty: everybody. Absent: goes through the signalling server. */
  sendData?(topic: string, data: string | Uint8Array, reliable: boolean, to: string[]): void;
}

/** Notifications a link may make; any other is the session's. */
export type LinkNotification = Extract<Notification, { type: 'RemoteSourceAdded' | 'RemoteSourceRemoved' | 'PeerStateChanged' | 'Warning' }>;

/** What a link tells, and what it may ask for. All of it is kept back while another link still carries the media. */
export interface LinkHandlers {
  /** Who is there (`participants`), with its events. */
  readonly room: Room;
  /** Calls the sink's methods from now on, so that what it sends equals the local media. Close it with the link. */
  publish(sink: SourceSink): Publication;
  /**
   * `RemoteSourceAdded` with the track that is received, again when it is another track now; ids of participants and sources are
   * the room's. `PeerStateChanged` for each participant, also those of whom nothing is received: only 'connected' counts as there.
   */
  notify(notification: LinkNotification, track: MediaStreamTrack | null): void;
  /**
   * Where one picture and one sound have everybody in them: what `Room.mix` shows and the room plays. null: none yet, or none any more.
   * A link that mixes makes no `RemoteSourceAdded`.
   */
  mix(video: MediaStreamTrack | null, audio: MediaStreamTrack | null): void;
  data(from: string, topic: string, data: string | Uint8Array): void;
  quality(participantId: string, quality: Quality): void;
  /** '' while nobody speaks. */
  activeSpeaker(participantId: string): void;
  /** The link cannot be had at all (its code did not load, its server refuses): the room is told, and moves back. */
  unreachable(error: Error): void;
}

/** Where a link lives. */
export interface LinkHost {
  /** Address, token and options of the room; `transport.send()` for messages of its own. */
  readonly connection: Connection;
  /** The secret behind one's own id, for servers that ask for it. */
  readonly participantKey: string;
  /** Aborted when the room is closed. */
  readonly ended: AbortSignal;
  readonly handlers: LinkHandlers;
  /** Sends `payload[topology]` to a participant's link of the same topology, by signalling. */
  tell(to: string, told: unknown): void;
}

/** A place in a room of one topology, from its construction to close(). Opens by itself, and again by itself when it breaks. */
export interface TopologyLink extends MediaPath {
  /**
   * Messages of signalling: every `joined` of a room of this topology, the first one right after the construction, later ones when
   * signalling came back or the mixer changed; and signals with `payload[topology]`.
   */
  receive(message: ProtocolMessage): void;
  /** True if it receives one mix of everybody, instead of everybody's sources. */
  readonly mixes?: boolean;
  /**
   * Whether no other link carries the same media at the same time: at first one does, as far as is known. While one does, what arrives here,
   * and when, says little of what the network carries.
   */
  setAlone?(alone: boolean): void;
  /** Frees everything; nothing is told any more. */
  close(): void;
}

/** Makes a link. */
export type OpenLink = (host: LinkHost) => TopologyLink;

/** Where each topology's link lies, fetched when a room needs it. The mesh has none: it is the session's own. */
export const kLinks: { readonly [topology in Exclude<Topology, 'mesh'>]?: () => Promise<OpenLink> } = {
  sfu: async () => {
    const { SfuLink } = await import('../sfu/sfu-link.js');
    return (host) => new SfuLink(host);
  },
  mcu: async () => {
    const { McuLink } = await import('../mcu/mcu-link.js');
    return (host) => new McuLink(host);
  },
  relay: async () => {
    const { RelayLink } = await import('../relay/link.js');
    return (host) => new RelayLink(host);
  },
};

/** A connection or a socket, as counted by `Room.getDiagnostics()`. `participantId` of a row: whose it is; of the whole: whom it leads to, absent for a server. */
export type MeasuredConnection = Pick<PeerDiagnostics, 'transport' | 'outbound'> & { participantId?: string; inbound: readonly (ReceivedDiagnostics & { participantId?: string })[] };

/** As `PeerDiagnostics`, before the room adds what it knows of the participant. @internal */
export type MeasuredPeer = Omit<PeerDiagnostics, 'name' | 'state' | 'quality' | 'iceRestarts'>;
