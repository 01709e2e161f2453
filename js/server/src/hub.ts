// SPDX-License-Identifier: Apache-2.0
// The rooms of one server and every change to them. Knows no sockets: clients are `Link`s, so tests drive it directly.
import { audienceRoom, kMixId } from './audience.js';
import { Connection } from './connection.js';
import { ProtocolError } from './errors.js';
import { iceServersFor } from './ice.js';
import { type Logger, roomTag } from './log.js';
import type { Census, Metrics } from './metrics.js';
import type { ResolvedOptions } from './options.js';
import type { ClientMessageOf, ServerMessage, SfuInfo } from './protocol.js';
import { infoOf, type Link, type Participant, Room } from './room.js';
import { sfuInfoFor } from './sfu.js';
import { choose, reported, settle } from './topologies.js';
import { createToken, type JoinTokenClaims, participantIdOf, verifyToken } from './tokens.js';

export interface HubOptions {
  settings: ResolvedOptions;
  /** HMAC key of the tokens. */
  key: Uint8Array;
  log: Logger;
  /** Set once, right after construction: the metrics read the hub's census. */
  metrics: (census: () => Census) => Metrics;
}

/** What a token allows, and what its bearer is given on entering. */
export interface Authorization {
  claims: JoinTokenClaims;
  resumeToken: string;
  sfu?: SfuInfo;
  /** To publish the mix with. */
  publish?: SfuInfo;
  /** Only watches. */
  viewer: boolean;
}

/** Where a joined connection sits. */
export interface Seat {
  room: Room;
  participant: Participant;
}

export class Hub {
  readonly settings: ResolvedOptions;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** HMAC key of the tokens. */
  readonly key: Uint8Array;
  readonly #rooms = new Map<string, Room>();
  readonly #connections = new Set<Connection>();
  readonly #departures: ((room: string, participantId: string) => void)[] = [];
  #closing = false;

  constructor(options: HubOptions) {
    this.settings = options.settings;
    this.key = options.key;
    this.log = options.log;
    this.metrics = options.metrics(() => this.census());
  }

  get closing(): boolean {
    return this.#closing;
  }

