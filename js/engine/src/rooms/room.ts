// SPDX-License-Identifier: Apache-2.0
// A room that has been entered: its people, their media, and what is told about it.

import type { RoomDiagnostics } from '../diagnostics/types.js';
import { roomError } from '../errors.js';
import { TypedEventTarget } from '../events.js';
import { LocalMedia } from '../media/local-media.js';
import { abortable } from '../options.js';
import { AudioSink } from '../participants/audio-sink.js';
import { LocalParticipant } from '../participants/local-participant.js';
import { RemoteParticipant, type Quality } from '../participants/remote-participant.js';
import type { Call, SessionModule } from '../session-module.js';
import type { Connection } from '../signalling/connection.js';
import type { Topology } from '../topology/topology.js';
import { checkData, type SendDataOptions } from './data.js';
import {
  ActiveSpeakerEvent,
  AudioBlockedEvent,
  ClosedEvent,
  DataEvent,
  ParticipantEvent,
  PeerChangedEvent,
  SignallingChangedEvent,
  TrackEvent,
  WarningEvent,
  type RoomEventMap,
  type SignallingState,
} from './events.js';
import type { Notification } from './notifications.js';
import { Publication } from './publication.js';
import { SessionLink } from './session-link.js';

/** @internal */
export interface EnterOptions {
  name: string;
  media?: LocalMedia;
  signal?: AbortSignal;
}

export class Room extends TypedEventTarget<RoomEventMap> {
  readonly #connection: Connection;
  readonly #name: string;
  readonly #link: SessionLink;
  readonly #call: Call;
  readonly #media: LocalMedia;
  readonly #publication: Publication;
  readonly #participants = new Map<string, RemoteParticipant>();
  readonly #audio = new AudioSink(() => this.emit(new AudioBlockedEvent()));
  readonly #entered: { resolve: () => void; reject: (error: Error) => void };
  readonly #promise: Promise<void>;
  #local: LocalParticipant | null = null;
  #info = { name: '', capacity: 0 };
  #signalling: SignallingState = 'connected';
  #signallingSince = Date.now();
  #activeSpeaker: RemoteParticipant | null = null;
  #rejection: { code: string; message: string } | null = null;
  #closed = false;
  #log = '';

