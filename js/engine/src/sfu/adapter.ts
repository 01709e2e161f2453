// SPDX-License-Identifier: Apache-2.0
// What a selective forwarding unit has to be able to do for a room: one interface, implemented once for each kind of server.

import type { PeerDiagnostics } from '../diagnostics/types.js';
import type { PeerState, Quality } from '../participants/remote-participant.js';
import type { RemoteSource, SourceContent } from '../participants/source.js';

/** The layer of a video that is to be received; both indices count from the smallest. */
export interface LayerChoice {
  /** 0 to 2. */
  spatial: number;
  /** 0 to 2. */
  temporal: number;
}

/** What happens at the server, told to whoever connected. None of these may be called before the connection is given out. */
export interface SfuHandlers {
  /** Of the whole connection. `reconnections`: how often it was made anew. */
  stateChanged(state: PeerState, reconnections: number): void;
  /** A source is received, or is received on another track now: `track.id` is the `trackIdentifier` in statistics(). */
  sourceAdded(participantId: string, source: Omit<RemoteSource, 'track'>, track: MediaStreamTrack): void;
  sourceRemoved(participantId: string, sourceId: string): void;
  /** The layer being forwarded has changed, by choice or for want of another. Members that are not known are absent. */
  layerChanged?(participantId: string, sourceId: string, layer: Partial<LayerChoice>): void;
  /** The server says that packets are being lost; `uplink`: on their way to it. */
  slowLink?(uplink: boolean, lost: number): void;
  /** The server's own word on the downlink, where it has one. 'good' takes back nothing of what is measured here. */
  downlinkQuality?(quality: 'good' | 'poor' | 'lost'): void;
  quality(quality: Quality): void;
  /** '' while nobody speaks. */
  activeSpeaker(participantId: string): void;
  warning(code: string, message: string): void;
  /** Given up for good: nothing follows. `code` is stable, `message` says what to do. */
  closed(code: string, message: string): void;
}

/** A place in a room of an SFU. */
export interface SfuConnection {
  /** `content` says what it is, `track` null that there is nothing to send yet. */
  addSource(sourceId: string, content: SourceContent, muted: boolean, track: MediaStreamTrack | null): void;
  /** Sends another track, or nothing for null. */
  setSourceTrack(sourceId: string, track: MediaStreamTrack | null): void;
  setSourceMuted(sourceId: string, muted: boolean): void;
  removeSource(sourceId: string): void;
  /**
   * From now on, also where the source is not received yet. null: nothing of it, and its last frame stays on screen. Without a
   * choice the server sends the largest. `hurried`: the link carries too little for what is taken now.
   */
  selectLayer(participantId: string, sourceId: string, choice: LayerChoice | null, hurried?: boolean): void;
  /**
   * The picture does not come, or came apart on the way: have its sender begin anew with a keyframe. Absent where the server sees to
   * that itself.
   */
  requestKeyFrame?(participantId: string, sourceId: string): void;
  /**
   * Bit n: encode spatial layer n of an own source. Absent where the server itself tells senders what nobody takes: then no
   * demand needs to travel among participants.
   */
  setActiveLayers?(sourceId: string, layers: number): void;
  /** 0..1 */
  audioLevel(participantId: string): number;
  /** One entry for each peer connection; rows of `inbound` carry `participantId` as well. */
  diagnostics(): Promise<SfuDiagnostics[]>;
  /** What getStats() says of everything that is received; null while nothing is. For estimating the downlink, ten times a second. */
  statistics(): Promise<RTCStatsReport | null>;
  networkChanged(): void;
  /** For connections yet to be made. */
  setIceServers?(servers: RTCIceServer[]): void;
  /** Settings that are as before, a fresh token aside. For connections yet to be made. */
  renew?(settings: Record<string, unknown>): void;
  close(): void;
}

export type SfuDiagnostics = Omit<PeerDiagnostics, 'participantId' | 'name' | 'state' | 'quality' | 'iceRestarts' | 'inbound'> & {
  inbound: (PeerDiagnostics['inbound'][number] & { participantId?: string })[];
};

/** What every kind of server needs to know of whoever connects. */
export interface SfuIdentity {
  participantId: string;
  iceServers: RTCIceServer[];
  /** Media only through TURN servers. */
  relayOnly: boolean;
  /** See ConnectOptions. */
  assetBaseUrl?: string | URL;
}

/**
 * Takes a place. Gives it at once, before anything is connected: the states that follow tell.
 * @param settings the `sfu` member of the server's `joined` message, of this adapter's own `kind`.
 */
export type SfuAdapter = (settings: Record<string, unknown>, identity: SfuIdentity, handlers: SfuHandlers) => Promise<SfuConnection>;

/** Each kind of server and where its adapter lies, fetched when a room needs it. */
export const kAdapters: Record<string, () => Promise<SfuAdapter>> = {
  janus: async () => (await import('../janus/index.js')).connectJanus,
  livekit: async () => (await import('../livekit/index.js')).connectLiveKit,
};