  census(): Census {
    let [present, absent, watchers, viewers] = [0, 0, 0, 0];
    for (const room of this.#rooms.values()) {
      watchers += room.watchers.size;
      viewers += room.audience.members.size;
      for (const participant of room.participants.values()) participant.link ? (present += 1) : (absent += 1);
    }
    return { rooms: this.#rooms.size, present, absent, watchers, viewers, sockets: this.#connections.size };
  }

  /** True for participants of the room, also while their socket is lost and their place is kept. */
  hasPlace(room: string, participantId: string): boolean {
    return this.#rooms.get(room)?.participants.has(participantId) ?? false;
  }

  /** Calls `listener` whenever somebody has lost its place. */
  onDeparture(listener: (room: string, participantId: string) => void): void {
    this.#departures.push(listener);
  }

  /** A client has come. Hand its messages to the result, and tell it when the client is gone. */
  connect(link: Link): Connection {
    const connection = new Connection(this, link);
    this.#connections.add(connection);
    return connection;
  }

  forget(connection: Connection): void {
    this.#connections.delete(connection);
  }

  /** Makes a token for a guest of an open room. */
  async guestToken(room: string): Promise<{ token: string; expiresIn: number }> {
    const expiresIn = this.settings.tokenTtlSeconds;
    const token = await createToken({ room, secret: this.key, expiresInSeconds: expiresIn });
    this.metrics.tokens.inc();
    return { token, expiresIn };
  }

  /** Checks the right to look into a lobby. @throws ProtocolError */
  async authorizePeek(message: ClientMessageOf<'peek'>): Promise<void> {
    if (message.token === undefined && this.settings.openRooms) return;
    await verifyToken(message.token, { room: message.room, key: this.key });
  }

  /** Checks the right to join, and makes the token for later rejoins. @throws ProtocolError */
  async authorizeJoin(message: ClientMessageOf<'join'>): Promise<Authorization> {
    const { room } = message;
    const participantId = participantIdOf(message.participantKey);
    // The key itself proves who comes back while the place is kept: a token only has to be fresh to enter.
    const allowExpired = this.#rooms.get(room)?.participants.has(participantId) ?? false;
    const claims = await verifyToken(message.token, { room, key: this.key, participantId, allowExpired });
    const resumeToken = await createToken({
      room,
      participantId,
      secret: this.key,
      expiresInSeconds: this.settings.resumeTokenTtlSeconds,
      ...(claims.name === undefined ? {} : { name: claims.name }),
      ...(claims.role === undefined ? {} : { role: claims.role }),
    });
    const viewer = (claims.role ?? message.role) === 'viewer';
    const { sfu } = this.settings;
    if (!sfu) return { claims, resumeToken, viewer };
    // Also while the room does without: it may move at any time, and then nobody can wait.
    const visitor = { room, participantId, name: claims.name ?? message.name, ttlSeconds: this.settings.resumeTokenTtlSeconds };
    const watched = { ...visitor, room: audienceRoom(room) };
    if (viewer) return { claims, resumeToken, viewer, sfu: await sfuInfoFor(sfu, this.key, { ...watched, may: 'watch' }) };
    const mayMix = typeof message.capabilities['mixer'] === 'number' && message.capabilities['mixer'] > 0;
    return {
      claims,
      resumeToken,
      viewer,
      sfu: await sfuInfoFor(sfu, this.key, visitor),
      // Whoever publishes the mix is the same for the media server: a second one takes the place of the first.
      ...(mayMix ? { publish: await sfuInfoFor(sfu, this.key, { ...watched, participantId: kMixId, name: room, may: 'publish' }) } : {}),
    };
  }

  watch(name: string, link: Link): Room {
    const room = this.#roomFor(name);
    if (room.watchers.size >= this.settings.maxWatchersPerRoom) {
      throw new ProtocolError('room-full', 'Too many people are looking at this room. Try again in a moment.', { retryAfterMs: 5000 });
    }
    room.watch(link);
    return room;
  }

  unwatch(room: Room, link: Link): void {
    room.watchers.delete(link);
    this.#dropIfEmpty(room);
  }

  /** Seats an authorized client, answers it and tells the others. @throws ProtocolError room-full */
  join(message: ClientMessageOf<'join'>, auth: Authorization, link: Link): Seat {
    const room = this.#roomFor(message.room);
    const id = participantIdOf(message.participantKey);
    const apart = auth.viewer && auth.sfu !== undefined;
    const known = (apart ? room.audience.members : room.participants).get(id);
    if (!known) this.#checkCapacity(room, apart);
    const participant: Participant = known ?? { id, name: '', nameFixed: false, capabilities: message.capabilities, sources: [], link: null, absentUntil: 0 };
    const previous = participant.link;
    clearTimeout(participant.graceTimer);
    participant.name = auth.claims.name ?? message.name;
    participant.nameFixed = auth.claims.name !== undefined;
    participant.capabilities = message.capabilities;
    participant.viewer = auth.viewer;
    participant.sources = auth.viewer ? [] : message.sources;
    participant.link = link;
    participant.sfu = auth.sfu;
    participant.publish = auth.publish;
    if (!apart) room.participants.set(id, participant);
    if (previous) {
      previous.send({ type: 'participantLeft', participantId: id, reason: 'replaced' });
      previous.end();
      this.metrics.departures.inc({ reason: 'replaced' });
    }
    const answer = { resumed: known !== undefined, resumeToken: auth.resumeToken };
    if (apart) {
      room.audience.join(participant);
      this.#settle(room);
      link.send({ ...room.audience.picture(participant, this.#freshIceServers(participant)), ...answer });
      room.audience.greet(participant);
      this.metrics.joins.inc({ kind: 'viewer' });
      return { room, participant };
    }
    const change = settle(room, this.settings);
    link.send({ ...this.#picture(room, participant), ...answer });
    room.broadcast({ type: known ? 'participantUpdated' : 'participantJoined', participant: infoOf(participant) }, id);
    this.#announce(room, change, id);
    room.audience.greetParticipant(participant);
    room.changed();
    this.metrics.joins.inc({ kind: known ? 'resumed' : 'new' });
    this.log.info({ room: roomTag(room.info.name), size: room.participants.size, resumed: known !== undefined }, 'joined');
    this.log.debug({ room: roomTag(room.info.name), participant: id }, 'joined');
    return { room, participant };
  }

  /** What `joined` says to this participant. */
  #picture(room: Room, participant: Participant): Omit<ServerMessage & { type: 'joined' }, 'resumed' | 'resumeToken'> {
    return {
      type: 'joined',
      participantId: participant.id,
      room: room.info,
      participants: room.others(participant.id),
      iceServers: this.#freshIceServers(participant),
      ...(participant.sfu && room.info.topology === 'sfu' ? { sfu: participant.sfu } : {}),
    };
  }

  /** Carries out what `topology` asks for. @throws ProtocolError topology-unavailable or rate-limited */
  chooseTopology({ room, participant }: Seat, { topology }: ClientMessageOf<'topology'>): void {
    if (participant.viewer) throw new ProtocolError('topology-unavailable', 'Who only watches does not choose how media travels.');
    this.#countChange(room);
    if (!choose(room, this.settings, topology)) {
      throw new ProtocolError('topology-unavailable', `Not everybody here, or not this server, can do '${topology}'. On offer: ${room.info.topologies.join(', ')}.`);
    }
    this.#settle(room);
  }

  /** @throws ProtocolError rate-limited */
  #countChange(room: Room): void {
    const wait = room.choices.take();
    if (wait > 0) throw new ProtocolError('rate-limited', 'The topology changes too often. Wait a moment.', { retryAfterMs: wait });
  }

  /** Somebody says whether media comes through. @throws ProtocolError rate-limited */
  connectivity({ room, participant }: Seat, { epoch, ok }: ClientMessageOf<'connectivity'>): void {
    if (room.audience.members.has(participant.id)) return;
    if (!ok && epoch === room.info.epoch) this.#countChange(room);
    reported(room, this.settings, participant.id, epoch, ok);
    this.#settle(room);
  }

  /** Who is there, or what they said, has changed. */
  #settle(room: Room): void {
    this.#announce(room, settle(room, this.settings));
  }

  /** Whoever publishes the mix for viewers says how that goes. */
  published({ room, participant }: Seat, message: ClientMessageOf<'published'>): void {
    room.audience.published(participant.id, message, (viewer) => this.#freshIceServers(viewer));
  }

  /** Whoever mixes says how many it can serve: nobody else is let in, where no media server would take them. */
  mixing({ room, participant }: Seat, { most }: ClientMessageOf<'mixing'>): void {
    if (this.settings.sfu || room.info.topology !== 'mcu' || room.info.mixer !== participant.id) return;
    // Those who are in stay: how small the picture becomes for them is the mixer's affair.
    room.info.capacity = Math.min(room.places, Math.max(most + 1, room.participants.size));
    room.broadcast({ type: 'roomUpdated', room: room.info });
    room.changed();
  }

  /** Tells everybody but `except` of what has changed of the room. */
  #announce(room: Room, change: ReturnType<typeof settle>, except?: string): void {
    if (change === 'changed') room.broadcast({ type: 'roomUpdated', room: room.info }, except);
    if (change !== 'moved') return room.audience.settled();
    this.log.info({ room: roomTag(room.info.name), size: room.participants.size, topology: room.info.topology }, 'moved');
    for (const participant of room.participants.values()) {
      if (participant.id !== except) participant.link?.send({ ...this.#picture(room, participant), resumed: true, moved: true });
    }
    room.audience.settled();
  }

  update({ room, participant }: Seat, message: ClientMessageOf<'update'>): void {
    if (message.name !== undefined && !participant.nameFixed) participant.name = message.name;
    if (room.audience.members.has(participant.id)) return;
    if (message.sources !== undefined && !participant.viewer) participant.sources = message.sources;
    room.broadcast({ type: 'participantUpdated', participant: infoOf(participant) }, participant.id);
    room.changed();
  }

  /** @throws ProtocolError participant-unknown or participant-away */
  signal({ room, participant }: Seat, message: ClientMessageOf<'signal'>): void {
    // To the mix, as to anybody whose video is received.
    if (room.audience.members.has(participant.id)) return;
    if (message.to === participant.id) throw new ProtocolError('message-invalid', 'A signal cannot go to its own sender.');
    const target = room.participants.get(message.to);
    if (!target) throw new ProtocolError('participant-unknown', 'Nobody with this id is in the room (any more).');
    if (!target.link) {
      throw new ProtocolError('participant-away', 'The participant has lost its connection to the server. Try again once it is present.', {
        retryAfterMs: Math.max(0, target.absentUntil - Date.now()),
      });
    }
    target.link.send({ type: 'signal', from: participant.id, payload: message.payload });
  }

  leave({ room, participant }: Seat, reason: 'left' | 'timeout'): void {
    clearTimeout(participant.graceTimer);
    clearTimeout(participant.iceTimer);
    participant.link = null;
    if (room.audience.members.has(participant.id)) {
      room.audience.leave(participant);
      this.metrics.departures.inc({ reason });
      this.#dropIfEmpty(room);
      return;
    }
    room.participants.delete(participant.id);
    room.broadcast({ type: 'participantLeft', participantId: participant.id, reason });
    this.#settle(room);
    room.changed();
    this.metrics.departures.inc({ reason });
    this.log.info({ room: roomTag(room.info.name), size: room.participants.size, reason }, 'left');
    for (const listener of this.#departures) listener(room.info.name, participant.id);
    this.#dropIfEmpty(room);
  }

  /** The participant's socket is gone without a leave: its place is kept for a while. */
  lose({ room, participant }: Seat): void {
    clearTimeout(participant.iceTimer);
    participant.link = null;
    if (this.#closing) return;
    // Nobody waits for a viewer: it comes back to where it was.
    if (room.audience.members.has(participant.id)) return this.leave({ room, participant }, 'timeout');
    participant.absentUntil = Date.now() + this.settings.resumeGraceMs;
    participant.graceTimer = setTimeout(() => this.leave({ room, participant }, 'timeout'), this.settings.resumeGraceMs);
    room.broadcast({ type: 'participantUpdated', participant: infoOf(participant) });
    this.#settle(room);
    room.changed();
    this.log.info({ room: roomTag(room.info.name), size: room.participants.size }, 'lost');
  }

  roomNames(): string[] {
    return [...this.#rooms.keys()];
  }

  /** Forgets a room that is another server's; its people come back by themselves, and find it there. */
  evict(name: string): void {
    const room = this.#rooms.get(name);
    if (!room) return;
    this.#rooms.delete(name);
    room.dispose();
    for (const participant of [...room.participants.values(), ...room.audience.members.values()]) participant.link?.drop();
    for (const watcher of room.watchers) watcher.drop();
  }

  /** Tells every client that the server goes away; from now on every message is answered `server-shutting-down`. */
  announceClosing(): void {
    if (this.#closing) return;
    this.#closing = true;
    const message: ServerMessage = { type: 'closing', reason: 'shutdown', retryAfterMs: this.settings.shutdownRetryAfterMs };
    for (const connection of this.#connections) connection.link.send(message);
  }

  dispose(): void {
    for (const room of this.#rooms.values()) room.dispose();
    this.#rooms.clear();
    for (const connection of this.#connections) connection.closed();
  }

  #roomFor(name: string): Room {
    let room = this.#rooms.get(name);
    if (!room) {
      if (this.#rooms.size >= this.settings.maxRooms) {
        throw new ProtocolError('room-full', 'This server has no place for another room. Try again later.', { fatal: true, retryAfterMs: 30000 });
      }
      room = new Room(name, this.settings.roomCapacity, this.settings.sfu && this.settings.meshUpTo === 0 ? 'sfu' : 'mesh');
      this.#rooms.set(name, room);
    }
    return room;
  }

  #checkCapacity(room: Room, apart: boolean): void {
    if (apart) {
      const { maxViewersPerRoom } = this.settings;
      if (room.audience.members.size < maxViewersPerRoom) return;
      throw new ProtocolError('room-full', `No more than ${maxViewersPerRoom} people can watch this room.`, { fatal: true });
    }
    if (room.participants.size < room.info.capacity) return;
    const absent = [...room.participants.values()].filter((participant) => participant.link === null);
    const soonest = Math.min(...absent.map((participant) => participant.absentUntil - Date.now()));
    const why = room.info.capacity < room.places ? `whoever mixes it can serve ${room.info.capacity} people` : `it has ${room.info.capacity} places`;
    throw new ProtocolError('room-full', `The room is full: ${why}.`, {
      fatal: true,
      ...(absent.length > 0 ? { retryAfterMs: Math.max(0, soonest) } : {}),
    });
  }

  #freshIceServers(participant: Participant) {
    clearTimeout(participant.iceTimer);
    const { iceServers, refreshAfterMs } = iceServersFor(this.settings, participant.id);
    if (refreshAfterMs !== undefined) {
      participant.iceTimer = setTimeout(() => {
        participant.link?.send({ type: 'iceServers', iceServers: this.#freshIceServers(participant) });
      }, refreshAfterMs);
    }
    return iceServers;
  }

  #dropIfEmpty(room: Room): void {
    if (!room.empty || this.#rooms.get(room.info.name) !== room) return;
    room.dispose();
    this.#rooms.delete(room.info.name);
  }
}
