// SPDX-License-Identifier: Apache-2.0
// The server's options: their meaning, their defaults and the check they must pass.
import { z } from 'zod/v4';
import { kMinSecretBytes } from './tokens.js';

/** TURN with time-limited credentials, as coturn's `use-auth-secret` makes and checks them. */
export interface TurnOptions {
  /** For example `['turn:turn.example:3478?transport=udp', 'turns:turn.example:5349?transport=tcp']`. */
  urls: string[];
  /** coturn's `static-auth-secret`. Never leaves the server. */
  secret: string;
  /** Lifetime of a credential in seconds, 60 to 604800. Default 3600. A fresh one is sent after three quarters of it. */
  ttlSeconds?: number;
}

interface SfuAddress {
  /** Its WebSocket address as pages reach it: `wss://sfu.example`; a page on https needs `wss:`. */
  url: string;
  /**
   * Pages reach it at `/sfu` of this server, which passes everything on to `url`: one address and one certificate for both.
   * Media still goes to the SFU directly. Default false.
   */
  throughServer?: boolean;
}

/** A Janus server with the VideoRoom plugin and the WebSockets transport, which lets clients create rooms (its default). */
export interface JanusOptions extends SfuAddress {
  kind: 'janus';
}

/** A LiveKit server, or the address in front of several. */
export interface LiveKitOptions extends SfuAddress {
  kind: 'livekit';
  apiKey: string;
  /** Signs the participants' tokens. Never leaves this server. */
  apiSecret: string;
  /** Mixes for viewers are published over WHIP, without LiveKit's client. Default false. */
  whip?: boolean;
}

export type SfuOptions = JanusOptions | LiveKitOptions;

