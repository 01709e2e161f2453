// SPDX-License-Identifier: Apache-2.0
// A place in a LiveKit room, through livekit-client: what it tells and does, in the words of the SFU interface.

import {
  ConnectionError,
  ConnectionErrorReason,
  ConnectionQuality,
  ConnectionState,
  DisconnectReason,
  Room,
  RoomEvent,
  setLogLevel,
  type Participant,
  type RemoteParticipant,
  type RemoteTrack,
  type RemoteTrackPublication,
} from 'livekit-client';
import type { PeerState, Quality } from '../participants/remote-participant.js';
import type { SourceContent } from '../participants/source.js';
import type { LayerChoice, SfuConnection, SfuDiagnostics, SfuHandlers, SfuIdentity } from '../sfu/adapter.js';
import { offeredLayers } from '../sfu/layers.js';
import { Digest, type TrackReport } from './digest.js';
import type { LiveKitSettings } from './index.js';
import { SentSource, sourceOf } from './sent-source.js';
import { bound } from './shapes.js';

/** A connection of signalling that is away for longer is trouble, media may have stopped. In milliseconds. */
const kDoubtAfter = 1500;
/** livekit-client tries again and again for this long; after it, a room of its own is made anew. In milliseconds. */
const kSameRoomFor = 60_000;
const kLongestPause = 2000;
const kPauseWhenRefused = 5000;

/** Reasons to leave for good, and what is said then. */
const kFinal = new Map<DisconnectReason, [code: string, message: string]>([
  [DisconnectReason.DUPLICATE_IDENTITY, ['replaced', 'The same participant has joined from somewhere else.']],
  [DisconnectReason.PARTICIPANT_REMOVED, ['sfu-removed', 'The media server’s operator has removed you from the room. Join again if that was a mistake.']],
  [DisconnectReason.ROOM_DELETED, ['sfu-room-closed', 'The media server’s operator has closed the room. Join again for a new one.']],
]);

const kQualities: Partial<Record<ConnectionQuality, Quality>> = {
  [ConnectionQuality.Excellent]: 'good',
  [ConnectionQuality.Good]: 'fair',
  [ConnectionQuality.Poor]: 'poor',
  [ConnectionQuality.Lost]: 'lost',
};

interface Received {
  readonly participant: RemoteParticipant;
  readonly publication: RemoteTrackPublication;
  readonly track: RemoteTrack;
  readonly sourceId: string;
  readonly content: SourceContent;
}

/** @internal */
export class LiveKitConnection implements SfuConnection {
  readonly #sources = new Map<string, SentSource>();
  /** PARTICIPANT/SOURCE */
  readonly #received = new Map<string, Received>();
  readonly #choices = new Map<string, LayerChoice | null>();
  readonly #digest = new Digest();
  #settings: LiveKitSettings;
  #iceServers: RTCIceServer[];
  #room: Room | null = null;
  #state: PeerState = 'connecting';
  #reconnections = 0;
  #anew = false;
  #closed = false;
  #doubt: ReturnType<typeof setTimeout> | undefined;
  #wake: (() => void) | undefined;

