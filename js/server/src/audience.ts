// SPDX-License-Identifier: Apache-2.0
// Those who only watch a room that has a media server: they get the mix from there, see nobody else, and nobody connects with them.
import type { ClientMessageOf, IceServer, OfferedLayer, ParticipantInfo, ServerMessage, SfuInfo, Source } from './protocol.js';
import type { Participant, Room } from './room.js';

/** Where viewers are, nobody has this id: those of participants have 22 characters. */
export const kMixId = 'mix';

/** The media server's room for viewers of a room. No room has this name: a colon is not allowed there. */
export const audienceRoom = (room: string): string => `${room}:audience`;

/** 'waiting': nobody publishes the mix yet. 'ended': nobody does any more. */
export type AudienceState = 'waiting' | 'live' | 'ended';

/** Counts of viewers are told at most this often, in milliseconds: there may be many of both. */
const kCountPauseMs = 500;

export class Audience {
  readonly members = new Map<string, Participant>();
  state: AudienceState = 'waiting';
  readonly #room: Room;
  /** The publisher's word: what it sends under which ids, and the layers of its picture. No ids where the media server names them. */
  #sources: Source[] = [];
  #layers: OfferedLayer[] = [];
  /** Somebody watches, or has watched: from then on everybody is told of it. */
  #watched = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(room: Room) {
    this.#room = room;
  }

  /** Who has to publish the mix: whoever mixes, once somebody has come to watch. '' for nobody. */
  get wanted(): string {
    const { info, participants } = this.#room;
    // A room whose last participant has left still tells who mixed.
    const { mixer = '' } = info;
    return info.topology === 'mcu' && this.#watched && this.#seated.length === 0 && participants.has(mixer) ? mixer : '';
  }

  /** Viewers who are participants, because there is no media server. */
  get #seated(): string[] {
    return [...this.#room.participants.values()].filter(({ viewer }) => viewer).map(({ id }) => id);
  }

  /** Seats a viewer. What `picture()` says is for its `joined`. */
  join(viewer: Participant): void {
    this.members.set(viewer.id, viewer);
    this.#watched = true;
    this.#counted();
  }

  leave(viewer: Participant): void {
    if (this.members.get(viewer.id) !== viewer) return;
    this.members.delete(viewer.id);
    this.#counted();
  }

  /** What a viewer sees of the room: no people, and the mix while there is one. */
  picture(viewer: Participant, iceServers: IceServer[]): Omit<ServerMessage & { type: 'joined' }, 'resumed' | 'resumeToken'> {
    const { name, capacity } = this.#room.info;
    // The media server's room is entered once it is there: viewers are not to make it.
    const carried = this.state !== 'waiting' && viewer.sfu !== undefined;
    const topology = carried ? 'sfu' : 'mesh';
    return {
      type: 'joined',
      participantId: viewer.id,
      room: { name, topology, capacity, epoch: carried ? 1 : 0, topologies: [topology] },
      participants: this.state === 'live' ? [this.#mix()] : [],
      iceServers,
      ...(carried ? { sfu: viewer.sfu as SfuInfo } : {}),
    };
  }

  /** What a viewer is told right after `joined`. */
  greet(viewer: Participant): void {
    viewer.link?.send(this.#word(''));
    this.#tellLayers(viewer);
  }

  /** What a participant is told right after `joined`: nothing, where nobody watches or has watched. */
  greetParticipant({ id, link }: Participant): void {
    if (this.#watched) link?.send(this.#word(id));
  }

  /** Whoever publishes says how it goes. Of anybody else it is not heard. */
  published(from: string, { live, sources, layers }: ClientMessageOf<'published'>, iceServersOf: (viewer: Participant) => IceServer[]): void {
    if (from !== this.wanted) return;
    if (!live) return this.#over();
    const before = this.state;
    const same = JSON.stringify(sources) === JSON.stringify(this.#sources);
    this.state = 'live';
    this.#sources = sources;
    this.#layers = layers;
    for (const viewer of this.members.values()) {
      if (before === 'waiting') viewer.link?.send({ ...this.picture(viewer, iceServersOf(viewer)), resumed: true });
      else if (before === 'ended') viewer.link?.send({ type: 'participantJoined', participant: this.#mix() });
      else if (!same) viewer.link?.send({ type: 'participantUpdated', participant: this.#mix() });
      this.#tellLayers(viewer);
    }
    if (before !== 'live') this.#tell();
  }

  /** The room's topology, its mixer or its people have changed. */
  settled(): void {
    this.#watched ||= this.#seated.length > 0;
    if (!this.#watched) return;
    if (this.state === 'live' && this.wanted === '') this.#over();
    else this.#tell();
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  #over(): void {
    if (this.state !== 'live') return;
    this.state = 'ended';
    for (const { link } of this.members.values()) link?.send({ type: 'participantLeft', participantId: kMixId, reason: 'left' });
    this.#tell();
  }

  /** Tells everybody, now. */
  #tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const { id, link } of this.#room.participants.values()) link?.send(this.#word(id));
    for (const { link } of this.members.values()) link?.send(this.#word(''));
  }

  /** Tells of the number, soon, and at once of who has to publish now. */
  #counted(): void {
    if (this.members.size === 1 && this.state === 'waiting') return this.#tell();
    this.#timer ??= setTimeout(() => this.#tell(), kCountPauseMs);
  }

  #word(participantId: string): ServerMessage & { type: 'audience' } {
    const { members, wanted } = this;
    const ids = this.#seated;
    const state = ids.length === 0 ? this.state : this.#room.info.topology === 'mcu' ? 'live' : 'waiting';
    const publish = participantId !== '' && participantId === wanted ? this.#room.participants.get(participantId)?.publish : undefined;
    return { type: 'audience', state, viewers: members.size + ids.length, ...(ids.length > 0 ? { ids } : {}), ...(publish ? { publish } : {}) };
  }

  #mix(): ParticipantInfo {
    return { id: kMixId, name: this.#room.info.name, capabilities: { topologies: ['sfu'] }, sources: this.#sources, present: true };
  }

  /** As participants tell each other in an SFU's room, see PEER_PAYLOADS.md of the session. */
  #tellLayers({ link }: Participant): void {
    const video = this.#sources.find(({ kind }) => kind === 'video');
    if (this.state === 'live' && video && this.#layers.length > 0) link?.send({ type: 'signal', from: kMixId, payload: { sfu: { layers: { [video.id]: this.#layers } } } });
  }
}
