// SPDX-License-Identifier: Apache-2.0
// Which link carries the room's media, and the change from one to another while the call goes on: first the new one delivers,
// then the room is shown its tracks, and the old one ends when everybody has got that far.

import { roomError } from '../errors.js';
import type { SessionLink } from '../rooms/session-link.js';
import type { ProtocolMessage } from '../signalling/transport.js';
import { audienceChanged } from './audience.js';
import { Choices } from './choices.js';
import { MixChangeEvent, TopologyChangeEvent } from './events.js';
import { withFirstPicture } from './first-picture.js';
import { kLinks, type LinkHandlers, type LinkNotification, type TopologyLink } from './link.js';
import type { Topology } from './topology.js';
import { Reachability } from './reachability.js';
import { signalTo } from './signal.js';
import { SignalledData } from './signalled-data.js';
import { Stage } from './stage.js';

/** The server's word of a room, as in `joined`. @internal */
export interface RoomOffer {
  topology: Topology;
  topologies: Topology[];
  /** Grows with each change. */
  epoch: number;
  /** Who mixes, where the topology is 'mcu'. */
  mixer?: string;
}

interface Place {
  readonly topology: Topology;
  readonly stage: Stage;
  /** undefined for the mesh, and until it is loaded. */
  link: TopologyLink | undefined;
  /** Signals that came before it was. */
  readonly early: ProtocolMessage[];
}

interface Move extends Place {
  readonly message: ProtocolMessage;
  readonly epoch: number;
  readonly began: number;
  opened: boolean;
  /** When it takes over although some pictures have not come yet (performance.now()). */
  flowBy: number | undefined;
  /** The server has been told that it does not deliver. */
  reported: boolean;
}

/** A move counts as failed after this long if nobody is reached, and is carried out if somebody is, in milliseconds. */
const kMoveAtMost = 12_000;
/** After word of a failed move, the server has this long to decide. */
const kDecideAtMost = 4_000;
/** Once everything is there, how long to wait for the first packets of pictures from an SFU: of hidden ones it sends none. */
const kFlowAtMost = 3_000;
/** The old link ends after this long even if not everybody has said to have moved. */
const kLingerAtMost = 5_000;

