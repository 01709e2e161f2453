// SPDX-License-Identifier: Apache-2.0
// A room whose media goes through one participant who mixes: everybody else sends that one a stream and gets one back.

import type { RemoteSource } from '../participants/source.js';
import type { Publication, SourceSink } from '../rooms/publication.js';
import type { ProtocolMessage } from '../signalling/transport.js';
import type { SessionModule } from '../session-module.js';
import type { LinkHost, MeasuredConnection, MeasuredPeer, TopologyLink } from '../topology/link.js';
import { ListeningRole } from './listening-role.js';
import type { PublishingPlace } from './mix-publisher.js';
import type { OwnSource, Role, Told } from './role.js';

/** The mixer before goes on for this long if the next one does not deliver earlier, in milliseconds. */
const kLingerAtMost = 8_000;

/** @internal */
export class McuLink implements TopologyLink, SourceSink {
  readonly mixes = true;
  readonly #host: LinkHost;
  readonly #ending = new AbortController();
  readonly #publication: Publication;
  readonly #own = new Map<string, OwnSource>();
  /** Signals for a role that is still being made. */
  #early: { from: string; told: Told }[] = [];
  #role: Role | undefined;
  #before: { role: Role; timer: ReturnType<typeof setTimeout> } | undefined;
  #mixer = '';
  /** Where to publish the mix for those who only watch. */
  #place: PublishingPlace | undefined;
  #self = '';

  constructor(host: LinkHost) {
    this.#host = host;
    const { signal } = this.#ending;
    this.#publication = host.handlers.publish(this);
    host.ended.addEventListener('abort', () => this.close(), { once: true, signal });
    globalThis.addEventListener?.('online', () => this.#role?.networkChanged(), { signal });
  }

  receive(message: ProtocolMessage): void {
    if (this.#ending.signal.aborted) return;
    if (message.type === 'joined') this.#joined(message);
    else if (message.type === 'signal') {
      const from = message['from'] as string;
      const told = (message['payload'] as { mcu: Told }).mcu;
      if (typeof told !== 'object' || told === null) return;
      // A mixer that has been replaced still has people who have not heard of it.
      this.#before?.role.told(from, told);
      if (this.#role) this.#role.told(from, told);
      else this.#early.push({ from, told });
    } else if (message.type === 'audience') {
      this.#place = message['publish'] as PublishingPlace | undefined;
      this.#role?.publish?.(this.#place);
    }
  }

  // --- MediaPath ---

  audioLevel(participantId: string): number {
    return this.#role?.audioLevel(participantId) ?? 0;
  }

  async diagnostics(): Promise<MeasuredPeer[]> {
    return (await this.#role?.diagnostics()) ?? [];
  }

  connections(): MeasuredConnection[] {
    return this.#role?.connections() ?? [];
  }

  close(): void {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort();
    this.#publication.close();
    this.#retired();
    this.#role?.close();
    this.#role = undefined;
  }

  // --- SourceSink: what is sent ---

  addSource(sourceId: string, content: string, muted: boolean, track: MediaStreamTrack | null): void {
    this.#own.set(sourceId, { content: content as RemoteSource['content'], muted, track });
    this.#role?.sourcesChanged(this.#own);
  }

  setSourceTrack(sourceId: string, track: MediaStreamTrack | null): void {
    const own = this.#own.get(sourceId);
    if (own) own.track = track;
    this.#role?.sourcesChanged(this.#own);
  }

  setSourceMuted(sourceId: string, muted: boolean): void {
    const own = this.#own.get(sourceId);
    if (own) own.muted = muted;
    this.#role?.sourcesChanged(this.#own);
  }

  removeSource(sourceId: string): void {
    this.#own.delete(sourceId);
    this.#role?.sourcesChanged(this.#own);
  }

  // --- who mixes ---

  #joined(message: ProtocolMessage): void {
    const { room, participantId, iceServers = [] } = message as unknown as { room: { mixer?: string }; participantId: string; iceServers?: RTCIceServer[] };
    const { mixer } = room;
    if (mixer === undefined) return;
    if (mixer === this.#mixer && participantId === this.#self) {
      if (!message['moved']) this.#role?.signallingReturned(iceServers);
      return;
    }
    this.#mixer = mixer;
    this.#self = participantId;
    // Until the new mix is there, the old one is shown: if its mixer has gone, it stands still for that moment.
    this.#retired();
    const { handlers } = this.#host;
    if (this.#role) {
      const name = mixer === participantId ? 'This device' : (handlers.room.participants.get(mixer)?.name ?? 'Somebody else');
      handlers.notify({ type: 'Warning', code: 'mixer-changed', message: `${name} mixes from now on: the one who did cannot any more.` }, null);
      this.#role.retire();
      this.#before = { role: this.#role, timer: setTimeout(() => this.#retired(), kLingerAtMost) };
    }
    this.#role = undefined;
    this.#place = undefined;
    this.#early = [];
    this.#take(mixer, participantId, iceServers).catch((error: unknown) => {
      if (!this.#ending.signal.aborted && this.#mixer === mixer) handlers.unreachable(error as Error);
    });
  }

  async #take(mixer: string, self: string, iceServers: RTCIceServer[]): Promise<void> {
    const module: SessionModule = await this.#host.connection.module;
    const setting = { host: this.#host, module, self, mixer, iceServers, delivers: () => this.#retired() };
    const mixes = mixer === self ? await (await import('./mixing-role.js')).MixingRole.create(setting) : null;
    if (this.#ending.signal.aborted || this.#mixer !== mixer) {
      mixes?.close();
      return;
    }
    const role: Role = mixes ?? new ListeningRole(setting);
    this.#role = role;
    role.sourcesChanged(this.#own);
    role.publish?.(this.#place);
    for (const { from, told } of this.#early.splice(0)) role.told(from, told);
  }

  /** The role before is of no use any more. */
  #retired(): void {
    if (!this.#before) return;
    clearTimeout(this.#before.timer);
    this.#before.role.close();
    this.#before = undefined;
  }
}
