// SPDX-License-Identifier: Apache-2.0
// A room whose media goes through an SFU: the adapter of that kind of server, and the layers taken and given.

import type { PeerDiagnostics } from '../diagnostics/types.js';
import type { RemoteParticipant } from '../participants/remote-participant.js';
import type { RemoteSource } from '../participants/source.js';
import type { Publication, SourceSink } from '../rooms/publication.js';
import type { ProtocolMessage } from '../signalling/transport.js';
import type { LinkHost, TopologyLink } from '../topology/link.js';
import { kAdapters, type SfuConnection, type SfuDiagnostics, type SfuHandlers } from './adapter.js';
import { Demand } from './demand.js';
import { offeredLayers, type OfferedLayer } from './layers.js';
import { setLayersOf, withLayers } from './room-layers.js';
import { Selection } from './selection.js';

/** What participants tell each other, in a signal's `payload.sfu`; see PEER_PAYLOADS.md. */
interface Told {
  /** Of the sender's sources: the layers on offer. */
  layers?: Record<string, OfferedLayer[]>;
  /** Of the receiver's sources: the spatial layer that the sender takes, -1 for none. */
  take?: Record<string, number>;
  /** The sender's link is congested: of `take`, what nobody takes any more is off at once. */
  hurried?: boolean;
}

interface Own {
  readonly content: string;
  track: MediaStreamTrack | null;
  readonly demand: Demand | null;
}

/** @internal */
export class SfuLink implements TopologyLink, SourceSink {
  readonly #link: LinkHost;
  readonly #ending = new AbortController();
  readonly #publication: Publication;
  readonly #own = new Map<string, Own>();
  /** What is received of participants that the room does not know yet. */
  readonly #early = new Map<string, { source: Omit<RemoteSource, 'track'>; track: MediaStreamTrack }[]>();
  /** Whose signalling is lost: they have to be told again when they are back. */
  readonly #absent = new Set<string>();
  readonly #selection: Selection;
  #measured: SfuDiagnostics[] = [];
  #settings = '';
  #iceServers: RTCIceServer[] = [];
  #connection: SfuConnection | undefined;
  #connecting = 0;
  #state: { state: 'connecting' | 'connected' | 'reconnecting' | 'failed'; reconnections: number } = { state: 'connecting', reconnections: 0 };

