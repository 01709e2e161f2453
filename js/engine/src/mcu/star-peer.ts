// SPDX-License-Identifier: Apache-2.0
// One connection of the star, between a participant and the mixer: a session of just these two, whose signalling goes through the room's.

import type { PeerState, Quality } from '../participants/remote-participant.js';
import type { RemoteSource, SourceContent } from '../participants/source.js';
import type { Notification } from '../rooms/notifications.js';
import type { Call, SessionModule } from '../session-module.js';
import type { MeasuredPeer } from '../topology/link.js';

export interface StarPeerHandlers {
  /** A message for the other side's receive(). */
  tell(payload: unknown): void;
  /** What the other side sends, on a track; null: no more. */
  source(source: Pick<RemoteSource, 'id' | 'kind'>, track: MediaStreamTrack | null): void;
  state(state: PeerState, iceRestarts: number): void;
  quality(quality: Quality): void;
}

export interface StarPeerOptions {
  self: string;
  other: string;
  /** One side, and only one, makes the first offer. */
  initiates: boolean;
  iceServers: RTCIceServer[];
  relayOnly: boolean;
}

/** Grows with each connection of this page, as the session asks. */
let connections = 0;
const nextConnection = (): number => (connections = Math.max(connections + 1, Math.floor(Date.now() / 1000)));

export class StarPeer {
  readonly #options: StarPeerOptions;
  readonly #handlers: StarPeerHandlers;
  readonly #call: Call;
  readonly #sent = new Map<string, { track: MediaStreamTrack | null; muted: boolean }>();
  readonly #kinds = new Map<string, 'audio' | 'video'>();
  #iceServers: RTCIceServer[];
  #joined = false;
  #closed = false;
  state: PeerState = 'connecting';

  constructor(module: SessionModule, options: StarPeerOptions, handlers: StarPeerHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#iceServers = options.iceServers;
    this.#call = new module.Call(
      { relayOnly: options.relayOnly, firstConnection: nextConnection() },
      {
        send: (text) => this.#said(JSON.parse(text) as { type: string; payload?: unknown }),
        notify: (json, track) => this.#notified(JSON.parse(json) as Notification, track ?? null),
        data: () => undefined,
        quality: (_, quality) => handlers.quality(quality),
        activeSpeaker: () => undefined,
      },
    );
  }

  /** Begins. Handlers may be called from now on, also before this returns. */
  open(): void {
    this.#call.start('star', '', 'star', this.#options.self);
    this.#call.transportOpened();
  }

  /** What the other side's `tell` was given. */
  receive(payload: unknown): void {
    this.#pass({ type: 'signal', from: this.#options.other, payload });
  }

  /** Sends this track as the source `id` from now on; null: nothing. Nothing is negotiated for an id that was sent before. */
  send(id: string, content: SourceContent, track: MediaStreamTrack | null): void {
    const sent = this.#sent.get(id);
    const muted = track === null;
    if (!sent) {
      if (muted) return;
      this.#sent.set(id, { track, muted });
      this.#call.addSource(id, content, muted, track);
      return;
    }
    if (sent.track !== track) this.#call.setSourceTrack(id, track);
    if (sent.muted !== muted) this.#call.setSourceMuted(id, muted);
    this.#sent.set(id, { track, muted });
  }

  /** Whether the room's server has the other side's socket; what could not be delivered before is said again. */
  setPresent(present: boolean): void {
    if (this.#joined) this.#pass({ type: 'participantUpdated', participant: this.#participant(present) });
  }

  /** The own signalling was away, and is back. */
  signallingReturned(iceServers: RTCIceServer[]): void {
    this.#iceServers = iceServers;
    this.#call.transportClosed('away');
    this.#call.transportOpened();
  }

  networkChanged(): void {
    this.#call.networkChanged();
  }

  /** 0..1, of what the other side sends as sound. */
  level(): number {
    return this.#closed ? 0 : this.#call.audioLevel(this.#options.other);
  }

  /** null before there is a connection. */
  async measure(): Promise<MeasuredPeer | null> {
    if (this.#closed) return null;
    // Nothing, where it was closed meanwhile.
    const [measured] = ((await this.#call.diagnostics()) ?? []) as MeasuredPeer[];
    return measured ?? null;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#call.close();
    // Not now: the call may be what is calling us.
    queueMicrotask(() => this.#call.delete());
  }

  #participant(present: boolean): object {
    const capabilities = { topologies: ['mesh'], dataChannels: true };
    // What it sends it says itself, beside its descriptions.
    return { id: this.#options.other, name: 'star', present, capabilities, sources: [] };
  }

  /** What the session says to its server: here, that is us. */
  #said({ type, payload }: { type: string; payload?: unknown }): void {
    if (type === 'signal') this.#handlers.tell(payload);
    if (type !== 'join') return;
    const resumed = this.#joined;
    this.#joined = true;
    const { self, initiates } = this.#options;
    // Whoever finds the other one there makes the offer.
    const there = resumed || initiates ? [this.#participant(true)] : [];
    // At once: a signal of the other side may follow directly.
    this.#pass({ type: 'joined', participantId: self, resumed, room: { name: 'star', topology: 'mesh', capacity: 2 }, participants: there, iceServers: this.#iceServers });
    if (there.length === 0) this.#pass({ type: 'participantJoined', participant: this.#participant(true) });
  }

  #pass(message: object): void {
    if (!this.#closed) this.#call.transportMessage(JSON.stringify(message));
  }

  #notified(it: Notification, track: MediaStreamTrack | null): void {
    if (this.#closed) return;
    switch (it.type) {
      case 'PeerStateChanged':
        this.state = it.state;
        return this.#handlers.state(it.state, it.iceRestarts);
      case 'RemoteSourceAdded':
        this.#kinds.set(it.source.id, it.source.kind);
        return this.#handlers.source(it.source, track);
      case 'RemoteSourceRemoved': {
        const kind = this.#kinds.get(it.sourceId);
        if (kind) this.#handlers.source({ id: it.sourceId, kind }, null);
      }
    }
  }
}
