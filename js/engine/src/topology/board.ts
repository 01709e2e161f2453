// SPDX-License-Identifier: Apache-2.0
// Which link carries the room's media, and the change from one to another while the call goes on: first the new one delivers,
// then the room is shown its tracks, and the old one ends when everybody has got that far.

import { roomError } from '../errors.js';
import type { SessionLink } from '../rooms/session-link.js';
import type { ProtocolMessage } from '../signalling/transport.js';
import { audienceChanged } from './audience.js';
import { Choices } from './choices.js';
import { MixChangeEvent, TopologyChangeEvent } from './events.js';
import { type Farewell, Farewells } from './farewells.js';
import { withFirstPicture } from './first-picture.js';
import { kLinks, type LinkHandlers, type LinkNotification } from './link.js';
import type { Place, RoomOffer } from './place.js';
import { Reachability } from './reachability.js';
import { signalTo } from './signal.js';
import { SignalledData } from './signalled-data.js';
import { Stage } from './stage.js';
import { Takeover } from './takeover.js';
import type { Topology } from './topology.js';

interface Move extends Place {
  readonly message: ProtocolMessage;
  readonly epoch: number;
  readonly began: number;
  opened: boolean;
  /** The server has been told that it does not deliver. */
  reported: boolean;
}

/** A move counts as failed after this long if nobody is reached, and is carried out if somebody is, in milliseconds. */
const kMoveAtMost = 12_000;
/** After word of a failed move, the server has this long to decide. */
const kDecideAtMost = 4_000;

