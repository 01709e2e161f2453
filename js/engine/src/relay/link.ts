// SPDX-License-Identifier: Apache-2.0
// A room whose media goes over the server's relay: own sources in, the others' tracks out, in the sizes their tiles show.

import type { PeerState, RemoteParticipant } from '../participants/remote-participant.js';
import type { RemoteSource, SourceContent } from '../participants/source.js';
import type { Publication, SourceSink } from '../rooms/publication.js';
import type { ProtocolMessage } from '../signalling/transport.js';
import type { LinkHost, MeasuredConnection, MeasuredPeer, TopologyLink } from '../topology/link.js';
import { RelayConnection } from './connection.js';
import type { RelayTrack } from './events.js';
import type { ReceivedStatistics, RelayState, RelayStatistics, SentStatistics } from './messages.js';

/** Sizes of tiles are looked at this often, in milliseconds. */
const kLookEvery = 400;
/** Attempts to enter before the way counts as closed, and the pause between them in milliseconds. */
const kAttempts = 4;
const kPause = 700;
/** A track is given to the room this long after it was announced even if nothing has come, in milliseconds. */
const kStartAtMost = 2_000;

const kStates: Record<RelayState, PeerState> = { connecting: 'connecting', connected: 'connected', reconnecting: 'reconnecting', closed: 'failed' };

interface Own {
  readonly content: SourceContent;
  track: MediaStreamTrack | null;
  muted: boolean;
}

/** @internal */
export class RelayLink implements TopologyLink, SourceSink {
  readonly #host: LinkHost;
  readonly #ending = new AbortController();
  readonly #publication: Publication;
  readonly #own = new Map<string, Own>();
  /** Of participants that the room does not know yet. */
  readonly #early = new Map<string, RelayTrack[]>();
  readonly #views = new Map<string, string>();
  /** Tracks that the room has been given. */
  readonly #given = new WeakSet<RelayTrack>();
  #connection: RelayConnection | null = null;
  #opening = false;
  #state: PeerState = 'connecting';
  #reconnections = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #measured: { at: number; statistics: RelayStatistics } | null = null;
  #traffic: MeasuredConnection[] = [];