export interface TesseraServerOptions {
  /** Address to listen on. Default `127.0.0.1`. */
  host?: string;
  /** Port to listen on; 0 picks a free one. Default 8080. */
  port?: number;
  /** Folder of the built web app; without it only signalling and the HTTP API are served. */
  staticDir?: string;
  /** Folder served under `/demos`. */
  demosDir?: string;
  /** Give a token to anyone who asks (`POST /api/token`), and let anyone look into a lobby. Default false. */
  openRooms?: boolean;
  /**
   * Secret that signs join tokens, at least 32 bytes. Required unless `openRooms`, where the default is a random one:
   * calls then cannot resume by themselves after a restart of the server.
   */
  tokenSecret?: string;
  /** Lifetime in seconds of tokens given by `POST /api/token`. Default 600. */
  tokenTtlSeconds?: number;
  /** Lifetime in seconds of the resume token in `joined`. Default 43200 (12 hours). */
  resumeTokenTtlSeconds?: number;
  /** Serve HTTPS with this certificate chain and key, both PEM. */
  https?: { cert: string; key: string };
  /**
   * Other origins whose pages may use this server, e.g. `https://site.example`; `http://localhost:*` allows any port,
   * `*` any origin. Default none: only pages of this server itself, and clients that are not browsers.
   */
  allowedOrigins?: string[];
  /** Who may show this server's pages in a frame: CSP sources. Default `["'self'"]`. */
  frameAncestors?: string[];
  /** Number of reverse proxies in front, whose `X-Forwarded-*` headers are believed. Default 0. */
  trustProxy?: number;
  /** Who may read `/metrics`: `local` is this machine and private networks, asking directly. Default `local`. */
  metrics?: 'local' | 'public' | 'off';
  /** Most participants in a room, 1 to 64. Default 6, the most a mesh carries well; with an SFU 32. */
  roomCapacity?: number;
  /** Most rooms at a time. Default 1000. */
  maxRooms?: number;
  /** Most sockets watching one lobby. Default 100. */
  maxWatchersPerRoom?: number;
  /** Most who only watch a room, where there is an SFU. Default 1000. Without one they take places like anybody else. */
  maxViewersPerRoom?: number;
  /** Most sockets at a time. Default 10000. */
  maxSockets?: number;
  /** Most sockets at a time from one address. Default 256. */
  maxSocketsPerAddress?: number;
  /** Largest message in bytes of JSON. Default 65536. A frame over four times as much closes its socket. */
  maxMessageBytes?: number;
  /** Messages a second, per socket, sustained. Default 100. */
  messageRate?: number;
  /** Messages at once, per socket. Default 200. */
  messageBurst?: number;
  /** Tokens a minute, per address, from `POST /api/token`. Default 120. */
  tokenRequestsPerMinute?: number;
  /** Fixed ICE servers, given to every participant. Default none. */
  iceServers?: { urls: string | string[]; username?: string; credential?: string }[];
  turn?: TurnOptions;
  /** A media server (SFU) for rooms of more than `meshUpTo` people. Default none: participants always connect with each other. */
  sfu?: SfuOptions;
  /**
   * `redis://…` or `rediss://…` of the Redis through which several servers carry the same rooms: any of them serves any room, and
   * any may go away. All need the same `tokenSecret`; clients use WebSocket only. Default none: rooms are this process's alone.
   */
  redisUrl?: string;
  /**
   * With `redisUrl`: the http(s) origin at which the other servers reach this one, e.g. `http://10.0.0.6:8080`. The relay needs it: sockets that
   * come to another server than their room's are passed on there. Default none.
   */
  clusterUrl?: string;
  /** With an SFU: rooms of up to this many people do without it. 0: all rooms use it from the start. Default 3. */
  meshUpTo?: number;
  /** How long a participant whose socket was lost keeps its place, in milliseconds. Default 15000. */
  resumeGraceMs?: number;
  /** A socket that neither joins nor watches is closed after this many milliseconds. Default 60000. */
  idleTimeoutMs?: number;
  /** Heartbeat of the sockets, in milliseconds. Defaults 5000 and 4000: a dead one is noticed within 9 s. */
  pingIntervalMs?: number;
  pingTimeoutMs?: number;
  /** Forwards media for clients that cannot reach each other or an SFU (RELAY.md). Default true; with `redisUrl` only if `clusterUrl` is given. */
  relay?: boolean;
  /** Frames a second that one client may send to the relay. Default 800: two cameras in six layers, a screen and sound. */
  relayFrameRate?: number;
  /** Bytes a second that one client may send to the relay. Default 1500000 (12 Mbit/s). */
  relayByteRate?: number;
  /** A client of the relay that acknowledges nothing for this long although it is sent something is disconnected, in milliseconds. Default 10000. */
  relayStallMs?: number;
  /** When clients are told to come back after a shutdown, in milliseconds. Default 2000. */
  shutdownRetryAfterMs?: number;
  /** One of pino's levels, or `silent`. Default `info`: no names, addresses or room names; `debug` adds pseudonymous ids. */
  logLevel?: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** Where log lines go. Default standard output. */
  logDestination?: { write(line: string): void };
}

const positive = z.number().int().positive();
const milliseconds = z.number().int().min(0).max(2 ** 31 - 1);
const origin = z.string().regex(/^(\*|https?:\/\/[A-Za-z0-9.\-[\]:]+(:(\d+|\*))?)$/, {
  message: 'must be an origin like https://site.example, http://localhost:* or *',
});
const kIceUrlRule = 'must start with stun:, stuns:, turn: or turns:';
const iceUrl = z.string().regex(/^(stuns?|turns?):\S+$/, { message: kIceUrlRule });

