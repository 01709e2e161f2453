// SPDX-License-Identifier: Apache-2.0
// Everybody but the mixer: one connection, on which one video and one sound go each way, whatever the number of people.

import { roomError } from '../errors.js';
import type { PeerState } from '../participants/remote-participant.js';
import type { SessionModule } from '../session-module.js';
import type { LinkHost, MeasuredConnection, MeasuredPeer } from '../topology/link.js';
import { OneSound } from './one-sound.js';
import { ownSounds, type OwnSource, ownVideo, type Role, type Told } from './role.js';
import { StarPeer } from './star-peer.js';

/** @internal What both roles are given. */
export interface RoleSetting {
  host: LinkHost;
  module: SessionModule;
  self: string;
  mixer: string;
  iceServers: RTCIceServer[];
  /** The mix is there for the first time. */
  delivers: () => void;
}

/** A mixer whose connection is interrupted for this long counts as lost, in milliseconds. */
const kPatience = 2_500;

/** @internal */
export class ListeningRole implements Role {
  readonly #setting: RoleSetting;
  readonly #ending = new AbortController();
  readonly #peer: StarPeer;
  readonly #sound = new OneSound();
  #video: MediaStreamTrack | null = null;
  #audio: MediaStreamTrack | null = null;
  #speaker = '';
  #iceRestarts = 0;
  #delivered = false;
  #losing: ReturnType<typeof setTimeout> | undefined;
  #measured: MeasuredPeer | null = null;

  constructor(setting: RoleSetting) {
    this.#setting = setting;
    const { host, module, self, mixer, iceServers } = setting;
    const { room } = host.handlers;
    const { signal } = this.#ending;
    this.#peer = new StarPeer(
      module,
      { self, other: mixer, initiates: true, iceServers, relayOnly: host.connection.relayOnly },
      {
        tell: (session) => host.tell(mixer, { session } satisfies Told),
        source: ({ kind }, track) => this.#received(kind, track),
        state: (state, iceRestarts) => this.#stateChanged(state, iceRestarts),
        quality: (quality) => {
          if (signal.aborted) return;
          for (const id of room.participants.keys()) host.handlers.quality(id, quality);
        },
      },
    );
    room.addEventListener('participantjoined', ({ participant }) => this.#tellState(participant.id), { signal });
    room.addEventListener(
      'participantupdated',
      ({ participant: { id, present } }) => {
        if (id === mixer) this.#peer.setPresent(present);
      },
      { signal },
    );
    // Where the mixer never answers, somebody has to be told.
    this.#losing = setTimeout(() => this.#lost(), 4 * kPatience);
    this.#peer.open();
  }

  sourcesChanged(own: ReadonlyMap<string, OwnSource>): void {
    this.#peer.send('video', 'camera', ownVideo(own).track);
    this.#peer.send('audio', 'microphone', this.#sound.of(ownSounds(own)));
  }

  told(from: string, { session, speaker }: Told): void {
    if (from !== this.#setting.mixer) return;
    if (session !== undefined) this.#peer.receive(session);
    if (!this.#ending.signal.aborted && (speaker === null || typeof speaker === 'string')) {
      this.#speaker = speaker ?? '';
      this.#setting.host.handlers.activeSpeaker(this.#speaker);
    }
  }

  signallingReturned(iceServers: RTCIceServer[]): void {
    this.#peer.signallingReturned(iceServers);
  }

  networkChanged(): void {
    this.#peer.networkChanged();
  }

  /** The mix has one level: it is that of whoever speaks. */
  audioLevel(participantId: string): number {
    return participantId === this.#speaker ? this.#peer.level() : 0;
  }

  /** Everybody is reached over the same connection. */
  async diagnostics(): Promise<MeasuredPeer[]> {
    const measured = await this.#peer.measure();
    this.#measured = measured;
    return measured ? [...this.#setting.host.handlers.room.participants.keys()].map((participantId) => ({ ...measured, participantId })) : [];
  }

  connections(): MeasuredConnection[] {
    return this.#measured ? [{ ...this.#measured, participantId: this.#setting.mixer }] : [];
  }

  retire(): void {
    this.#ending.abort();
    clearTimeout(this.#losing);
  }

  close(): void {
    this.retire();
    this.#peer.close();
    this.#sound.close();
  }

  #received(kind: 'audio' | 'video', track: MediaStreamTrack | null): void {
    if (kind === 'video') this.#video = track;
    else this.#audio = track;
    if (this.#ending.signal.aborted) return;
    this.#setting.host.handlers.mix(this.#video, this.#audio);
    this.#tellEverybody();
  }

  #stateChanged(state: PeerState, iceRestarts: number): void {
    this.#iceRestarts = iceRestarts;
    if (this.#ending.signal.aborted) return;
    clearTimeout(this.#losing);
    if (state === 'failed') return this.#lost();
    if (state !== 'connected') this.#losing = setTimeout(() => this.#lost(), this.#delivered ? kPatience : 4 * kPatience);
    this.#tellEverybody();
  }

  #tellEverybody(): void {
    if (!this.#delivered && this.#peer.state === 'connected' && (this.#video ?? this.#audio)) {
      this.#delivered = true;
      this.#setting.delivers();
    }
    for (const id of this.#setting.host.handlers.room.participants.keys()) this.#tellState(id);
  }

  #tellState(participantId: string): void {
    const state = this.#peer.state === 'connected' && !this.#delivered ? 'connecting' : this.#peer.state;
    this.#setting.host.handlers.notify({ type: 'PeerStateChanged', participantId, state, iceRestarts: this.#iceRestarts }, null);
  }

  #lost(): void {
    this.#setting.host.handlers.unreachable(roomError('topology-unavailable', 'The participant who mixes is not reached any more.'));
  }
}
