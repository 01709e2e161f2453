// SPDX-License-Identifier: Apache-2.0
// Somebody else in the room.

import { TypedEventTarget } from '../events.js';
import type { RemoteSource, SourceContent } from './source.js';
import { Tile, type TileOptions } from './tile.js';

export type PeerState = 'connecting' | 'connected' | 'reconnecting' | 'failed';
/** From loss, round trip and standstill of the last seconds; 'lost' while nothing arrives. */
export type Quality = 'good' | 'fair' | 'poor' | 'lost';

/** Anything about the participant changed, audioLevel aside. */
export class ParticipantChangedEvent extends Event {
  declare readonly type: 'changed';
  constructor() {
    super('changed');
  }
}

export interface RemoteParticipantEventMap {
  changed: ParticipantChangedEvent;
}

/** How an element shows a participant. */
export interface ViewOptions {
  /** Which of the participant's videos. Default: 'camera'. */
  content?: 'camera' | 'screen';
  /** Before all others when there is not enough for everything. Default: false. */
  pinned?: boolean;
}

/** @internal As in the signalling protocol. */
export interface ParticipantRecord {
  id: string;
  name: string;
  present: boolean;
  sources: { id: string; kind: 'audio' | 'video'; content: SourceContent; muted: boolean }[];
}

export class RemoteParticipant extends TypedEventTarget<RemoteParticipantEventMap> {
  readonly id: string;
  #name: string;
  #present: boolean;
  #state: PeerState = 'connecting';
  #quality: Quality = 'good';
  #left = false;
  #sources = new Map<string, RemoteSource>();
  /** What is being received, also after its announcement was taken back and before the session has noticed. */
  readonly #received = new Map<string, RemoteSource>();
  readonly #tiles = new Set<Tile>();
  /** @internal The elements that show this participant. */
  readonly views = new Map<Element, ViewOptions>();
  /** @internal Called when they change, by whose they are. */
  readonly viewWatchers = new Map<object, () => void>();
  readonly #level: () => number;
  #iceRestarts = 0;

  /** @internal */
  constructor(record: ParticipantRecord, level: () => number) {
    super();
    this.id = record.id;
    this.#name = record.name;
    this.#present = record.present;
    this.#level = level;
    this.apply(record);
  }

  get name(): string {
    return this.#name;
  }

  /** False while the server has lost this participant; media may well go on. */
  get present(): boolean {
    return this.#present;
  }

  /** How the connection that carries the media does. */
  get state(): PeerState {
    return this.#state;
  }

  get quality(): Quality {
    return this.#state === 'connected' || this.#state === 'connecting' ? this.#quality : 'lost';
  }

  /** True once the participant has left the room; nothing changes any more. */
  get left(): boolean {
    return this.#left;
  }

  /** Everything this participant offers, by source id. */
  get sources(): ReadonlyMap<string, RemoteSource> {
    return this.#sources;
  }

  /** The first source of that content, if there is one. */
  source(content: SourceContent): RemoteSource | undefined {
    for (const source of this.#sources.values()) if (source.content === content) return source;
    return undefined;
  }

  /** Smoothed level of the microphone, 0..1, measured about seven times a second. */
  get audioLevel(): number {
    return this.#left ? 0 : this.#level();
  }

  /** How often the route had to be found anew. */
  get iceRestarts(): number {
    return this.#iceRestarts;
  }

  /**
   * An element that shows this participant and keeps itself up to date: picture, name, muted microphone, connection trouble.
   * It removes itself when the participant leaves. Sound is played by the room, with or without tiles.
   */
  createTile(options: TileOptions = {}): HTMLElement {
    const tile = new Tile(this, options);
    this.#tiles.add(tile);
    this.observe(tile.element, options);
    return tile.element;
  }

  /**
   * Says that `element` shows this participant, where a page makes its own tiles, or pins one: in an SFU's room its size and
   * visibility decide what is received. Once more for the same element changes the options; null says that it does no longer.
   */
  observe(element: Element, options: ViewOptions | null = {}): void {
    if (options) this.views.set(element, options);
    else this.views.delete(element);
    for (const changed of this.viewWatchers.values()) changed();
  }

  /** @internal */
  apply(record: ParticipantRecord): void {
    this.#name = record.name;
    this.#present = record.present;
    this.#sources = new Map(record.sources.map((source) => [source.id, { ...source, track: this.#received.get(source.id)?.track ?? null }]));
    this.changed();
  }

  /** @internal Gives the source as it now is. */
  setTrack(source: Omit<RemoteSource, 'track'>, track: MediaStreamTrack | null): RemoteSource {
    const updated = { ...(this.#sources.get(source.id) ?? source), track };
    this.#sources.set(source.id, updated);
    this.#received.set(source.id, updated);
    this.changed();
    return updated;
  }

  /** @internal The source is no longer received; gives it as it was. */
  removeTrack(sourceId: string): RemoteSource | undefined {
    const received = this.#received.get(sourceId);
    this.#received.delete(sourceId);
    const source = this.#sources.get(sourceId);
    if (source) this.#sources.set(sourceId, { ...source, track: null });
    if (received) this.changed();
    return received;
  }

  /** @internal Everything that is received. */
  get received(): ReadonlyMap<string, RemoteSource> {
    return this.#received;
  }

  /** @internal */
  setState(state: PeerState, iceRestarts: number): void {
    this.#state = state;
    this.#iceRestarts = iceRestarts;
    this.changed();
  }

  /** @internal */
  setQuality(quality: Quality): void {
    this.#quality = quality;
    this.changed();
  }

  /** @internal */
  leave(): void {
    this.#left = true;
    this.changed();
    for (const tile of this.#tiles) tile.close();
    this.#tiles.clear();
  }

  private changed(): void {
    for (const tile of this.#tiles) tile.update();
    this.emit(new ParticipantChangedEvent());
  }
}
