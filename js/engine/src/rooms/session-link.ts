// SPDX-License-Identifier: Apache-2.0
// Ties the session module's Call to the transport, to the page and to the room; everything it starts, close() ends.

import type { Quality } from '../participants/remote-participant.js';
import type { Call, SessionModule } from '../session-module.js';
import type { Connection } from '../signalling/connection.js';
import type { ProtocolMessage } from '../signalling/transport.js';
import type { Notification } from './notifications.js';
import type { Publication, SourceSink } from './publication.js';
import type { Board } from '../topology/board.js';
import { kTopologies, willingness } from '../topology/capabilities.js';
import type { MediaPath } from '../topology/link.js';
import type { RoomOffer } from '../topology/place.js';
import type { Topology } from '../topology/topology.js';
import type { Room } from './room.js';

/** @internal */
export interface SessionHandlers {
  room: Room;
  /** Keeps what `sink` sends equal to the local media. */
  publish: (sink: SourceSink) => Publication;
  notify: (notification: Notification, track: MediaStreamTrack | null) => void;
  data: (from: string, topic: string, data: string | Uint8Array) => void;
  quality: (participantId: string, quality: Quality) => void;
  activeSpeaker: (participantId: string) => void;
  /** The sound of a mix of everybody; null: there is none. */
  play: (track: MediaStreamTrack | null) => void;
  /** The server could not be reached at all. */
  unreachable: (error: Error) => void;
  /** The page goes away. */
  pageHidden: () => void;
}

/** Attempts to reach the server before it has let this participant in, after which it counts as unreachable. */
const kAttempts = 4;

/** Milliseconds after each failed request for a token. */
const kRenewalPauses = [300, 1000, 2000];

/** Milliseconds without a connection to anybody after which more is fetched than a call needs. */
const kDoubtAfter = 4000;

/** 32 random bytes as base64url: the secret from which the server derives this participant's id. */
export function createParticipantKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** @internal */
export class SessionLink {
  readonly call: Call;
  readonly participantKey = createParticipantKey();
  media: MediaPath;
  /** How `media` goes. */
  topology: Topology = 'mesh';
  /** What the server last said of the room. */
  offer: RoomOffer | undefined;
  /** The last that the server named. */
  iceServers: RTCIceServer[] = [];
  /** See Room.mix. */
  mix: MediaStreamTrack | null = null;
  /** True for a notification of the session that is of no interest while media goes elsewhere. */
  intercept: ((notification: Notification, track: MediaStreamTrack | null) => boolean) | undefined;
  #board: Promise<Board> | undefined;
  #doubting: ReturnType<typeof setTimeout> | undefined;
  readonly #ending = new AbortController();
  /** Aborted by close(). */
  readonly ended = this.#ending.signal;
  #joined = false;
  #failures = 0;
  #renewing: Promise<void> | null = null;

  constructor(
    module: SessionModule,
    readonly connection: Connection,
    readonly handlers: SessionHandlers,
  ) {
    this.media = this.call = new module.Call(
      // Grows from page to page, as the session asks: a later connection has the larger number.
      { relayOnly: connection.relayOnly, firstConnection: Math.floor(Date.now() / 1000) },
      {
        send: (text) => {
          const message = JSON.parse(text) as ProtocolMessage & { capabilities?: object };
          // The session knows what it can do itself; the rest is done here.
          if (message.capabilities) {
            Object.assign(message, { role: connection.role });
            Object.assign(message.capabilities, { topologies: kTopologies, mixer: willingness(connection.mixing) });
          }
          connection.transport.send(message);
        },
        notify: (json, track) => {
          const notification = JSON.parse(json) as Notification;
          if (notification.type === 'Joined') this.#joined = true;
          // What cut the media may have cut the socket too, and the restart of ICE needs it.
          if (notification.type === 'PeerStateChanged' && (notification.state === 'reconnecting' || notification.state === 'failed')) connection.transport.hurry();
          if (notification.type === 'PeerStateChanged') this.#doubt(notification.state);
          if (!/^(Peer|Remote)/.test(notification.type) || !this.intercept?.(notification, track ?? null)) handlers.notify(notification, track ?? null);
        },
        data: handlers.data,
        quality: handlers.quality,
        activeSpeaker: handlers.activeSpeaker,
      },
    );
  }