  private constructor(connection: Connection, module: SessionModule, name: string, media: LocalMedia) {
    super();
    let settle!: { resolve: () => void; reject: (error: Error) => void };
    this.#promise = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
    this.#entered = settle;
    this.#connection = connection;
    this.#media = media;
    this.#name = name;
    this.#link = new SessionLink(module, connection, {
      room: this,
      publish: (sink) => new Publication(media, sink),
      notify: (notification, track) => this.#notified(notification, track),
      data: (from, topic, data) => {
        const participant = this.#participants.get(from);
        if (participant) this.emit(new DataEvent(participant, topic, data));
      },
      quality: (id, quality) => this.#measured(id, quality),
      activeSpeaker: (id) => {
        const speaker = this.#participants.get(id) ?? null;
        if (speaker === this.#activeSpeaker) return;
        this.#activeSpeaker = speaker;
        this.emit(new ActiveSpeakerEvent(this.#activeSpeaker));
      },
      play: (track) => this.#audio.set('', track),
      unreachable: (error) => this.#finish('rejected', 'server-unreachable', error),
      pageHidden: () => this.close(),
    });
    this.#call = this.#link.call;
    this.#publication = new Publication(media, this.#call);
  }

  /** @internal The connection stays open if this fails, and is the room's own if it succeeds. */
  static async enter(connection: Connection, { name, media, signal }: EnterOptions): Promise<Room> {
    const module = await abortable(connection.module, signal);
    if (connection.tokens.current === '') await abortable(connection.tokens.get(signal), signal);
    const own = media ?? new LocalMedia(connection.assetBaseUrl === undefined ? {} : { assetBaseUrl: connection.assetBaseUrl });
    const room = new Room(connection, module, name, own);
    try {
      room.#link.start(name);
      await abortable(room.#promise, signal);
      return room;
    } catch (error) {
      room.#release();
      if (own !== media) own.close();
      throw error;
    }
  }

  get name(): string {
    return this.#info.name;
  }

  /** How many may be in the room at once. */
  get capacity(): number {
    return this.#info.capacity;
  }

  /** Oneself. */
  get local(): LocalParticipant {
    return this.#local as LocalParticipant; // Set before enter() gives the room out.
  }

  /** Everybody else, by id, in the order of joining. */
  get participants(): ReadonlyMap<string, RemoteParticipant> {
    return this.#participants;
  }

  get state(): 'connected' | 'closed' {
    return this.#closed ? 'closed' : 'connected';
  }

  get signallingState(): SignallingState {
    return this.#signalling;
  }

  /** Who speaks at the moment. */
  get activeSpeaker(): RemoteParticipant | null {
    return this.#activeSpeaker;
  }

  /** How media travels at the moment; 'topologychange' tells when it goes another way. */
  get topology(): Topology {
    return this.#link.topology;
  }

  /** What the room could change to now: what its server and everybody in it can do. */
  get topologies(): readonly Topology[] {
    return this.#link.offer?.topologies ?? ['mesh'];
  }

  /**
   * One picture of everybody, where one participant mixes ('mcu'): participants then have no tracks of their own, and the room plays
   * the mixed sound. null elsewhere. 'mixchange' tells.
   */
  get mix(): MediaStreamTrack | null {
    return this.#link.mix;
  }

  /**
   * Changes how media travels, for everybody in the room. Resolves once it does here; until then the old way goes on.
   * @throws OptionError; RoomError ('topology-unavailable', 'rate-limited', 'server-unreachable', 'closed'); AbortedError.
   */
  async setTopology(topology: Topology, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
    await (await this.#link.board()).choose(topology, signal);
  }

  /** True while the browser waits for a gesture before it plays sound: see startAudio(). */
  get audioBlocked(): boolean {
    return this.#audio.isBlocked;
  }

  /**
   * As EventTarget's; and a listener of 'participantjoined' is soon told of those who are in the room already, with
   * `event.wasPresent`, so that it need not look through `participants` first.
   */
  override addEventListener<K extends keyof RoomEventMap & string>(
    type: K,
    listener: ((this: this, event: RoomEventMap[K]) => unknown) | { handleEvent(event: RoomEventMap[K]): unknown } | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void;
  override addEventListener(type: string, listener: unknown, options?: boolean | AddEventListenerOptions): void {
    super.addEventListener(type, listener as EventListener, options);
    if (type !== 'participantjoined' || !listener) return;
    const present = [...this.#participants.values()];
    if (present.length === 0) return;
    queueMicrotask(() => {
      // A target of its own: nobody else hears of it twice, and once, signal and handleEvent work as ever.
      const target = new EventTarget();
      target.addEventListener(type, listener as EventListener, options);
      for (const participant of present) {
        if (!participant.left) target.dispatchEvent(new ParticipantEvent(type, participant, undefined, true));
      }
    });
  }

  /**
   * Sends to everybody, or to some. Resolves when it is on its way.
   * @throws RoomError ('data-too-large', 'closed'), OptionError.
   */
  async sendData(data: string | ArrayBuffer | ArrayBufferView, options: SendDataOptions = {}): Promise<void> {
    const { payload, topic, reliable, to } = checkData(data, options);
    if (this.#closed) throw roomError('closed');
    const { media } = this.#link;
    if (media.sendData) media.sendData(topic, payload, reliable, to);
    else (await this.#link.board()).sendData(topic, payload, to);
  }

  /** The four stages of the call and every connection's measurements; rates are those since the last time. */
  async getDiagnostics(): Promise<RoomDiagnostics> {
    const { collect } = await import('../diagnostics/collect.js');
    return collect(this, this.#closed ? undefined : this.#link, this.#signallingSince, this.#connection.url.origin);
  }

  /**
   * Every event and action of the session so far, as JSON lines that the project's native tests replay. Without token and
   * keys, but with names, messages and addresses: ask before sending it on.
   */
  exportLog(): string {
    return this.#closed ? this.#log : this.#call.exportLog();
  }

  /** Plays sound that the browser held back; from a click or a key press. */
  startAudio(): Promise<void> {
    return this.#audio.start();
  }

  /** Plays on one of LocalMedia.listDevices().speakers; '' for the default. Where the browser cannot choose, nothing happens. */
  setSpeaker(deviceId: string): Promise<void> {
    return this.#audio.setDevice(deviceId);
  }

  /** Leaves, and closes the media too. */
  close(): void {
    this.#finish('left', 'left');
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #measured(id: string, quality: Quality): void {
    const participant = this.#participants.get(id);
    if (!participant) return;
    participant.setQuality(quality);
    this.emit(new PeerChangedEvent(participant, participant.state, participant.quality));
  }

  #notified(it: Notification, track: MediaStreamTrack | null): void {
    switch (it.type) {
      case 'Joined':
        this.#info = it.room;
        this.#local ??= new LocalParticipant(it.participantId, this.#name, this.#media, (name) => {
          if (!this.#closed) this.#call.setName(name);
        });
        this.#entered.resolve();
        return;
      case 'Rejected':
        this.#rejection = it;
        return;
      case 'SignallingStateChanged':
        this.#setSignalling(it.state);
        return;
      case 'Warning':
        if (it.code === 'token-expired' && this.#link.renewToken()) return;
        this.emit(new WarningEvent(it.code, it.message));
        return;
      case 'Closed':
        this.#finish(it.reason, this.#rejection?.code ?? it.reason);
        return;
      case 'ParticipantJoined': {
        const { id } = it.participant;
        const participant = new RemoteParticipant(it.participant, () => (this.#closed ? 0 : this.#link.media.audioLevel(id)));
        this.#participants.set(id, participant);
        this.emit(new ParticipantEvent('participantjoined', participant));
        return;
      }
      case 'ParticipantUpdated': {
        const participant = this.#participants.get(it.participant.id);
        if (!participant) return;
        participant.apply(it.participant);
        this.emit(new ParticipantEvent('participantupdated', participant));
        return;
      }
      default:
        this.#peerNotified(it, track);
    }
  }

  #peerNotified(
    it: Extract<Notification, { type: 'ParticipantLeft' | 'RemoteSourceAdded' | 'RemoteSourceRemoved' | 'PeerStateChanged' }>,
    track: MediaStreamTrack | null,
  ): void {
    const participant = this.#participants.get(it.participantId);
    if (!participant) return;
    switch (it.type) {
      case 'PeerStateChanged':
        participant.setState(it.state, it.iceRestarts);
        this.emit(new PeerChangedEvent(participant, it.state, participant.quality));
        return;
      case 'RemoteSourceAdded': {
        const source = participant.setTrack(it.source, track);
        if (!track) return;
        if (source.kind === 'audio') this.#audio.set(`${participant.id}/${source.id}`, track);
        this.emit(new TrackEvent('trackadded', participant, source, track));
        return;
      }
      case 'RemoteSourceRemoved': {
        this.#audio.remove(`${participant.id}/${it.sourceId}`);
        const source = participant.removeTrack(it.sourceId);
        if (source?.track) this.emit(new TrackEvent('trackremoved', participant, source, source.track));
        return;
      }
      case 'ParticipantLeft':
        this.#participants.delete(participant.id);
        for (const source of participant.received.values()) {
          this.#audio.remove(`${participant.id}/${source.id}`);
          if (source.track) this.emit(new TrackEvent('trackremoved', participant, source, source.track));
        }
        if (this.#activeSpeaker === participant) {
          this.#activeSpeaker = null;
          this.emit(new ActiveSpeakerEvent(null));
        }
        participant.leave();
        this.emit(new ParticipantEvent('participantleft', participant, it.reason));
    }
  }

  #setSignalling(state: SignallingState): void {
    if (this.#signalling === state) return;
    this.#signalling = state;
    this.#signallingSince = Date.now();
    this.emit(new SignallingChangedEvent(state, this.#signallingSince));
  }

  #release(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#log = this.#call.exportLog();
    this.#publication.close();
    this.#link.close();
    this.#audio.close();
  }

  #finish(reason: 'left' | 'replaced' | 'rejected', code: string, cause?: unknown): void {
    if (this.#closed) return;
    if (!this.#local) {
      // Not in yet: enter() releases everything.
      this.#entered.reject(roomError(code, this.#rejection?.message, cause));
      return;
    }
    this.#release();
    this.#connection.close();
    this.#media.close();
    this.#setSignalling('closed');
    for (const participant of [...this.#participants.values()]) participant.leave();
    this.#participants.clear();
    this.emit(new ClosedEvent(reason, code));
  }
}
