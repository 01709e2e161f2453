// SPDX-License-Identifier: Apache-2.0
// A room that is only watched: one picture and one sound of everybody in it, from the room's media server.

import { TypedEventTarget } from '../events.js';
import { requireName } from '../options.js';
import { Room } from '../rooms/room.js';
import { Connection, type ConnectOptions } from '../signalling/connection.js';
import { audienceOf, type AudienceState } from '../topology/audience.js';

export interface WatchOptions extends Omit<ConnectOptions, 'mixing'> {
  /** 1 to 64 printable characters. Nobody sees it but the room's server, and the others where that has no SFU. Default: 'Viewer'. */
  name?: string;
}

/** 'waiting': it has not begun. 'ended': it has, and is over for now. 'closed': by close(), or because the server lets nobody back in. */
export type ViewingState = AudienceState | 'closed';

/** The state, the number of viewers, or the picture has changed. */
export class ViewingChangedEvent extends Event {
  declare readonly type: 'changed';
  constructor() {
    super('changed');
  }
}

export interface ViewingEventMap {
  changed: ViewingChangedEvent;
}

export class Viewing extends TypedEventTarget<ViewingEventMap> {
  /** Its `participants` are those whose media is received: the mix alone, where the server has an SFU. */
  readonly room: Room;
  readonly #players = new Set<HTMLVideoElement>();
  readonly #ending = new AbortController();
  #shown: MediaStreamTrack | null = null;
  #code = '';

  /** @internal */
  constructor(room: Room) {
    super();
    this.room = room;
    const { signal } = this.#ending;
    const changed = (): void => this.#changed();
    for (const type of ['audiencechange', 'participantjoined', 'participantleft', 'participantupdated', 'trackadded', 'trackremoved', 'mixchange', 'peerchanged', 'audioblocked', 'signallingchanged'] as const) {
      room.addEventListener(type, changed, { signal });
    }
    room.addEventListener(
      'closed',
      ({ code }) => {
        this.#code = code;
        this.#changed();
        this.#ending.abort();
      },
      { signal },
    );
  }

  get state(): ViewingState {
    return this.room.state === 'closed' ? 'closed' : (audienceOf(this.room)?.state ?? 'waiting');
  }

  /** Why the state is 'closed': 'left', 'replaced', or the server's code. '' before. */
  get code(): string {
    return this.#code;
  }

  /** How many watch, oneself included. */
  get viewers(): number {
    return audienceOf(this.room)?.viewers ?? 0;
  }

  /** The picture of everybody; null while there is none. */
  get video(): MediaStreamTrack | null {
    if (this.state !== 'live') return null;
    if (this.room.mix) return this.room.mix;
    for (const { sources } of this.room.participants.values()) {
      for (const { content, track } of sources.values()) if (content === 'camera' && track) return track;
    }
    return null;
  }

  /** True while the picture has been interrupted and is being brought back. */
  get interrupted(): boolean {
    if (this.room.signallingState === 'reconnecting') return this.video === null;
    return this.state === 'live' && [...this.room.participants.values()].some(({ state }) => state === 'reconnecting' || state === 'failed');
  }

  /** True while the browser waits for a gesture before it plays sound: see startAudio(). */
  get audioBlocked(): boolean {
    return this.room.audioBlocked;
  }

  /** Plays sound that the browser held back; from a click or a key press. */
  startAudio(): Promise<void> {
    return this.room.startAudio();
  }

  /**
   * A video element that shows the picture and keeps itself up to date. Its size and visibility decide which layer is received. The
   * room plays the sound.
   */
  createPlayer(): HTMLVideoElement {
    const player = document.createElement('video');
    player.muted = player.autoplay = player.playsInline = true;
    this.#players.add(player);
    this.#show(player);
    return player;
  }

  /** Leaves. */
  close(): void {
    this.room.close();
    for (const player of this.#players) player.srcObject = null;
    this.#players.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #changed(): void {
    const { video } = this;
    if (video !== this.#shown) {
      this.#shown = video;
      for (const player of this.#players) this.#show(player);
    }
    for (const player of this.#players) this.#watch(player);
    this.emit(new ViewingChangedEvent());
  }

  #show(player: HTMLVideoElement): void {
    player.srcObject = this.video && new MediaStream([this.video]);
    if (player.srcObject) player.play().catch(() => undefined); // Muted: refused only while the page is hidden, and then again by autoplay.
    this.#watch(player);
  }

  /** Whoever is received is shown here. */
  #watch(player: HTMLVideoElement): void {
    for (const participant of this.room.participants.values()) if (!participant.views.has(player)) participant.observe(player);
  }
}

/**
 * Watches a room: nobody sees or hears the viewer, no camera or microphone is asked for, and a room with an SFU takes any number of
 * viewers (`maxViewersPerRoom` of the server). Resolves once the server lets the viewer in; the picture follows when there is one.
 * @throws as joinRoom().
 */
export async function watchRoom(options: WatchOptions): Promise<Viewing> {
  const name = requireName(options?.name ?? 'Viewer');
  const connection = new Connection({ ...options, mixing: 'never' }, name);
  connection.role = 'viewer';
  try {
    void connection.transport; // Opens while the token and the module are on their way.
    return new Viewing(await Room.enter(connection, { name, ...(options.signal ? { signal: options.signal } : {}) }));
  } catch (error) {
    connection.close();
    throw error;
  }
}