const sfuAddress = {
  url: z.string().regex(/^wss?:\/\/[^\s/?#]+/, { message: 'must be a ws:// or wss:// address' }),
  throughServer: z.boolean().default(false),
};

const schema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1'),
  port: z.number().int().min(0).max(65535).default(8080),
  staticDir: z.string().min(1).optional(),
  demosDir: z.string().min(1).optional(),
  openRooms: z.boolean().default(false),
  tokenSecret: z
    .string()
    .refine((value) => Buffer.byteLength(value) >= kMinSecretBytes, {
      message: `must have at least ${kMinSecretBytes} bytes; make one with: openssl rand -base64 48`,
    })
    .optional(),
  tokenTtlSeconds: positive.max(86400).default(600),
  resumeTokenTtlSeconds: positive.max(7 * 86400).default(43200),
  https: z.object({ cert: z.string().min(1), key: z.string().min(1) }).optional(),
  allowedOrigins: z.array(origin).default([]),
  frameAncestors: z.array(z.string().min(1)).min(1).default(["'self'"]),
  trustProxy: z.number().int().min(0).max(16).default(0),
  metrics: z.enum(['local', 'public', 'off']).default('local'),
  roomCapacity: positive.max(64).optional(),
  maxRooms: positive.default(1000),
  maxWatchersPerRoom: positive.default(100),
  maxViewersPerRoom: positive.default(1000),
  maxSockets: positive.default(10000),
  maxSocketsPerAddress: positive.default(256),
  maxMessageBytes: positive.min(1024).max(1024 * 1024).default(65536),
  messageRate: z.number().positive().default(100),
  messageBurst: positive.default(200),
  tokenRequestsPerMinute: positive.default(120),
  iceServers: z
    .array(z.object({ urls: z.union([iceUrl, z.array(iceUrl).min(1)], { error: kIceUrlRule }), username: z.string().optional(), credential: z.string().optional() }))
    .default([]),
  turn: z
    .object({
      urls: z.array(iceUrl).min(1),
      secret: z.string().min(1),
      ttlSeconds: z.number().int().min(60).max(7 * 86400).default(3600),
    })
    .optional(),
  sfu: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('janus'), ...sfuAddress }),
      z.object({ kind: z.literal('livekit'), ...sfuAddress, apiKey: z.string().min(1), apiSecret: z.string().min(1), whip: z.boolean().default(false) }),
    ])
    .optional(),
  redisUrl: z.string().regex(/^rediss?:\/\/\S+$/, { message: 'must be a redis:// or rediss:// address' }).optional(),
  clusterUrl: z.string().regex(/^https?:\/\/[^\s/?#@]+\/?$/, { message: 'must be an origin like http://10.0.0.6:8080' }).optional(),
  meshUpTo: z.number().int().min(0).max(6).default(3),
  resumeGraceMs: milliseconds.default(15000),
  idleTimeoutMs: milliseconds.min(100).default(60000),
  pingIntervalMs: milliseconds.min(50).default(5000),
  pingTimeoutMs: milliseconds.min(50).default(4000),
  relay: z.boolean().optional(),
  relayFrameRate: positive.default(800),
  relayByteRate: positive.min(10_000).default(1_500_000),
  relayStallMs: milliseconds.min(100).default(10_000),
  shutdownRetryAfterMs: milliseconds.default(2000),
  logLevel: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  logDestination: z.custom<{ write(line: string): void }>().optional(),
});

export type ResolvedOptions = z.output<typeof schema> & { roomCapacity: number; relay: boolean };

/** Places in a room, where the operator has not chosen. */
const kMeshCapacity = 6;
const kSfuCapacity = 32;

/** A setting that cannot work. Its message names the setting and says what it must be. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
  readonly code = 'option-invalid';
}

/** Fills in the defaults. @throws OptionError */
export function resolveOptions(options: TesseraServerOptions): ResolvedOptions {
  const result = schema.safeParse(options);
  if (!result.success) {
    const issue = result.error.issues[0];
    const path = issue?.path.join('.') ?? '';
    throw new OptionError(path === '' ? `Options: ${issue?.message}` : `Option "${path}": ${issue?.message}`);
  }
  if (!result.data.openRooms && result.data.tokenSecret === undefined) {
    throw new OptionError('Option "tokenSecret" is needed (or "openRooms", which lets anyone in): without it nobody could join.');
  }
  if (result.data.redisUrl !== undefined && result.data.tokenSecret === undefined) {
    throw new OptionError('Option "tokenSecret" is needed with "redisUrl", the same on every server: a token of one must be good at the others.');
  }
  const alone = result.data.redisUrl === undefined;
  if (alone && result.data.clusterUrl !== undefined) throw new OptionError('Option "clusterUrl" is for servers with "redisUrl": this one has no others.');
  const relay = result.data.relay ?? (alone || result.data.clusterUrl !== undefined);
  if (relay && !alone && result.data.clusterUrl === undefined) {
    throw new OptionError('Option "relay" needs "clusterUrl" with "redisUrl": people of a room may come to any server, which passes them on to the room\'s.');
  }
  return { ...result.data, relay, roomCapacity: result.data.roomCapacity ?? (result.data.sfu ? kSfuCapacity : kMeshCapacity) };
}
