// SPDX-License-Identifier: Apache-2.0
// The mixer of a room: everybody's video and sound come in, all get the same picture, and each the sound of all others.

import { AudioMixer } from '../audio/mixer.js';
import { VideoMixer } from '../mixer/video-mixer.js';
import type { VideoInputOptions } from '../mixer/options.js';
import type { PeerState, RemoteParticipant } from '../participants/remote-participant.js';
import type { MeasuredConnection, MeasuredPeer } from '../topology/link.js';
import { audienceOf } from '../topology/audience.js';
import { EncodeBudget } from './encode-budget.js';
import { EncodeMeter } from './encode-meter.js';
import { MixPublisher, type PublishingPlace } from './mix-publisher.js';
import type { RoleSetting } from './listening-role.js';
import { OneSound } from './one-sound.js';
import { microphoneIsOn, ownSounds, type OwnSource, ownVideo, type Role, type Told } from './role.js';
import { StarPeer } from './star-peer.js';

/** Up to so many tiles lie in a grid; among more, whoever speaks is large. */
const kGridAtMost = 9;

interface Client {
  readonly peer: StarPeer;
  video: MediaStreamTrack | null;
  state: PeerState;
  iceRestarts: number;
  measured: MeasuredPeer | null;
}

/** @internal */
export class MixingRole implements Role {
  readonly #setting: RoleSetting;
  readonly #video: VideoMixer;
  readonly #audio: AudioMixer;
  readonly #ending = new AbortController();
  readonly #clients = new Map<string, Client>();
  readonly #meter: EncodeMeter;
  readonly #sound = new OneSound();
  /** What each tile was last given. */
  readonly #tiles = new Map<string, { track: MediaStreamTrack | null; look: string }>();
  #own: ReadonlyMap<string, OwnSource> = new Map();
  #ownAudio: MediaStreamTrack | null = null;
  #iceServers: RTCIceServer[];
  /** For those who only watch. */
  #publisher: MixPublisher | undefined;

  /** @throws VideoMixerError, AudioError */
  static async create(setting: RoleSetting): Promise<MixingRole> {
    const { assetBaseUrl, mixing } = setting.host.connection;
    const assets = assetBaseUrl === undefined ? {} : { assetBaseUrl };
    const budget = new EncodeBudget(navigator.hardwareConcurrency || 2, mixing === 'only');
    const [width, height] = budget.size;
    const audio = await AudioMixer.create(assets);
    try {
      return new MixingRole(setting, await VideoMixer.create({ width, height, frameRate: budget.frameRate, ...assets }), audio, budget);
    } catch (error) {
      audio.close();
      throw error;
    }
  }