  constructor(host: LinkHost) {
    this.#host = host;
    const { signal } = this.#ending;
    const { room } = host.handlers;
    host.ended.addEventListener('abort', () => this.close(), { once: true, signal });
    this.#publication = host.handlers.publish(this);
    room.addEventListener('participantjoined', ({ participant }) => this.#came(participant), { signal });
    room.addEventListener('participantleft', ({ participant }) => participant.viewWatchers.delete(this), { signal });
    this.#timer = setInterval(() => this.#look(), kLookEvery);
  }

  /** Every `joined`: the place in the room is there (again). */
  receive({ type }: ProtocolMessage): void {
    if (type === 'joined' && !this.#connection && !this.#opening && !this.#ending.signal.aborted) void this.#open();
  }

  audioLevel(participantId: string): number {
    return this.#connection?.audioLevel(participantId) ?? 0;
  }

  async diagnostics(): Promise<MeasuredPeer[]> {
    if (!this.#connection || this.#connection.state === 'closed') return [];
    const statistics = await this.#connection.statistics();
    const [before, at] = [this.#measured, performance.now()];
    this.#measured = { at, statistics };
    const seconds = before ? Math.max(0.001, (at - before.at) / 1000) : Infinity;
    const rate = (now: number, then = 0): number => Math.max(0, ((now - then) * 8) / seconds);
    const sent = statistics.sent.map((row) => {
      const old = before?.statistics.sent.find(({ sourceId }) => sourceId === row.sourceId);
      return sentRow(row, rate(row.bytesSent, old?.bytesSent), old && before ? (row.framesSent - old.framesSent) / seconds : 0);
    });
    const received = statistics.received.map((row) => {
      const old = before?.statistics.received.find(({ participantId, sourceId }) => participantId === row.participantId && sourceId === row.sourceId);
      return { ...receivedRow(row, rate(row.bytesReceived, old?.bytesReceived), old && before ? (row.framesShown - old.framesShown) / seconds : 0), participantId: row.participantId };
    });
    const transport = {
      sendBitsPerSecond: rate(statistics.bytesSent, before?.statistics.bytesSent),
      receiveBitsPerSecond: rate(statistics.bytesReceived, before?.statistics.bytesReceived),
    };
    this.#traffic = [{ transport, outbound: sent, inbound: received }];
    return [...this.#host.handlers.room.participants.keys()].map((participantId) => ({
      participantId,
      connection: 1 + this.#reconnections,
      states: { connectionState: 'connected', iceConnectionState: 'connected', iceGatheringState: 'complete', signalingState: 'stable' },
      candidatePair: { local: { protocol: 'tcp' }, remote: { protocol: 'tcp', address: this.#host.connection.url.hostname }, roundTripMs: statistics.roundTripMs },
      transport,
      outbound: sent,
      inbound: received.filter((row) => row.participantId === participantId),
    }));
  }

  connections(): readonly MeasuredConnection[] {
    return this.#traffic;
  }

  close(): void {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort();
    clearInterval(this.#timer);
    this.#publication.close();
    for (const participant of this.#host.handlers.room.participants.values()) participant.viewWatchers.delete(this);
    this.#connection?.close();
    this.#connection = null;
  }

  // --- SourceSink: what is sent ---

  addSource(sourceId: string, content: string, muted: boolean, track: MediaStreamTrack | null): void {
    this.#own.set(sourceId, { content: content as SourceContent, muted, track });
    this.#publish(sourceId);
  }

  setSourceTrack(sourceId: string, track: MediaStreamTrack | null): void {
    const own = this.#own.get(sourceId);
    if (!own) return;
    own.track = track;
    this.#publish(sourceId);
  }

  /** What is muted is not sent at all. */
  setSourceMuted(sourceId: string, muted: boolean): void {
    const own = this.#own.get(sourceId);
    if (!own || own.muted === muted) return;
    own.muted = muted;
    this.#publish(sourceId);
  }

  removeSource(sourceId: string): void {
    this.#own.delete(sourceId);
    this.#connection?.unpublish(sourceId);
  }

  #publish(sourceId: string): void {
    const { content, track, muted } = this.#own.get(sourceId)!;
    if (!this.#connection || this.#connection.state === 'closed') return;
    if (!track || muted || track.readyState === 'ended') this.#connection.unpublish(sourceId);
    else this.#connection.publish(track, { sourceId, content });
  }

  // --- the connection ---

  async #open(): Promise<void> {
    this.#opening = true;
    const { connection, handlers } = this.#host;
    const { signal } = this.#ending;
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        const made = await RelayConnection.connect({
          url: connection.url, room: connection.room, participantKey: this.#host.participantKey, signal,
          ...(connection.assetBaseUrl === undefined ? {} : { assetBaseUrl: connection.assetBaseUrl }),
        });
        this.#opening = false;
        this.#use(made);
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (attempt < kAttempts) await new Promise((resolve) => setTimeout(resolve, kPause));
        else {
          this.#opening = false;
          handlers.unreachable(error as Error);
          return;
        }
      }
    }
  }

  #use(connection: RelayConnection): void {
    this.#connection = connection;
    const { handlers } = this.#host;
    const { signal } = this.#ending;
    // With its first picture, so that nothing that is shown gives way to an empty one.
    connection.addEventListener('trackstarted', ({ remote }) => this.#added(remote), { signal });
    connection.addEventListener('trackadded', ({ remote }) => this.#patiently(remote), { signal });
    connection.addEventListener('trackremoved', ({ remote: { participantId, sourceId } }) => {
      const early = this.#early.get(participantId);
      if (early) this.#early.set(participantId, early.filter((it) => it.sourceId !== sourceId));
      this.#views.delete(`${participantId}/${sourceId}`);
      handlers.notify({ type: 'RemoteSourceRemoved', participantId, sourceId }, null);
    }, { signal });
    connection.addEventListener('statechange', ({ state, error }) => {
      if (state === 'reconnecting') this.#reconnections++;
      this.#setState(kStates[state]);
      if (state === 'connected') this.#views.clear();
      if (state === 'closed' && error && error.code !== 'closed') {
        this.#connection = null;
        handlers.notify({ type: 'Warning', code: error.code, message: error.message }, null);
      }
    }, { signal });
    connection.addEventListener('sourceerror', ({ error }) => handlers.notify({ type: 'Warning', code: error.code, message: error.message }, null), { signal });
    this.#setState('connected');
    for (const sourceId of this.#own.keys()) this.#publish(sourceId);
    for (const remote of connection.tracks) this.#patiently(remote);
    for (const participant of handlers.room.participants.values()) this.#came(participant);
  }

  #setState(state: PeerState): void {
    this.#state = state;
    for (const id of this.#host.handlers.room.participants.keys()) this.#tell(id);
  }

  #tell(participantId: string): void {
    this.#host.handlers.notify({ type: 'PeerStateChanged', participantId, state: this.#state, iceRestarts: this.#reconnections }, null);
  }

  /** A picture that nobody shows does not start. */
  #patiently(remote: RelayTrack): void {
    const timer = setTimeout(() => this.#added(remote), kStartAtMost);
    this.#ending.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }

  #added(remote: RelayTrack): void {
    if (this.#given.has(remote) || !this.#connection?.tracks.includes(remote)) return;
    this.#given.add(remote);
    const { participantId, sourceId: id, kind, content, track } = remote;
    const participant = this.#host.handlers.room.participants.get(participantId);
    if (!participant) {
      this.#early.set(participantId, [...(this.#early.get(participantId) ?? []), remote]);
      return;
    }
    const source: Omit<RemoteSource, 'track'> = { id, kind, content, muted: participant.sources.get(id)?.muted ?? false };
    this.#host.handlers.notify({ type: 'RemoteSourceAdded', participantId, source }, track);
  }

  #came(participant: RemoteParticipant): void {
    this.#tell(participant.id);
    participant.viewWatchers.set(this, () => this.#look());
    const early = this.#early.get(participant.id) ?? [];
    this.#early.delete(participant.id);
    for (const remote of early) {
      this.#given.delete(remote);
      this.#added(remote);
    }
  }

  // --- what is shown ---

  /** Tells the server how large each video is shown, where that has changed. */
  #look(): void {
    if (!this.#connection || this.#connection.state !== 'connected') return;
    for (const { participantId, sourceId, kind, content } of this.#connection.tracks) {
      const participant = this.#host.handlers.room.participants.get(participantId);
      if (kind !== 'video' || !participant) continue;
      const view = viewOf(participant, content);
      const [key, said] = [`${participantId}/${sourceId}`, JSON.stringify(view)];
      if (this.#views.get(key) === said) continue;
      this.#views.set(key, said);
      this.#connection.setView(participantId, sourceId, view);
    }
  }
}

/** The largest element that shows it, in device pixels; large where nobody told of any. */
function viewOf(participant: RemoteParticipant, content: SourceContent): { width: number; height: number; pinned: boolean } {
  const views = [...participant.views].filter(([, options]) => (options.content ?? 'camera') === content);
  if (views.length === 0) return { width: 1280, height: 720, pinned: false };
  const view = { width: 0, height: 0, pinned: false };
  if (globalThis.document?.hidden) return view;
  const ratio = globalThis.devicePixelRatio || 1;
  for (const [element, { pinned = false }] of views) {
    const { width, height, bottom, right, top, left } = element.getBoundingClientRect();
    const seen = bottom > 0 && right > 0 && top < globalThis.innerHeight && left < globalThis.innerWidth;
    if (!seen || width * height <= view.width * view.height) continue;
    Object.assign(view, { width: Math.round(width * ratio), height: Math.round(height * ratio), pinned: view.pinned || pinned });
  }
  return view;
}

const sentRow = (row: SentStatistics, bitsPerSecond: number, framesPerSecond: number) => ({
  sourceId: row.sourceId, kind: row.kind, codec: row.codec, bitsPerSecond, loss: 0, active: row.targetBitrate > 0, bytesSent: row.bytesSent, packetsSent: row.framesSent,
  ...(row.kind === 'video' ? { frameWidth: row.width, frameHeight: row.height, framesPerSecond, framesEncoded: row.framesSent, keyFramesEncoded: row.keyFrames, targetBitrate: row.targetBitrate, qualityLimitationReason: row.qualityLimitationReason } : {}),
});

const receivedRow = (row: ReceivedStatistics, bitsPerSecond: number, framesPerSecond: number) => ({
  sourceId: row.sourceId, kind: row.kind, codec: row.codec, bitsPerSecond, loss: 0, jitterMs: row.delayMs, bytesReceived: row.bytesReceived, packetsReceived: row.framesReceived,
  ...(row.kind === 'video' ? { frameWidth: row.width, frameHeight: row.height, framesPerSecond, framesReceived: row.framesReceived, framesDecoded: row.framesShown, framesDropped: row.framesDropped } : {}),
});
