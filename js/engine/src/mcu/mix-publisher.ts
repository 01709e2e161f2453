// SPDX-License-Identifier: Apache-2.0
// Publishes a room's mix to a media server, once, for all who only watch: as a participant of its room, or over WHIP.

import { Digest, type TrackReport } from '../livekit/digest.js';
import { kAdapters, type SfuConnection, type SfuHandlers } from '../sfu/adapter.js';
import { offeredLayers } from '../sfu/layers.js';
import type { LinkHost, MeasuredConnection } from '../topology/link.js';
import type { WhipError, WhipPublisher } from '../whip/index.js';

/** How long to wait before another attempt over WHIP, in milliseconds; twice as long after each that fails. */
const kFirstPause = 500;
const kLongestPause = 15_000;

/** Where: the `publish` member of the server's `audience` message. */
export type PublishingPlace = Record<string, unknown> & { kind: string; url: string; whip?: string };

export interface Mix {
  readonly video: MediaStreamTrack;
  readonly audio: MediaStreamTrack;
}

export class MixPublisher {
  readonly #host: LinkHost;
  readonly #mix: Mix;
  readonly #ending = new AbortController();
  /** Its own for each publisher, so that one that follows is told from this one. */
  readonly #name = [...crypto.getRandomValues(new Uint8Array(4))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  readonly #digest = new Digest();
  #place: PublishingPlace;
  #last = false;
  #iceServers: RTCIceServer[];
  #connection: SfuConnection | undefined;
  #whip: WhipPublisher | undefined;
  #live = false;
  #measured: MeasuredConnection[] = [];

