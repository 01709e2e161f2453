// SPDX-License-Identifier: Apache-2.0
// Several servers carry the same rooms: each room has one of them for owner, and the others pass its people's messages on to that one.
//
// Who owns a room stands in Redis, for as long as the owner says so. Messages to an owner go to its own channel there; messages from
// an owner to somebody's socket elsewhere go through socket.io's Redis Streams adapter. When an owner dies its people are sent away
// from wherever their sockets are, come back by themselves, and build the room up again at the server that is asked first.
import { randomUUID } from 'node:crypto';
import type { RedisClientType } from '@redis/client';
import type { Server } from 'socket.io';
import type { Connection } from './connection.js';
import type { Hub } from './hub.js';
import type { Logger } from './log.js';
import type { ServerMessage } from './protocol.js';
import type { Link } from './room.js';
import { RoutedClient } from './routed-client.js';

/** Everything is looked after once in this time, in milliseconds. */
const kTickMs = 1000;
/** A server that has not been heard of for this long is dead; one whose connection to Redis has ended is so at once. */
const kNodeMs = 5000;
/** A room whose owner has not said so for this long has none. Longer than kNodeMs: the death of an owner is found out first. */
const kLeaseMs = 10_000;
/** After Redis was away, others are given this many ticks before they count as dead. */
const kGraceTicks = 4;

const nodeKey = (id: string): string => `tessera:node:${id}`;
const roomKey = (room: string): string => `tessera:room:${room}`;