  constructor(
    settings: LiveKitSettings,
    private readonly identity: SfuIdentity,
    private readonly handlers: SfuHandlers,
  ) {
    this.#settings = settings;
    this.#iceServers = identity.iceServers;
    // What matters of it is told through the handlers.
    setLogLevel('error');
    queueMicrotask(() => void this.#run());
  }

  addSource(sourceId: string, content: SourceContent, _muted: boolean, track: MediaStreamTrack | null): void {
    if (this.#closed) return;
    const source = new SentSource(sourceId, content, track, ({ message }) => this.handlers.warning('sfu-request-failed', `LiveKit says: ${message}`));
    this.#sources.set(sourceId, source);
    if (this.#room?.state === ConnectionState.Connected) source.enter(this.#room);
  }

  setSourceTrack(sourceId: string, track: MediaStreamTrack | null): void {
    this.#sources.get(sourceId)?.set(track);
  }

  /** A muted source has no track, or one that is silent: nothing is left to do here. */
  setSourceMuted(): void {}

  removeSource(sourceId: string): void {
    this.#sources.get(sourceId)?.remove();
    this.#sources.delete(sourceId);
  }

  selectLayer(participantId: string, sourceId: string, choice: LayerChoice | null): void {
    const key = `${participantId}/${sourceId}`;
    this.#choices.set(key, choice);
    const received = this.#received.get(key);
    if (received) this.#choose(received, choice);
  }

  audioLevel(participantId: string): number {
    let level = 0;
    for (const { participant, track } of this.#received.values()) {
      if (participant.identity !== participantId || track.kind !== 'audio') continue;
      for (const { audioLevel = 0 } of track.receiver?.getSynchronizationSources() ?? []) level = Math.max(level, audioLevel);
    }
    return level;
  }

  async diagnostics(): Promise<SfuDiagnostics[]> {
    const sent = [...this.#sources.values()].map(async ({ id, local }) => ({ sourceId: id, report: await local?.getRTCStatsReport() }));
    const received = [...this.#received.values()].map(async ({ participant, sourceId, track }) => ({
      participantId: participant.identity,
      sourceId,
      report: await track.getRTCStatsReport(),
    }));
    const known = async (reports: Promise<{ report: RTCStatsReport | undefined }>[]) => (await Promise.all(reports)).filter(({ report }) => report) as TrackReport[];
    return this.#digest.connections(await known(sent), await known(received));
  }

  async statistics(): Promise<RTCStatsReport | null> {
    const reports = await Promise.all([...this.#received.values()].map(({ track }) => track.getRTCStatsReport()));
    const all = new Map<string, unknown>();
    for (const report of reports) if (report) for (const [id, stats] of report as unknown as Map<string, unknown>) all.set(id, stats);
    return all.size > 0 ? (all as unknown as RTCStatsReport) : null;
  }

  /** livekit-client hears of changes of the network itself; what waits need not wait any longer. */
  networkChanged(): void {
    this.#wake?.();
  }

  setIceServers(servers: RTCIceServer[]): void {
    this.#iceServers = servers;
  }

  renew(settings: Record<string, unknown>): void {
    if (typeof settings['token'] === 'string') this.#settings = { ...this.#settings, token: settings['token'] };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#doubt);
    this.#wake?.();
    for (const source of this.#sources.values()) source.enter(null);
    this.#received.clear();
    this.#leave();
  }

  // --- one room after another, for as long as it takes ---

  async #run(): Promise<void> {
    for (let failures = 0; !this.#closed; failures++) {
      const room = this.#enter();
      const over = new Promise<DisconnectReason | undefined>((resolve) => room.once(RoomEvent.Disconnected, resolve));
      let pause = Math.min(300 * 2 ** failures, kLongestPause);
      try {
        await room.connect(this.#settings.url, this.#settings.token, {
          maxRetries: 0,
          // LiveKit brings its own; those of the room are for networks where these do not do.
          rtcConfig: { ...(this.#iceServers.length > 0 ? { iceServers: this.#iceServers } : {}), ...(this.identity.relayOnly ? { iceTransportPolicy: 'relay' as const } : {}) },
        });
        failures = 0;
        const reason = await over;
        if (this.#closed) return;
        const final = reason === undefined ? undefined : kFinal.get(reason);
        if (final) return this.#giveUp(...final);
        pause = 300;
      } catch (error) {
        if (this.#closed) return;
        if (error instanceof ConnectionError && error.reason === ConnectionErrorReason.NotAllowed) {
          this.handlers.warning('sfu-unauthorized', 'LiveKit does not accept the token: its key and secret have to be those of tessera-server. Trying again.');
          pause = kPauseWhenRefused;
        }
      }
      this.#leave();
      if (this.#reconnections > 0 || this.#state !== 'connecting') this.#became('reconnecting');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, pause);
      });
    }
  }

  #enter(): Room {
    const room = new Room({
      adaptiveStream: false,
      dynacast: true,
      stopLocalTrackOnUnpublish: false,
      disconnectOnPageLeave: false,
      reconnectPolicy: {
        nextRetryDelayInMs: ({ retryCount, elapsedMs }) => (elapsedMs > kSameRoomFor ? null : Math.round(Math.min(200 + 200 * retryCount, 1000) * (0.75 + Math.random() / 2))),
      },
    });
    this.#room = room;
    room
      .on(RoomEvent.ConnectionStateChanged, (state) => this.#changed(room, state))
      .on(RoomEvent.TrackSubscribed, (track, publication, participant) => this.#came(track, publication, participant))
      .on(RoomEvent.TrackUnsubscribed, (_track, publication) => this.#went(publication))
      .on(RoomEvent.ActiveSpeakersChanged, (speakers: Participant[]) => this.handlers.activeSpeaker(speakers.find(({ isLocal }) => !isLocal)?.identity ?? ''))
      .on(RoomEvent.ConnectionQualityChanged, (quality, participant) => this.#measured(quality, participant));
    return room;
  }

  #leave(): void {
    const room = this.#room;
    this.#room = null;
    for (const source of this.#sources.values()) source.enter(null);
    for (const { publication } of [...this.#received.values()]) this.#went(publication);
    room?.removeAllListeners();
    void room?.disconnect(false).catch(() => undefined);
  }

  #giveUp(code: string, message: string): void {
    this.close();
    this.handlers.closed(code, message);
  }

  #changed(room: Room, state: ConnectionState): void {
    if (room !== this.#room || this.#closed) return;
    clearTimeout(this.#doubt);
    if (state === ConnectionState.SignalReconnecting) this.#doubt = setTimeout(() => this.#became('reconnecting'), kDoubtAfter);
    if (state === ConnectionState.Reconnecting) {
      this.#anew = true;
      this.#became('reconnecting');
    }
    if (state !== ConnectionState.Connected) return;
    if (this.#anew) this.#reconnections += 1;
    this.#anew = false;
    this.#became('connected');
    for (const source of this.#sources.values()) if (source.room !== room) source.enter(room);
  }

  #became(state: PeerState): void {
    // A room of its own that follows another counts as a reconnection, too.
    if (state === 'reconnecting' && this.#room === null) this.#anew = true;
    this.#state = state;
    this.handlers.stateChanged(state, this.#reconnections);
  }

  // --- what is received ---

  #came(track: RemoteTrack, publication: RemoteTrackPublication, participant: RemoteParticipant): void {
    const source = sourceOf(publication.trackName, publication.source, publication.trackSid);
    if (!source || this.#closed) return;
    const key = `${participant.identity}/${source.id}`;
    const received = { participant, publication, track, sourceId: source.id, content: source.content };
    this.#received.set(key, received);
    const choice = this.#choices.get(key);
    if (choice !== undefined) this.#choose(received, choice);
    this.handlers.sourceAdded(participant.identity, { id: source.id, kind: track.kind as 'audio' | 'video', content: source.content, muted: publication.isMuted }, track.mediaStreamTrack);
  }

  #went(publication: RemoteTrackPublication): void {
    for (const [key, received] of this.#received) {
      if (received.publication !== publication) continue;
      this.#received.delete(key);
      if (!this.#closed) this.handlers.sourceRemoved(received.participant.identity, received.sourceId);
    }
  }

  /** The layers that the sender has told of, by its size: LiveKit is asked for sizes. */
  #choose({ publication, content }: Received, choice: LayerChoice | null): void {
    if (publication.kind !== 'video') return;
    const { width = 0, height = 0 } = publication.trackInfo ?? {};
    if (!choice || !width || !height) {
      bound(publication, choice && { width: 16_384, height: 16_384, frameRate: Number.POSITIVE_INFINITY });
      return;
    }
    const layers = offeredLayers(content, width, height, this.#frameRateOf(publication));
    const spatial = Math.min(choice.spatial, Math.max(...layers.map((it) => it.spatial)));
    const most = Math.max(...layers.map((it) => it.temporal));
    const layer = layers.find((it) => it.spatial === spatial && it.temporal === Math.min(choice.temporal, most))!;
    bound(publication, { ...layer, frameRate: choice.temporal >= most ? Number.POSITIVE_INFINITY : layer.frameRate });
  }

  #frameRateOf({ track }: RemoteTrackPublication): number {
    return track?.mediaStreamTrack.getSettings().frameRate || 30;
  }

  #measured(quality: ConnectionQuality, participant: Participant): void {
    const known = kQualities[quality];
    if (!participant.isLocal || !known || this.#closed) return;
    this.handlers.quality(known);
    this.handlers.downlinkQuality?.(known === 'poor' || known === 'lost' ? known : 'good');
  }
}