  private constructor(setting: RoleSetting, video: VideoMixer, audio: AudioMixer, budget: EncodeBudget) {
    this.#setting = setting;
    this.#video = video;
    this.#audio = audio;
    this.#iceServers = setting.iceServers;
    const { handlers } = setting.host;
    const { room } = handlers;
    const { signal } = this.#ending;
    const broken = ({ error }: { error: Error }): void => handlers.unreachable(error);
    video.addEventListener('error', broken, { signal });
    audio.addEventListener('error', broken, { signal });
    audio.addEventListener('activespeaker', ({ id }) => this.#speaks(id), { signal });
    const changed = ({ participant }: { participant: RemoteParticipant }): void => {
      this.#clients.get(participant.id)?.peer.setPresent(participant.present);
      this.#tellState(participant.id);
      this.#arrange();
    };
    room.addEventListener('participantjoined', changed, { signal });
    room.addEventListener('participantupdated', changed, { signal });
    room.addEventListener('participantleft', ({ participant: { id } }) => this.#gone(id), { signal });
    this.#meter = new EncodeMeter(budget, video, {
      measure: () => Promise.all([...this.#clients.entries()].map(async ([id, { peer }]) => [id, (await peer.measure())?.outbound ?? []] as const)),
      published: async () => ((await this.#publisher?.measure()) ?? []).flatMap(({ outbound }) => outbound),
      people: () => this.#clients.size,
      said: (code, message) => handlers.notify({ type: 'Warning', code, message }, null),
      capped: (most, message) => {
        // With a media server at hand the room can go there, and takes anybody.
        if (room.topologies.includes('sfu')) return;
        setting.host.connection.transport.send({ type: 'mixing', most });
        if (message) handlers.notify({ type: 'Warning', code: 'mix-full', message }, null);
      },
      // Who is here for nothing else goes on as well as it can.
      overloaded: (error) => (setting.host.connection.mixing === 'only' ? handlers.notify({ type: 'Warning', code: 'mix-overloaded', message: error.message }, null) : handlers.unreachable(error)),
    });
    this.#arrange();
    for (const id of room.participants.keys()) this.#tellState(id);
    handlers.mix(video.track, audio.output(setting.self));
    setting.delivers();
  }

  sourcesChanged(own: ReadonlyMap<string, OwnSource>): void {
    this.#own = own;
    const audio = this.#sound.of(ownSounds(own));
    if (audio !== this.#ownAudio) {
      this.#ownAudio = audio;
      if (audio) this.#audio.addInput(this.#setting.self, audio);
      else this.#audio.removeInput(this.#setting.self);
    }
    this.#arrange();
  }

  told(from: string, { session }: Told): void {
    if (session === undefined || !this.#setting.host.handlers.room.participants.has(from)) return;
    let client = this.#clients.get(from);
    if (!client) {
      client = this.#connect(from);
      this.#clients.set(from, client);
    }
    client.peer.receive(session);
  }

  signallingReturned(iceServers: RTCIceServer[]): void {
    this.#iceServers = iceServers;
    for (const { peer } of this.#clients.values()) peer.signallingReturned(iceServers);
    this.#publisher?.repeat();
  }

  publish(place: PublishingPlace | undefined): void {
    if (!place) {
      this.#publisher?.close();
      this.#publisher = undefined;
    } else if (this.#publisher) {
      this.#publisher.renew(place, this.#iceServers);
      this.#publisher.repeat();
    } else {
      // Who watches hears everybody.
      this.#publisher = new MixPublisher(this.#setting.host, place, { video: this.#video.track, audio: this.#audio.mix }, this.#iceServers);
    }
  }

  networkChanged(): void {
    for (const { peer } of this.#clients.values()) peer.networkChanged();
    this.#publisher?.networkChanged();
  }

  audioLevel(participantId: string): number {
    return this.#clients.get(participantId)?.peer.level() ?? 0;
  }

  async diagnostics(): Promise<MeasuredPeer[]> {
    const measured = await Promise.all(
      [...this.#clients].map(async ([participantId, client]) => {
        client.measured = await client.peer.measure();
        return client.measured ? [{ ...client.measured, participantId }] : [];
      }),
    );
    return measured.flat();
  }

  connections(): MeasuredConnection[] {
    const clients = [...this.#clients].flatMap(([participantId, { measured }]) => (measured ? [{ ...measured, participantId }] : []));
    return [...clients, ...(this.#publisher?.measured ?? [])];
  }

  retire(): void {
    this.#ending.abort();
    this.#meter.close();
    this.#publisher?.retire();
  }

  close(): void {
    this.retire();
    this.#publisher?.close();
    for (const { peer } of this.#clients.values()) peer.close();
    this.#clients.clear();
    this.#video.close();
    this.#audio.close();
    this.#sound.close();
  }

  #connect(id: string): Client {
    const { host, module, self } = this.#setting;
    const peer = new StarPeer(
      module,
      { self, other: id, initiates: false, iceServers: this.#iceServers, relayOnly: host.connection.relayOnly },
      {
        tell: (session) => host.tell(id, { session } satisfies Told),
        source: ({ kind }, track) => {
          if (kind === 'audio') {
            // Who only watches is not heard, whatever it sends.
            if (audienceOf(host.handlers.room)?.participantIds.includes(id)) return;
            if (track) this.#audio.addInput(id, track);
            else this.#audio.removeInput(id);
            return;
          }
          client.video = track;
          this.#arrange();
        },
        state: (state, iceRestarts) => {
          Object.assign(client, { state, iceRestarts });
          this.#tellState(id);
        },
        quality: (quality) => {
          if (!this.#ending.signal.aborted) host.handlers.quality(id, quality);
        },
      },
    );
    const client: Client = { peer, video: null, state: 'connecting', iceRestarts: 0, measured: null };
    peer.open();
    peer.send('video', 'camera', this.#video.track);
    peer.send('audio', 'microphone', this.#audio.output(id));
    return client;
  }

  #gone(id: string): void {
    this.#clients.get(id)?.peer.close();
    this.#clients.delete(id);
    this.#audio.removeInput(id);
    this.#audio.removeOutput(id);
    this.#arrange();
  }

  #tellState(participantId: string): void {
    if (this.#ending.signal.aborted) return;
    const { state, iceRestarts } = this.#clients.get(participantId) ?? { state: 'connecting', iceRestarts: 0 };
    this.#setting.host.handlers.notify({ type: 'PeerStateChanged', participantId, state, iceRestarts }, null);
  }

  #speaks(id: string | null): void {
    const { host, self } = this.#setting;
    host.handlers.activeSpeaker(id ?? '');
    for (const other of this.#clients.keys()) host.tell(other, { speaker: id } satisfies Told);
    if (this.#tiles.size > kGridAtMost) this.#layOut(null, id ?? self);
  }

  // --- the picture ---

  /** Brings the tiles in line with who is there and what they send. Whoever sends nothing has none. */
  #arrange(): void {
    if (this.#ending.signal.aborted) return;
    const { host, self } = this.#setting;
    const { room } = host.handlers;
    const wanted = new Map<string, { track: MediaStreamTrack | null; look: VideoInputOptions }>();
    if (this.#own.size > 0) {
      const { track, content } = ownVideo(this.#own);
      wanted.set(self, { track, look: { name: room.local.name, muted: !microphoneIsOn(this.#own), content } });
    }
    for (const participant of room.participants.values()) {
      if (participant.sources.size === 0) continue;
      const on = (content: 'microphone' | 'camera' | 'screen'): boolean => participant.source(content)?.muted === false;
      const content = on('screen') ? 'screen' : 'camera';
      const track = on(content) ? (this.#clients.get(participant.id)?.video ?? null) : null;
      wanted.set(participant.id, { track, look: { name: participant.name, muted: !on('microphone'), content } });
    }
    for (const id of [...this.#tiles.keys()]) {
      if (wanted.has(id)) continue;
      this.#tiles.delete(id);
      this.#video.removeInput(id);
    }
    for (const [id, { track, look }] of wanted) this.#setTile(id, track?.readyState === 'live' ? track : null, look);
    const sharer = [...wanted].find(([, { track, look }]) => look.content === 'screen' && track)?.[0] ?? null;
    this.#layOut(sharer, this.#audio.activeSpeaker);
  }

  #setTile(id: string, track: MediaStreamTrack | null, options: VideoInputOptions): void {
    const look = JSON.stringify(options);
    const tile = this.#tiles.get(id);
    if (!tile || tile.track !== track) this.#video.addInput(id, track, options);
    else if (tile.look !== look) this.#video.updateInput(id, options);
    this.#tiles.set(id, { track, look });
  }

  #layOut(sharer: string | null, speaker: string | null): void {
    const kind = sharer ? 'screen' : this.#tiles.size > kGridAtMost && speaker ? 'speaker' : 'grid';
    const featured = sharer ?? speaker;
    const { layout } = this.#video;
    if (layout.kind !== kind || (kind !== 'grid' && layout.featured !== featured)) this.#video.setLayout({ kind, featured });
  }
}