/** @internal */
export class Board {
  readonly #session: SessionLink;
  readonly #ending = new AbortController();
  /** The session's own connections, whether or not they carry anything at present. */
  readonly #mesh: Place = { topology: 'mesh', stage: new Stage(), link: undefined, early: [] };
  readonly #data: SignalledData;
  readonly #choices: Choices;
  readonly #reachability: Reachability;
  /** The latest move that each participant has completed. */
  readonly #arrived = new Map<string, number>();
  readonly #unmuted = () => this.#advance();
  #epoch = 0;
  #current: Place = this.#mesh;
  #next: Move | undefined;
  #retiring: { place: Place; message: ProtocolMessage; waiting: Set<string>; epoch: number; timer: ReturnType<typeof setTimeout> } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(session: SessionLink) {
    this.#session = session;
    const { room } = session.handlers;
    const { signal } = this.#ending;
    this.#mesh.stage.adopt(room.participants.values());
    this.#data = new SignalledData(session);
    this.#choices = new Choices(session);
    this.#reachability = new Reachability(session);
    session.intercept = (notification, track) => this.#fromMesh(notification as LinkNotification, track);
    session.ended.addEventListener('abort', () => this.close(), { once: true, signal });
    const changed = () => this.#advance();
    room.addEventListener('participantupdated', changed, { signal });
    room.addEventListener(
      'participantleft',
      ({ participant: { id } }) => {
        for (const place of [this.#mesh, this.#current, this.#next]) place?.stage.forget(id);
        this.#arrived.delete(id);
        this.#data.forget(id);
        this.#retire();
        this.#advance();
      },
      { signal },
    );
  }

  /** Every message of signalling. */
  receive(message: ProtocolMessage): void {
    if (this.#ending.signal.aborted) return;
    this.#reachability.receive(message);
    if (message.type === 'joined') this.#joined(message);
    else if (message.type === 'error') this.#choices.refused(message);
    else if (message.type === 'signal') this.#signalled(message);
    else if (message.type === 'audience') {
      audienceChanged(this.#session.handlers.room, message);
      for (const place of [this.#current, this.#next]) if (place?.topology === 'mcu') this.#hand(place, message);
    }
  }

  /** See Room.setTopology(). */
  choose(topology: Topology, signal?: AbortSignal): Promise<void> {
    return this.#choices.choose(topology, signal);
  }

  /** `to` empty: everybody. */
  sendData(topic: string, data: string | Uint8Array, to: string[]): void {
    this.#data.send(topic, data, to);
  }

  close(): void {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort();
    clearTimeout(this.#timer);
    clearTimeout(this.#retiring?.timer);
    this.#data.close();
    this.#reachability.close();
    for (const place of [this.#retiring?.place, this.#next, this.#current]) place?.link?.close();
    this.#next = undefined;
  }

  #joined(message: ProtocolMessage): void {
    const { topology } = message['room'] as RoomOffer;
    const place = this.#next ?? this.#current;
    if (topology === place.topology) this.#hand(place, message);
    else void this.#begin(topology, message);
  }

  #signalled(message: ProtocolMessage): void {
    const payload = message['payload'] as Record<string, unknown>;
    const from = message['from'] as string;
    const { arrived } = (payload['topology'] ?? {}) as { arrived?: unknown };
    if (typeof arrived === 'number') {
      this.#arrived.set(from, arrived);
      this.#retire();
    }
    if (payload['data']) this.#data.receive(from, payload['data']);
    for (const place of [this.#current, this.#next, this.#retiring?.place]) if (place && payload[place.topology]) this.#hand(place, message);
  }

  #hand(place: Place, message: ProtocolMessage): void {
    if (place.link) place.link.receive(message);
    else place.early.push(message);
  }

  // --- what links tell ---

  /** True if the room need not hear of it. */
  #fromMesh(it: LinkNotification, track: MediaStreamTrack | null): boolean {
    this.#mesh.stage.note(it, track);
    if (this.#current === this.#mesh) {
      this.#advance();
      return false;
    }
    if (this.#next?.topology === 'mesh') this.#advance();
    return true;
  }

  #handlers(place: Place): LinkHandlers {
    const { handlers } = this.#session;
    let mixes = 0;
    const current = () => place.stage === this.#current.stage;
    const heard = () => !this.#ending.signal.aborted && (current() || place.stage === this.#next?.stage || place.stage === this.#retiring?.place.stage);
    return {
      room: handlers.room,
      publish: handlers.publish,
      notify: (it, track) => {
        if (!heard()) return;
        place.stage.note(it, track);
        if (it.type === 'Warning' || current()) handlers.notify(it, track);
        this.#advance();
      },
      mix: (video, audio) => {
        if (!heard()) return;
        const mine = ++mixes;
        const shown = () => {
          if (mine !== mixes || !heard()) return;
          Object.assign(place.stage, { mixVideo: video, mixAudio: audio });
          if (current()) this.#showMix(place.stage);
          this.#advance();
        };
        if (current() || !video || video === place.stage.mixVideo) shown();
        else withFirstPicture(video, shown);
      },
      data: (...it) => {
        if (heard()) handlers.data(...it);
      },
      quality: (...it) => {
        if (current()) handlers.quality(...it);
      },
      activeSpeaker: (id) => {
        place.stage.speaker = id;
        if (current()) handlers.activeSpeaker(id);
      },
      unreachable: (error) => {
        if (heard()) this.#failed(place, error);
      },
    };
  }

  // --- a move ---

  async #begin(topology: Topology, message: ProtocolMessage): Promise<void> {
    clearTimeout(this.#timer);
    this.#next?.link?.close();
    this.#next = undefined;
    if (this.#retiring?.place.topology === topology) this.#retired(true);
    if (topology === this.#current.topology) {
      // Taken back before it was carried out. The session may have begun a mesh.
      if (topology !== 'mesh' && message['moved']) this.#session.call.transportMessage(JSON.stringify(message));
      this.#hand(this.#current, message);
      this.#choices.settled(topology);
      return;
    }
    const { epoch = 0 } = message['room'] as Partial<RoomOffer>;
    if (epoch < this.#epoch) this.#arrived.clear(); // A server that was restarted counts anew.
    this.#epoch = epoch;
    const stage = topology === 'mesh' ? this.#mesh.stage : new Stage();
    const next: Move = { topology, stage, link: undefined, early: [], message, epoch, began: performance.now(), opened: topology === 'mesh', flowBy: undefined, reported: false };
    this.#next = next;
    if (topology !== 'mesh') {
      const load = kLinks[topology];
      if (!load) {
        this.#failed(next, roomError('topology-unavailable', `The room’s topology is '${topology}', which this version does not have.`));
        return;
      }
      try {
        const open = await load();
        if (this.#next !== next || this.#ending.signal.aborted) return;
        const { connection, ended, participantKey } = this.#session;
        const tell = (to: string, told: unknown) => signalTo(connection, to, { [topology]: told });
        const link = open({ connection, participantKey, ended, handlers: this.#handlers(next), tell });
        next.link = link;
        next.opened = true;
        for (const early of [message, ...next.early.splice(0)]) link.receive(early);
      } catch (error) {
        if (this.#next === next) this.#failed(next, error as Error);
        return;
      }
    }
    this.#advance();
  }

  /** Carries the move out once the new link delivers; sees to it that this is asked again in time. */
  #advance(): void {
    const next = this.#next;
    if (!next?.opened || this.#ending.signal.aborted) return;
    clearTimeout(this.#timer);
    const { participants } = this.#session.handlers.room;
    const now = performance.now();
    const limit = next.began + kMoveAtMost + (next.reported ? kDecideAtMost : 0);
    const again = (at: number) => (this.#timer = setTimeout(() => this.#advance(), Math.max(0, at - now) + 1));
    if (!this.#current.stage.reachesAnybody) return this.#swap(next);
    if (now < limit) {
      if (!next.stage.complete([...participants.values()], next.link?.mixes === true)) return void again(limit);
      next.flowBy ??= Math.min(limit, now + kFlowAtMost);
      const silent = next.stage.silent(participants);
      const waitUntil = next.topology === 'sfu' && silent.every(({ kind }) => kind === 'video') ? next.flowBy : limit;
      if (silent.length > 0 && now < waitUntil) {
        for (const track of silent) track.addEventListener('unmute', this.#unmuted, { once: true, signal: this.#ending.signal });
        return void again(waitUntil);
      }
    } else if (!next.stage.reachesAnybody && !next.reported) {
      return this.#failed(next, roomError('topology-unavailable', `Nobody was reached over '${next.topology}'. The call goes on as before.`));
    }
    this.#swap(next);
  }

  #swap(next: Move): void {
    clearTimeout(this.#timer);
    const old = this.#current;
    const { handlers, call, connection } = this.#session;
    this.#next = undefined;
    this.#current = next.topology === 'mesh' ? this.#mesh : next;
    this.#session.media = next.link ?? call;
    this.#session.topology = next.topology;
    const { stage } = next;
    for (const state of stage.states.values()) handlers.notify(state, null);
    for (const { added, track } of stage.sources.values()) handlers.notify(added, track);
    for (const { id, received } of handlers.room.participants.values()) {
      for (const sourceId of [...received.keys()]) {
        if (!stage.sources.has(`${id}/${sourceId}`)) handlers.notify({ type: 'RemoteSourceRemoved', participantId: id, sourceId }, null);
      }
    }
    handlers.activeSpeaker(stage.speaker);
    this.#showMix(stage);
    this.#retired(false);
    const waiting = new Set([...old.stage.states.values()].filter(({ state }) => state === 'connected').map(({ participantId }) => participantId));
    const timer = setTimeout(() => this.#retired(false), kLingerAtMost);
    this.#retiring = { place: old, message: next.message, waiting, epoch: next.epoch, timer };
    for (const { id, present } of handlers.room.participants.values()) if (present) signalTo(connection, id, { topology: { arrived: next.epoch } });
    handlers.room.dispatchEvent(new TopologyChangeEvent(next.topology, old.topology));
    this.#choices.settled(next.topology);
    this.#retire();
  }

  #showMix({ mixVideo, mixAudio }: Stage): void {
    const { handlers, mix } = this.#session;
    handlers.play(mixAudio);
    if (mix === mixVideo) return;
    this.#session.mix = mixVideo;
    handlers.room.dispatchEvent(new MixChangeEvent(mixVideo));
  }

  /** Ends the old link once everybody it reached has left it, too. */
  #retire(): void {
    const retiring = this.#retiring;
    if (!retiring) return;
    const { participants } = this.#session.handlers.room;
    for (const id of retiring.waiting) {
      if (!participants.get(id)?.present || (this.#arrived.get(id) ?? -1) >= retiring.epoch) retiring.waiting.delete(id);
    }
    if (retiring.waiting.size === 0) this.#retired(false);
  }

  /** @param revived the room comes back to it: what is the session's goes on. */
  #retired(revived: boolean): void {
    if (!this.#retiring) return;
    const { place, message, timer } = this.#retiring;
    this.#retiring = undefined;
    clearTimeout(timer);
    place.link?.close();
    if (revived && place.topology === 'mesh') return;
    if ((message['room'] as RoomOffer).topology === 'mesh') return; // The session has had it.
    // Who was there when the message was sent is no news any more: the session is told of the present.
    const capabilities = { topologies: ['mesh', (message['room'] as RoomOffer).topology] };
    const present = [...this.#session.handlers.room.participants.values()].map(({ id, name, present, sources }) => ({ id, name, present, capabilities, sources: [...sources.values()] }));
    if (message['moved']) this.#session.call.transportMessage(JSON.stringify({ ...message, participants: present }));
  }

  /** The link cannot be had, or reaches nobody: the server hears of it, and may move the room elsewhere. */
  #failed(place: Place, error: Error): void {
    const { handlers, connection } = this.#session;
    const next = this.#next?.stage === place.stage ? this.#next : undefined;
    if (next && !next.message['moved'] && !this.#current.stage.reachesAnybody) {
      handlers.unreachable(error);
      return;
    }
    handlers.notify({ type: 'Warning', code: 'topology-unavailable', message: error.message }, null);
    connection.transport.send({ type: 'connectivity', epoch: (next ?? this.#session.offer)?.epoch ?? 0, ok: false });
    if (!next) return;
    next.reported = true;
    if (next.opened) this.#advance();
    else this.#next = undefined;
  }
}
