// SPDX-License-Identifier: Apache-2.0
// Ties the session module's Call to the transport, to the page and to the room; everything it starts, close() ends.

import type { Quality } from '../participants/remote-participant.js';
import type { Call, SessionModule } from '../session-module.js';
import type { Connection } from '../signalling/connection.js';
import type { ProtocolMessage } from '../signalling/transport.js';
import type { Notification } from './notifications.js';

/** @internal */
export interface SessionHandlers {
  notify: (notification: Notification, track: MediaStreamTrack | null) => void;
  data: (from: string, topic: string, data: string | Uint8Array) => void;
  quality: (participantId: string, quality: Quality) => void;
  activeSpeaker: (participantId: string) => void;
  /** The server could not be reached at all. */
  unreachable: (error: Error) => void;
  /** The page goes away. */
  pageHidden: () => void;
}

/** Attempts to reach the server before it has let this participant in, after which it counts as unreachable. */
const kAttempts = 4;

/** Milliseconds after each failed request for a token. */
const kRenewalPauses = [300, 1000, 2000];

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
  readonly #ending = new AbortController();
  #joined = false;
  #failures = 0;
  #renewing: Promise<void> | null = null;

  constructor(
    module: SessionModule,
    private readonly connection: Connection,
    private readonly handlers: SessionHandlers,
  ) {
    this.call = new module.Call(
      // Grows from page to page, as the session asks: a later connection has the larger number.
      { relayOnly: connection.relayOnly, firstConnection: Math.floor(Date.now() / 1000) },
      {
        send: (text) => connection.transport.send(JSON.parse(text) as ProtocolMessage),
        notify: (json, track) => {
          const notification = JSON.parse(json) as Notification;
          if (notification.type === 'Joined') this.#joined = true;
          // What cut the media may have cut the socket too, and the restart of ICE needs it.
          if (notification.type === 'PeerStateChanged' && (notification.state === 'reconnecting' || notification.state === 'failed')) connection.transport.hurry();
          handlers.notify(notification, track ?? null);
        },
        data: handlers.data,
        quality: handlers.quality,
        activeSpeaker: handlers.activeSpeaker,
      },
    );
  }

  start(name: string): void {
    const { connection, call } = this;
    const { signal } = this.#ending;
    const { transport } = connection;
    transport.handlers = {
      opened: () => void this.#opened(),
      closed: (reason) => call.transportClosed(reason),
      message: (message) => call.transportMessage(JSON.stringify(message)),
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
    call.start(connection.room, connection.tokens.current, createParticipantKey(), name);
    if (transport.connected) void this.#opened();
  }

  /** Gets a fresh token for the session, which waits for it. False if there is no way to get one. */
  renewToken(): boolean {
    if (!this.connection.tokens.renewable) return false;
    void this.#renew();
    return true;
  }

  /** Says goodbye to the server if it is there, and ends the call. The transport is left to its owner. */
  close(): void {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort();
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
    if (!this.#ending.signal.aborted && this.connection.transport.connected) this.call.transportOpened();
  }

  #renew(): Promise<void> {
    return (this.#renewing ??= this.#renewOnce().finally(() => (this.#renewing = null)));
  }

  async #renewOnce(): Promise<void> {
    const { signal } = this.#ending;
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