  start(name: string): void {
    const { connection, call } = this;
    const signal = this.ended;
    const { transport } = connection;
    transport.handlers = {
      opened: () => void this.#opened(),
      closed: (reason) => call.transportClosed(reason),
      message: (message) => {
        const { type, room, iceServers, payload, moved, inReplyTo } = message as {
          type: string;
          room?: RoomOffer;
          iceServers?: RTCIceServer[];
          payload?: { connection?: unknown }; moved?: true; inReplyTo?: string };
        if (room) this.offer = room;
        if (iceServers) this.iceServers = iceServers;
        // What is not the session's own is handled by a part that is fetched when there is something else.
        const elsewhere = type === 'signal' ? !payload?.connection : type === 'audience' || (room && room.topology !== 'mesh');
        if (elsewhere || this.#board) this.board().then((board) => board.receive(message), this.handlers.unreachable);
        // A room that moves is left as it is until its media flows over there; the board then passes the message on.
        if (!(elsewhere && (moved || payload)) && !inReplyTo?.startsWith('topology/')) call.transportMessage(JSON.stringify(message));
      },
      failed: (error) => {
        if (!this.#joined && ++this.#failures >= kAttempts) this.handlers.unreachable(error);
      },
    };
    const networkChanged = () => {
      transport.hurry();
      call.networkChanged();
    };
    globalThis.addEventListener?.('online', networkChanged, { signal });
    globalThis.addEventListener?.('pagehide', this.handlers.pageHidden, { signal });
    (globalThis.navigator as { connection?: EventTarget } | undefined)?.connection?.addEventListener('change', networkChanged, { signal });
    call.start(connection.room, connection.tokens.current, this.participantKey, name);
    if (transport.connected) void this.#opened();
  }

  /** What changes the topology, loaded when there is more to it than the session's own. */
  board(): Promise<Board> {
    return (this.#board ??= import('../topology/board.js').then(({ Board }) => new Board(this)));
  }

  /** Where nobody is reached for a while, it is looked into. */
  #doubt(state: string): void {
    clearTimeout(this.#doubting);
    if (state !== 'connected') this.#doubting = setTimeout(() => void this.board(), kDoubtAfter);
  }

  /** Gets a fresh token for the session, which waits for it. False if there is no way to get one. */
  renewToken(): boolean {
    if (!this.connection.tokens.renewable) return false;
    void this.#renew();
    return true;
  }

  /** Says goodbye to the server if it is there, and ends the call. The transport is left to its owner. */
  close(): void {
    if (this.ended.aborted) return;
    this.#ending.abort();
    clearTimeout(this.#doubting);
    this.call.close();
    this.connection.transport.handlers = {};
    // Not now: the call may be what is calling us.
    queueMicrotask(() => this.call.delete());
  }

  async #opened(): Promise<void> {
    // The server that is back may have been restarted with another secret, or have been away for longer than a token lives. That
    // holds for the first join too: the lobby's socket may have been lost and come back.
    const { tokens, transport } = this.connection;
    if (tokens.renewable && tokens.obtainedAt < transport.reopenedAt) await this.#renew();
    if (!this.ended.aborted && this.connection.transport.connected) this.call.transportOpened();
  }

  #renew(): Promise<void> {
    return (this.#renewing ??= this.#renewOnce().finally(() => (this.#renewing = null)));
  }

  async #renewOnce(): Promise<void> {
    const signal = this.ended;
    for (const pause of kRenewalPauses) {
      try {
        const token = await this.connection.tokens.get(signal);
        if (!signal.aborted) this.call.setToken(token);
        return;
      } catch {
        // The server that has just come back may be busy. In the end the old one may still do; if not, the session asks again.
        await new Promise((resolve) => setTimeout(resolve, pause));
        if (signal.aborted || !this.connection.transport.connected) return;
      }
    }
  }
}