/** KEYS: the room's. ARGV: who asks, for how many ms, who is dead. Gives the owner: whoever asks, unless there is another one. */
const kClaim = `local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] and owner ~= ARGV[3] then return owner end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ARGV[1]`;
const kRelease = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end`;

/** What servers tell each other, on the receiver's channel. `client` is a socket's id. */
type NodeMessage =
  | { kind: 'message'; from: string; client: string; raw: unknown }
  | { kind: 'closed'; from: string; client: string }
  | { kind: 'drop'; from: string; client: string }
  /** I have people in rooms of yours. */
  | { kind: 'ping'; from: string }
  /** I know nothing of people of yours, or do not any more. */
  | { kind: 'forgotten'; from: string };

/** Without modules, scripts and functions, speaking RESP2. */
type Redis = RedisClientType<{}, {}, {}, 2, {}>;

/** Redis could not be reached when the server started. Its message says what to do. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
  readonly code = 'redis-unreachable';
}

export class Cluster {
  /** This server's name among the others. */
  readonly id = randomUUID();
  readonly #url: string;
  readonly #hub: Hub;
  readonly #io: Server;
  readonly #log: Logger;
  #redis!: Redis;
  #channel!: Redis;
  #timer: NodeJS.Timeout | undefined;
  #ticks = 0;
  #grace = 0;
  #closed = false;
  /** People whose sockets are here. */
  readonly #clients = new Map<string, RoutedClient>();
  /** By server: people whose sockets are there, in rooms that are ours. */
  readonly #guests = new Map<string, Map<string, Connection>>();

  constructor(url: string, hub: Hub, io: Server) {
    this.#url = url;
    this.#hub = hub;
    this.#io = io;
    this.#log = hub.log;
  }

  /** Connects with Redis. @throws ClusterError */
  async open(): Promise<void> {
    // Fetched only by those who need them.
    const [{ createClient }, { createAdapter }] = await Promise.all([import('@redis/client'), import('@socket.io/redis-streams-adapter')]);
    const connect = async (): Promise<Redis> => {
      const client = createClient({ url: this.#url, socket: { connectTimeout: 5000, reconnectStrategy: (retries) => (this.#ticks === 0 ? false : Math.min(100 + 100 * retries, 2000)) } });
      client.on('error', (error: unknown) => this.#log.warn({ err: error }, 'trouble with Redis'));
      client.on('ready', () => (this.#grace = kGraceTicks));
      await client.connect();
      return client;
    };
    try {
      this.#redis = await connect();
      this.#channel = await connect();
    } catch (error) {
      throw new ClusterError(`Redis at ${new URL(this.#url).host} does not answer (${(error as Error).message}). Start it, or correct --redis-url.`);
    }
    this.#grace = 0;
    await this.#live();
    await this.#channel.subscribe(nodeKey(this.id), (text) => this.#received(JSON.parse(text) as NodeMessage));
    this.#io.adapter(createAdapter(this.#redis, { streamName: 'tessera:signalling', channelPrefix: 'tessera', blockTimeInMs: 1000, onlyPlaintext: true }) as never);
    await this.#tick();
  }

  /** A socket has come. */
  accept(id: string, link: Link): RoutedClient {
    const client = new RoutedClient(this, this.#hub, id, link, () => this.#clients.delete(id));
    this.#clients.set(id, client);
    return client;
  }

  /** The owner of a room, which is this server where there was none. Rejects while Redis is away. */
  async ownerOf(room: string): Promise<string> {
    let dead = '';
    for (;;) {
      const owner = await this.#claim(room, dead);
      if (owner === this.id || (await this.#alive(owner))) return owner;
      dead = owner;
    }
  }

  /** The origin at which a room's owner is reached; null if that is this server, or nobody. Rejects while Redis is away. */
  async placeOf(room: string): Promise<string | null> {
    const owner = await this.#redis.get(roomKey(room));
    return owner === null || owner === this.id ? null : (await this.#redis.get(nodeKey(owner))) || null;
  }

  /** Tells another server; false if there is none of that name. */
  async tell(node: string, message: { kind: 'message'; client: string; raw: unknown } | { kind: 'closed' | 'drop'; client: string } | { kind: 'ping' | 'forgotten' }): Promise<boolean> {
    return (await this.#redis.publish(nodeKey(node), JSON.stringify({ ...message, from: this.id }))) > 0;
  }

  /** Gives up all rooms, so that others may have them at once. The rest goes on until close(). */
  async release(): Promise<void> {
    if (this.#closed || !this.#redis?.isReady) return;
    clearTimeout(this.#timer);
    this.#closed = true;
    await this.#channel.unsubscribe(nodeKey(this.id));
    await this.#redis.del(nodeKey(this.id));
    await Promise.all(this.#hub.roomNames().map((room) => this.#redis.eval(kRelease, { keys: [roomKey(room)], arguments: [this.id] })));
    for (const node of this.#guests.keys()) await this.tell(node, { kind: 'forgotten' });
  }

  /** Ends the connections with Redis, the adapter's aside, which end with socket.io. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    if (this.#channel?.isOpen) this.#channel.destroy();
    if (this.#redis?.isOpen) this.#redis.destroy();
  }

  #claim(room: string, dead: string): Promise<string> {
    return this.#redis.eval(kClaim, { keys: [roomKey(room)], arguments: [this.id, String(kLeaseMs), dead] }) as Promise<string>;
  }

  /** Its connection to Redis ends with a process; a machine that has lost its power or its network is missed by its key. */
  async #alive(node: string): Promise<boolean> {
    const [listening, known] = await Promise.all([this.#redis.pubSubNumSub([nodeKey(node)]), this.#redis.exists(nodeKey(node))]);
    return Number(listening[nodeKey(node)] ?? 0) > 0 && known > 0;
  }

  async #tick(): Promise<void> {
    try {
      if (this.#redis.isReady) await this.#lookAfter();
    } catch (error) {
      this.#log.warn({ err: error }, 'trouble with Redis');
    }
    this.#ticks += 1;
    if (!this.#closed) this.#timer = setTimeout(() => void this.#tick(), kTickMs);
  }

  /** Says that this server is there, and where. */
  async #live(): Promise<void> {
    await this.#redis.set(nodeKey(this.id), this.#hub.settings.clusterUrl ?? '', { PX: kNodeMs });
  }

  async #lookAfter(): Promise<void> {
    await this.#live();
    // Until it has read a first message the adapter asks for what comes from now on, each time anew: give it one.
    if (this.#ticks < 10) this.#io.to('nobody').emit('message', {});
    await Promise.all(
      this.#hub.roomNames().map(async (room) => {
        if ((await this.#claim(room, '')) === this.id) return;
        // This server was taken for dead; what it holds of the room is no longer true.
        this.#log.warn('a room has another owner now');
        this.#hub.evict(room);
      }),
    );
    const hosts = new Set([...this.#clients.values()].flatMap(({ node }) => (node === null ? [] : [node])));
    for (const node of hosts) await this.tell(node, { kind: 'ping' });
    if (this.#grace > 0) {
      this.#grace -= 1;
      return;
    }
    for (const node of new Set([...hosts, ...this.#guests.keys()])) {
      if (await this.#alive(node)) continue;
      this.#log.warn('another server is gone');
      this.#leave(node);
      this.#forget(node);
    }
  }

  #received(message: NodeMessage): void {
    const { from } = message;
    switch (message.kind) {
      case 'message':
        return this.#guest(from, message.client).receive(message.raw);
      case 'closed':
        this.#guests.get(from)?.get(message.client)?.closed();
        this.#guests.get(from)?.delete(message.client);
        return;
      case 'drop': {
        const client = this.#clients.get(message.client);
        if (client?.node === from) client.link.drop();
        return;
      }
      case 'ping':
        // Whoever was taken for dead here has to send its people anew.
        if (!this.#guests.has(from)) void this.tell(from, { kind: 'forgotten' }).catch(() => undefined);
        return;
      case 'forgotten':
        return this.#leave(from);
    }
  }

  /** Somebody whose socket is at another server. */
  #guest(node: string, id: string): Connection {
    const guests = this.#guests.get(node) ?? new Map<string, Connection>();
    this.#guests.set(node, guests);
    let connection = guests.get(id);
    if (!connection) {
      connection = this.#hub.connect({
        send: (message: ServerMessage) => void this.#io.to(id).emit('message', message),
        end: () => this.#io.in(id).disconnectSockets(true),
        drop: () => void this.tell(node, { kind: 'drop', client: id }).catch(() => undefined),
      });
      guests.set(id, connection);
    }
    return connection;
  }

  /** The people of another server, which is gone, have lost their connection. */
  #forget(node: string): void {
    for (const connection of this.#guests.get(node)?.values() ?? []) connection.closed();
    this.#guests.delete(node);
  }

  /** Another server does not serve our people any more: they come back by themselves, and their rooms with them. */
  #leave(node: string): void {
    for (const client of this.#clients.values()) if (client.node === node) client.link.drop();
  }
}