  constructor(host: LinkHost, place: PublishingPlace, mix: Mix, iceServers: RTCIceServer[]) {
    this.#host = host;
    this.#place = place;
    this.#mix = mix;
    this.#iceServers = iceServers;
    const run = place.whip === undefined ? this.#join() : this.#publish();
    run.catch(({ message }: Error) => this.#warn('mix-unpublished', message));
  }

  /** Settings as before, a fresh token aside. */
  renew(place: PublishingPlace, iceServers: RTCIceServer[]): void {
    this.#place = place;
    this.#iceServers = iceServers;
    this.#connection?.setIceServers?.(iceServers);
    this.#connection?.renew?.({ ...place, url: this.#address(place.url) });
  }

  /** Says again how it goes: the server may have been away. */
  repeat(): void {
    if (this.#live) this.#said(true);
  }

  /** Somebody else publishes from now on: it goes on until that one is there, and does not come back after it. */
  retire(): void {
    this.#last = true;
  }

  networkChanged(): void {
    this.#connection?.networkChanged();
  }

  /** What its connection sends. */
  async measure(): Promise<readonly MeasuredConnection[]> {
    if (this.#whip) this.#measured = this.#digest.connections(await reportsOf(this.#whip), []);
    else this.#measured = ((await this.#connection?.diagnostics()) ?? []).filter(({ outbound }) => outbound.length > 0);
    return this.#measured;
  }

  /** What measure() found last. */
  get measured(): readonly MeasuredConnection[] {
    return this.#measured;
  }

  close(): void {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort();
    // The server knows who publishes next, if anybody does: for viewers it goes on.
    this.#connection?.close();
    this.#whip?.close();
  }

  /** As a participant of the media server's room. */
  async #join(): Promise<void> {
    const { connection } = this.#host;
    const load = kAdapters[this.#place.kind];
    if (!load) throw new Error(`The server uses a media server of kind '${this.#place.kind}', which this version does not know.`);
    const connect = await load();
    const identity = { participantId: 'mix', iceServers: this.#iceServers, relayOnly: connection.relayOnly, ...(connection.assetBaseUrl === undefined ? {} : { assetBaseUrl: connection.assetBaseUrl }) };
    const made = await connect({ ...this.#place, url: this.#address(this.#place.url) }, identity, this.#handlers());
    if (this.#ending.signal.aborted) {
      made.close();
      return;
    }
    this.#connection = made;
    made.addSource(`video-${this.#name}`, 'camera', false, this.#mix.video);
    made.addSource(`audio-${this.#name}`, 'microphone', false, this.#mix.audio);
  }

  #handlers(): SfuHandlers {
    const ignored = (): void => undefined;
    return {
      stateChanged: (state) => {
        if (state === 'connected') this.#said(true);
      },
      // Viewers publish nothing; what else is in that room is of no interest.
      sourceAdded: ignored,
      sourceRemoved: ignored,
      quality: ignored,
      activeSpeaker: ignored,
      warning: (code, message) => this.#warn(code, message),
      closed: (code, message) => {
        // Another one has taken over, and says so itself.
        if (code === 'replaced') return;
        this.#warn('mix-unpublished', message);
        this.#said(false);
      },
    };
  }

  /** Over WHIP, again and again for as long as it takes. */
  async #publish(): Promise<void> {
    const { signal } = this.#ending;
    const { WhipPublisher } = await import('../whip/index.js');
    const { connection } = this.#host;
    for (let failures = 0; !signal.aborted && !this.#last; ) {
      let pause = kFirstPause;
      try {
        const stream = new MediaStream([this.#mix.video, this.#mix.audio]);
        const publisher = await WhipPublisher.publish(stream, {
          url: this.#address(String(this.#place.whip)),
          token: String(this.#place['token']),
          layers: 3,
          ...(this.#iceServers.length > 0 ? { iceServers: this.#iceServers } : {}),
          relayOnly: connection.relayOnly,
          ...(connection.assetBaseUrl === undefined ? {} : { assetBaseUrl: connection.assetBaseUrl }),
          signal,
        });
        this.#whip = publisher;
        failures = 0;
        this.#said(true);
        await new Promise<void>((resolve) => publisher.addEventListener('statechange', ({ state }) => (state === 'failed' || state === 'closed') && resolve()));
        this.#whip = undefined;
      } catch (error) {
        if (signal.aborted) return;
        const { message, retryAfterMs } = error as WhipError;
        this.#said(false);
        if (failures === 0) this.#warn('mix-unpublished', `The mix does not get to those who watch. ${message}`);
        pause = retryAfterMs ?? Math.min(kFirstPause * 2 ** failures++, kLongestPause);
      }
      await new Promise<void>((resolve) => {
        setTimeout(resolve, pause);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  /** A path is one of the server that signals. */
  #address(url: string): string {
    if (!url.startsWith('/') || url.startsWith('//')) return url;
    const { origin } = this.#host.connection.url;
    return `${this.#place.whip === undefined ? origin.replace(/^http/, 'ws') : origin}${url}`;
  }

  #said(live: boolean): void {
    if (!live && !this.#live) return;
    this.#live = live;
    if (!live) return this.#host.connection.transport.send({ type: 'published', live });
    const { video } = this.#mix;
    const { width = 640, height = 360, frameRate = 15 } = video.getSettings();
    // Over WHIP the media server gives what it gets names of its own.
    const sources = this.#place.whip === undefined
      ? [{ id: `video-${this.#name}`, kind: 'video', content: 'camera', muted: false }, { id: `audio-${this.#name}`, kind: 'audio', content: 'microphone', muted: false }]
      : [];
    this.#host.connection.transport.send({ type: 'published', live, sources, layers: offeredLayers('camera', width, height, frameRate) });
  }

  #warn(code: string, message: string): void {
    if (!this.#ending.signal.aborted) this.#host.handlers.notify({ type: 'Warning', code, message }, null);
  }
}

/** What a WHIP publication sends, a report for each kind. */
async function reportsOf(publisher: WhipPublisher): Promise<TrackReport[]> {
  const rows = [...((await publisher.getStats()) as unknown as Map<string, { type: string; kind?: string }>)];
  return ['video', 'audio'].map((kind) => ({ sourceId: kind, report: new Map(rows.filter(([, row]) => row.type !== 'outbound-rtp' || row.kind === kind)) as unknown as RTCStatsReport }));
}