/** @internal */
export class Board {
  readonly #session: SessionLink;
  readonly #ending = new AbortController();
  /** The session's own connections, whether or not they carry anything at present. */
  readonly #mesh: Place = { topology: 'mesh', stage: new Stage(), link: undefined, early: [] };
  readonly #data: SignalledData;
  readonly #choices: Choices;
  readonly #reachability: Reachability;
  readonly #farewells: Farewells;
  readonly #takeover = new Takeover();
  readonly #unmuted = () => this.#advance();
  #epoch = 0;
  #current: Place = this.#mesh;
  #next: Move | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(session: SessionLink) {
    this.#session = session;
    const { room } = session.handlers;
    const { signal } = this.#ending;
    this.#mesh.stage.adopt(room.participants.values());
    this.#farewells = new Farewells(room.participants, (farewell, revived) => this.#leave(farewell, revived));
    this.#data = new SignalledData(session);
    this.#choices = new Choices(session);
    this.#reachability = new Reachability(session);
    session.intercept = (notification, track) => this.#fromMesh(notification as LinkNotification, track);
    session.ended.addEventListener('abort', () => this.close(), { once: true, signal });
    const changed = () => {
      this.#farewells.look();
      this.#advance();
    };
    room.addEventListener('participantupdated', changed, { signal });
    room.addEventListener(
      'participantleft',
      ({ participant: { id, received } }) => {
        for (const place of [this.#mesh, this.#current, this.#next]) place?.stage.forget(id);
        for (const sourceId of received.keys()) this.#takeover.drop(`${id}/${sourceId}`);
        this.#farewells.forget(id);
        this.#data.forget(id);
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
    this.#takeover.clear();
    this.#data.close();
    this.#reachability.close();
    for (const place of [...this.#farewells.places, this.#next, this.#current]) place?.link?.close();
    this.#farewells.close();
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
    if (typeof arrived === 'number') this.#farewells.arrived(from, arrived);
    if (payload['data']) this.#data.receive(from, payload['data']);
    for (const place of [this.#current, this.#next, ...this.#farewells.places]) if (place && payload[place.topology]) this.#hand(place, message);
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
      const awaited = this.#awaited(it, track);
      this.#advance();
      return awaited;
    }
    if (this.#next?.topology === 'mesh') this.#advance();
    return true;
  }

  #handlers(place: Place): LinkHandlers {
    const { handlers } = this.#session;
    let mixes = 0;
    const current = () => place.stage === this.#current.stage;
    const heard = () => !this.#ending.signal.aborted && (current() || place.stage === this.#next?.stage || this.#farewells.places.some(({ stage }) => stage === place.stage));
    return {
      room: handlers.room,
      publish: handlers.publish,
      notify: (it, track) => {
        if (!heard()) return;
        place.stage.note(it, track);
        if (it.type === 'Warning' || (current() && !this.#awaited(it, track))) handlers.notify(it, track);
        this.#advance();
      },
      mix: (video, audio) => {
        if (!heard()) return;
        const mine = ++mixes;
        const shown = () => {
          if (mine !== mixes || !heard()) return;
          Object.assign(place.stage, { mixVideo: video, mixAudio: audio });
          if (current()) {
            handlers.play(audio);
            this.#showMix(video);
          }
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
    this.#farewells.revive(topology);
    if (topology === this.#current.topology) {
      // Taken back before it was carried out. The session may have begun a mesh.
      if (topology !== 'mesh' && message['moved']) this.#session.call.transportMessage(JSON.stringify(message));
      this.#hand(this.#current, message);
      this.#choices.settled(topology);
      this.#quiet();
      return;
    }
    this.#current.link?.setAlone?.(false);
    const { epoch = 0 } = message['room'] as Partial<RoomOffer>;
    if (epoch < this.#epoch) this.#farewells.restart();
    this.#epoch = epoch;
    const stage = topology === 'mesh' ? this.#mesh.stage : new Stage();
    const next: Move = { topology, stage, link: undefined, early: [], message, epoch, began: performance.now(), opened: topology === 'mesh', reported: false };
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
      // Sounds change over together; each picture in its own time.
      const silent = next.stage.silent(participants);
      if (silent.length > 0) {
        for (const track of silent) track.addEventListener('unmute', this.#unmuted, { once: true, signal: this.#ending.signal });
        return void again(limit);
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
    const { participants } = handlers.room;
    this.#next = undefined;
    this.#current = next.topology === 'mesh' ? this.#mesh : next;
    this.#session.media = next.link ?? call;
    this.#session.topology = next.topology;
    const { stage } = next;
    this.#takeover.clear();
    // A mix of everybody stays until each one's own picture is there.
    const mixed = this.#session.mix !== null && stage.mixVideo === null;
    for (const state of stage.states.values()) handlers.notify(state, null);
    for (const [key, { added, track }] of stage.sources) {
      const participant = participants.get(added.participantId);
      const shown = participant?.received.get(added.source.id)?.track;
      const flows = added.source.kind === 'video' && participant?.sources.get(added.source.id)?.muted === false;
      const show = (): void => handlers.notify(added, track);
      if (flows && shown && shown !== track && shown.readyState !== 'ended') this.#takeover.expect(key, track, show);
      else show();
      if (flows && mixed) this.#takeover.expect(key, track, () => undefined);
    }
    for (const { id, received } of participants.values()) {
      for (const sourceId of [...received.keys()]) {
        if (!stage.sources.has(`${id}/${sourceId}`)) handlers.notify({ type: 'RemoteSourceRemoved', participantId: id, sourceId }, null);
      }
    }
    handlers.activeSpeaker(stage.speaker);
    handlers.play(stage.mixAudio);
    if (!mixed) this.#showMix(stage.mixVideo);
    this.#farewells.add({ place: old, message: next.message, epoch: next.epoch });
    this.#takeover.then(() => {
      if (mixed) this.#showMix(stage.mixVideo);
      // Only now: whoever hears it may end what these pictures came from.
      for (const { id, present } of participants.values()) if (present) signalTo(connection, id, { topology: { arrived: next.epoch } });
      this.#farewells.arrived('', next.epoch);
    });
    handlers.room.dispatchEvent(new TopologyChangeEvent(next.topology, old.topology));
    this.#choices.settled(next.topology);
  }

  /** True for a track whose first picture is waited for: it is shown with that. */
  #awaited(it: LinkNotification, track: MediaStreamTrack | null): boolean {
    if (it.type !== 'RemoteSourceAdded' && it.type !== 'RemoteSourceRemoved') return false;
    const key = `${it.participantId}/${it.type === 'RemoteSourceAdded' ? it.source.id : it.sourceId}`;
    if (!this.#takeover.awaits(key)) return false;
    if (it.type === 'RemoteSourceAdded' && track && this.#session.mix === null) {
      this.#takeover.expect(key, track, () => this.#session.handlers.notify(it, track));
      return true;
    }
    this.#takeover.drop(key);
    return false;
  }

  #showMix(mix: MediaStreamTrack | null): void {
    if (this.#session.mix === mix) return;
    this.#session.mix = mix;
    this.#session.handlers.room.dispatchEvent(new MixChangeEvent(mix));
  }

  /** Tells the link that carries the media when nothing else does. */
  #quiet(): void {
    if (!this.#next && this.#farewells.places.length === 0) this.#current.link?.setAlone?.(true);
  }

  /** The old link is of no use to anybody any more. @param revived the room comes back to it: what is the session's goes on. */
  #leave({ place, message }: Farewell, revived: boolean): void {
    place.link?.close();
    this.#quiet();
    if (revived && place.topology === 'mesh') return;
    const { topology } = message['room'] as RoomOffer;
    if (topology === 'mesh') return; // The session has had it.
    // Who was there when the message was sent is no news any more: the session is told of the present.
    const capabilities = { topologies: ['mesh', topology] };
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
    if (next.opened) {
      this.#advance();
      return;
    }
    this.#next = undefined;
    this.#quiet();
  }
}