  constructor(link: LinkHost) {
    this.#link = link;
    const { room } = link.handlers;
    const { signal } = this.#ending;
    link.ended.addEventListener('abort', () => this.close(), { once: true, signal });
    const { assetBaseUrl } = link.connection;
    this.#selection = new Selection(
      {
        choose: (participantId, sourceId, choice, hurried) => {
          // Before the server asks the sender for keyframes of every layer that is on.
          if (this.#connection?.setActiveLayers) this.#tell(participantId, { take: { [sourceId]: choice?.spatial ?? -1 }, ...(hurried ? { hurried } : {}) });
          this.#connection?.selectLayer(participantId, sourceId, choice, hurried);
        },
        requestKeyFrame: (participantId, sourceId) => this.#connection?.requestKeyFrame?.(participantId, sourceId),
        statistics: async () => (await this.#connection?.statistics()) ?? null,
        failed: ({ message }) => link.handlers.notify({ type: 'Warning', code: 'layers-failed', message }, null),
      },
      assetBaseUrl === undefined ? {} : { assetBaseUrl },
    );
    this.#selection.setMeasuring(false);
    setLayersOf(room, this.#selection);
    this.#publication = link.handlers.publish(this);
    room.addEventListener('participantjoined', ({ participant }) => this.#came(participant), { signal });
    room.addEventListener('participantleft', ({ participant }) => this.#went(participant), { signal });
    room.addEventListener(
      'participantupdated',
      ({ participant: { id, present } }) => {
        if (!present) this.#absent.add(id);
        else if (this.#absent.delete(id)) this.#greet(id);
      },
      { signal },
    );
    globalThis.addEventListener?.('online', () => this.#connection?.networkChanged(), { signal });
  }

  /** A message of signalling that concerns the SFU. */
  receive(message: ProtocolMessage): void {
    if (this.#ending.signal.aborted) return;
    const { type, from } = message;
    if (type === 'joined') this.#joined(message);
    else if (type === 'signal') this.#told(from as string, (message['payload'] as { sfu: Told }).sfu);
  }

  // --- MediaPath ---

  audioLevel(participantId: string): number {
    return this.#connection?.audioLevel(participantId) ?? 0;
  }

  async diagnostics(): Promise<PeerDiagnostics[]> {
    const connections = (this.#measured = (await this.#connection?.diagnostics()) ?? []);
    // Two connections carry everybody: each participant is shown with its own part of what they measure.
    const sending = connections.find(({ outbound }) => outbound.length > 0);
    const receiving = connections.find(({ inbound }) => inbound.length > 0) ?? sending;
    if (!receiving) return [];
    return [...this.#link.handlers.room.participants.keys()].map((participantId) => ({
      ...receiving,
      participantId,
      outbound: sending?.outbound ?? [],
      inbound: withLayers(receiving.inbound.filter((row) => row.participantId === participantId), this.#selection.choices),
    })) as unknown as PeerDiagnostics[];
  }

  connections(): SfuDiagnostics[] {
    return this.#measured;
  }

  setAlone(alone: boolean): void {
    this.#selection.setMeasuring(alone);
  }

  close(): void {
    this.#ending.abort();
    for (const participant of this.#link.handlers.room.participants.values()) participant.viewWatchers.delete(this);
    this.#publication.close();
    this.#selection.close();
    for (const { demand } of this.#own.values()) demand?.close();
    this.#connecting++;
    this.#connection?.close();
    this.#connection = undefined;
  }

  // --- SourceSink: what is sent ---

  addSource(sourceId: string, content: string, muted: boolean, track: MediaStreamTrack | null): void {
    const video = content === 'camera' || content === 'screen';
    const demand = video ? new Demand((layers) => this.#connection?.setActiveLayers?.(sourceId, layers)) : null;
    this.#own.set(sourceId, { content, track, demand });
    demand?.setReceivers(this.#present());
    this.#connection?.addSource(sourceId, content as RemoteSource['content'], muted, track);
    if (video && track) this.#announce(sourceId);
  }

  setSourceTrack(sourceId: string, track: MediaStreamTrack | null): void {
    const own = this.#own.get(sourceId);
    if (!own) return;
    own.track = track;
    this.#connection?.setSourceTrack(sourceId, track);
    if (own.demand && track) this.#announce(sourceId);
  }

  setSourceMuted(sourceId: string, muted: boolean): void {
    this.#connection?.setSourceMuted(sourceId, muted);
  }

  removeSource(sourceId: string): void {
    this.#own.get(sourceId)?.demand?.close();
    this.#own.delete(sourceId);
    this.#connection?.removeSource(sourceId);
  }

  // --- the server ---

  #joined(message: ProtocolMessage): void {
    const { sfu, participantId, iceServers } = message as unknown as { sfu: Record<string, unknown>; participantId: string; iceServers?: RTCIceServer[] };
    this.#iceServers = iceServers ?? [];
    // A path is one of the server that signals.
    const url = String(sfu['url']).replace(/^\/(?!\/)/, `${this.#link.connection.url.origin.replace(/^http/, 'ws')}/`);
    // A token is a fresh one each time, and changes nothing.
    const settings = JSON.stringify([{ ...sfu, token: '' }, participantId]);
    if (settings === this.#settings) {
      // Signalling was away: what was told meanwhile may be lost.
      this.#connection?.setIceServers?.(this.#iceServers);
      this.#connection?.renew?.({ ...sfu, url });
      for (const id of this.#link.handlers.room.participants.keys()) this.#greet(id);
      return;
    }
    this.#settings = settings;
    void this.#connect({ ...sfu, url }, participantId);
  }

  async #connect(sfu: Record<string, unknown>, participantId: string): Promise<void> {
    const attempt = ++this.#connecting;
    const { handlers, connection } = this.#link;
    this.#connection?.close();
    this.#connection = undefined;
    const load = kAdapters[String(sfu['kind'])];
    if (!load) {
      handlers.notify({ type: 'Warning', code: 'topology-unsupported', message: `The server uses a media server of kind '${String(sfu['kind'])}', which this version does not know.` }, null);
      return;
    }
    try {
      const connect = await load();
      const made = await connect(
        sfu,
        {
          participantId,
          iceServers: this.#iceServers,
          relayOnly: connection.relayOnly,
          ...(connection.assetBaseUrl === undefined ? {} : { assetBaseUrl: connection.assetBaseUrl }),
        },
        this.#handlers(attempt),
      );
      if (attempt !== this.#connecting || this.#ending.signal.aborted) {
        made.close();
        return;
      }
      this.#connection = made;
      for (const [id, { content, track, demand }] of this.#own) {
        made.addSource(id, content as RemoteSource['content'], track === null, track);
        if (demand) made.setActiveLayers?.(id, demand.active);
      }
      for (const participant of handlers.room.participants.values()) this.#came(participant);
      this.#receiversChanged();
      this.#selection.repeat();
    } catch (error) {
      if (attempt === this.#connecting) handlers.unreachable(error as Error);
    }
  }

  #handlers(attempt: number): SfuHandlers {
    const { handlers } = this.#link;
    const { room } = handlers;
    const current = <A extends unknown[]>(run: (...args: A) => void) => (...args: A) => {
      if (attempt === this.#connecting) run(...args);
    };
    return {
      stateChanged: current((state, reconnections) => {
        this.#state = { state, reconnections };
        this.#selection.stateChanged(state, reconnections);
        for (const id of room.participants.keys()) this.#stateOf(id);
      }),
      sourceAdded: current((participantId, source, track) => this.#sourceAdded(participantId, source, track)),
      sourceRemoved: current((participantId, sourceId) => {
        const early = this.#early.get(participantId);
        if (early) this.#early.set(participantId, early.filter(({ source }) => source.id !== sourceId));
        this.#selection.removeSource(participantId, sourceId);
        handlers.notify({ type: 'RemoteSourceRemoved', participantId, sourceId }, null);
      }),
      slowLink: current((uplink) => {
        if (!uplink) this.#selection.downlinkQuality('poor');
      }),
      downlinkQuality: current((quality) => this.#selection.downlinkQuality(quality)),
      quality: current((quality) => {
        for (const id of room.participants.keys()) handlers.quality(id, quality);
      }),
      activeSpeaker: current((id) => {
        this.#selection.speakerChanged(id);
        handlers.activeSpeaker(id);
      }),
      warning: current((code, message) => handlers.notify({ type: 'Warning', code, message }, null)),
      closed: current((code, message) => {
        handlers.notify({ type: 'Warning', code, message }, null);
        this.#state = { ...this.#state, state: 'failed' };
        for (const id of room.participants.keys()) this.#stateOf(id);
      }),
    };
  }

  #sourceAdded(participantId: string, source: Omit<RemoteSource, 'track'>, track: MediaStreamTrack): void {
    const { handlers } = this.#link;
    const participant = handlers.room.participants.get(participantId);
    if (!participant) {
      const early = this.#early.get(participantId) ?? [];
      this.#early.set(participantId, [...early.filter((it) => it.source.id !== source.id), { source, track }]);
      return;
    }
    handlers.notify({ type: 'RemoteSourceAdded', participantId, source }, track);
    if (source.kind === 'video') this.#selection.addSource(participant, source.id, source.content, track);
  }

  // --- who is there ---

  #came(participant: RemoteParticipant): void {
    this.#stateOf(participant.id);
    participant.viewWatchers.set(this, () => this.#selection.viewsChanged());
    const early = this.#early.get(participant.id) ?? [];
    this.#early.delete(participant.id);
    for (const { source, track } of early) this.#sourceAdded(participant.id, source, track);
    this.#receiversChanged();
    this.#greet(participant.id);
  }

  #went(participant: RemoteParticipant): void {
    participant.viewWatchers.delete(this);
    this.#absent.delete(participant.id);
    this.#selection.removeParticipant(participant.id);
    this.#receiversChanged();
  }

  #stateOf(participantId: string): void {
    const { state, reconnections } = this.#state;
    this.#link.handlers.notify({ type: 'PeerStateChanged', participantId, state, iceRestarts: reconnections }, null);
  }

  #present(): Set<string> {
    return new Set(this.#link.handlers.room.participants.keys());
  }

  #receiversChanged(): void {
    const ids = this.#present();
    for (const { demand } of this.#own.values()) demand?.setReceivers(ids);
  }

  // --- what participants tell each other ---

  /** Everything that somebody who has just come, or come back, cannot know. */
  #greet(participantId: string): void {
    const layers: Record<string, OfferedLayer[]> = {};
    for (const [id, own] of this.#own) if (own.demand && own.track) layers[id] = this.#layersOf(own);
    const take: Record<string, number> = {};
    if (this.#connection?.setActiveLayers) {
      for (const [sourceId, choice] of this.#selection.choicesFor(participantId)) take[sourceId] = choice?.spatial ?? -1;
    }
    if (Object.keys(layers).length || Object.keys(take).length) this.#tell(participantId, { layers, take });
  }

  #announce(sourceId: string): void {
    const own = this.#own.get(sourceId);
    if (!own) return;
    const layers = { [sourceId]: this.#layersOf(own) };
    for (const id of this.#present()) this.#tell(id, { layers });
  }

  #layersOf({ content, track }: Own): OfferedLayer[] {
    const { width = 640, height = 360, frameRate = 15 } = track?.getSettings() ?? {};
    return offeredLayers(content, width, height, frameRate);
  }

  #tell(to: string, told: Told): void {
    this.#link.tell(to, told);
  }

  #told(from: string, { layers, take, hurried }: Told): void {
    const participant = this.#link.handlers.room.participants.get(from);
    if (!participant) return;
    for (const [sourceId, offered] of Object.entries(layers ?? {})) {
      if (participant.sources.has(sourceId)) this.#selection.setLayers(participant, sourceId, offered);
    }
    for (const [sourceId, spatial] of Object.entries(take ?? {})) {
      if (Number.isInteger(spatial)) this.#own.get(sourceId)?.demand?.take(from, spatial, hurried === true);
    }
  }
}
