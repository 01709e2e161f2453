// SPDX-License-Identifier: Apache-2.0
// The signalling protocol, version 1: message types, error codes and the schema every client message must match.
import { z } from 'zod/v4';

/** The protocol version this server speaks. A `peek` or `join` with another number gets `protocol-unsupported`. */
export const kProtocolVersion = 1;

/** The socket.io path, below the server's origin. */
export const kSignallingPath = '/signalling';

/** Where pages reach a media server that this server stands in front of. */
export const kSfuPath = '/sfu';

/** Every error code a client can receive. Stable: codes are added, never renamed. */
export const kErrorCodes = [
  'protocol-unsupported',
  'token-missing',
  'token-invalid',
  'token-expired',
  'room-full',
  'room-name-invalid',
  'message-invalid',
  'message-too-large',
  'rate-limited',
  'not-joined',
  'already-joined',
  'participant-unknown',
  'participant-away',
  'topology-unavailable',
  'server-shutting-down',
  'internal',
] as const;
export type ErrorCode = (typeof kErrorCodes)[number];

/** How media can travel in a room, see `topologies.ts`. */
export const kTopologies = ['mesh', 'sfu', 'mcu', 'relay'] as const;
export type Topology = (typeof kTopologies)[number];

/** Most sources (microphone, camera, screen, ...) one participant may publish. */
export const kMaxSources = 16;
/** Longest serialised `capabilities`, in bytes. */
export const kMaxCapabilitiesBytes = 4096;

const roomNamePattern = /^[A-Za-z0-9_-]{1,64}$/;
/** True for 1 to 64 characters of `[A-Za-z0-9_-]`. */
export const isRoomName = (value: unknown): value is string => typeof value === 'string' && roomNamePattern.test(value);

// Control, format (bidirectional overrides, zero-width characters, ...), line and paragraph separators, lone surrogates,
// private use and unassigned code points are not printable. U+200D joins emoji sequences and is kept.
const unprintable = /(?!\u200D)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/u;
const visible = /[^\s\u200D]/u;

const id = z.string().min(1).max(64);
const token = z.string().max(4096);
const room = z.string().regex(roomNamePattern);
export const roomSchema = room;
/** 1 to 64 printable characters (code points), at least one of them visible; trimmed. */
export const nameSchema = z
  .string()
  .max(256)
  .transform((value) => value.trim())
  .refine((value) => [...value].length <= 64 && visible.test(value) && !unprintable.test(value), {
    message: 'must be 1 to 64 printable characters',
  });

const source = z
  .object({
    id,
    kind: z.enum(['audio', 'video']),
    content: z.enum(['microphone', 'camera', 'screen', 'screen-audio']),
    muted: z.boolean(),
  })
  .refine(({ kind, content }) => (kind === 'video') === (content === 'camera' || content === 'screen'), {
    message: 'kind does not fit content',
  });
const sources = z
  .array(source)
  .max(kMaxSources)
  .refine((list) => new Set(list.map((item) => item.id)).size === list.length, { message: 'ids must be unique' });

const capabilities = z
  .looseObject({ topologies: z.array(z.string().max(32)).max(16), dataChannels: z.boolean().optional() })
  .refine((value) => Buffer.byteLength(JSON.stringify(value)) <= kMaxCapabilitiesBytes, {
    message: `must be at most ${kMaxCapabilitiesBytes} bytes`,
  });

/** A layer of a published video, as receivers choose among them. */
const layer = z.object({
  spatial: z.number().int().min(0).max(3),
  temporal: z.number().int().min(0).max(3),
  width: z.number().int().min(1).max(16_384),
  height: z.number().int().min(1).max(16_384),
  frameRate: z.number().min(0.1).max(1000),
  bitrate: z.number().int().min(1000).max(1e9),
});

const envelope = { id: z.string().max(64).optional() };

/** 32 random bytes as base64url: 43 characters. */
export const participantKeySchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/, { message: 'must be 32 bytes as base64url' });

export const clientMessageSchemas = {
  peek: z.object({ ...envelope, type: z.literal('peek'), protocol: z.literal(kProtocolVersion), room, token: token.optional() }),
  join: z.object({
    ...envelope,
    type: z.literal('join'),
    protocol: z.literal(kProtocolVersion),
    room,
    token: token.optional(),
    participantKey: participantKeySchema,
    name: nameSchema,
    capabilities,
    sources,
    /** Only watches: sends nothing, and is no participant where there is a media server. */
    role: z.literal('viewer').optional(),
  }),
  leave: z.object({ ...envelope, type: z.literal('leave') }),
  signal: z.object({ ...envelope, type: z.literal('signal'), to: id, payload: z.record(z.string(), z.unknown()) }),
  update: z.object({ ...envelope, type: z.literal('update'), name: nameSchema.optional(), sources: sources.optional() }),
  topology: z.object({ ...envelope, type: z.literal('topology'), topology: z.enum(kTopologies) }),
  connectivity: z.object({ ...envelope, type: z.literal('connectivity'), epoch: z.number().int().min(0), ok: z.boolean() }),
  published: z.object({ ...envelope, type: z.literal('published'), live: z.boolean(), sources: sources.default([]), layers: z.array(layer).max(12).default([]) }),
  mixing: z.object({ ...envelope, type: z.literal('mixing'), most: z.number().int().min(1).max(64) }),
};

export type ClientMessageType = keyof typeof clientMessageSchemas;
export type ClientMessage = { [K in ClientMessageType]: z.output<(typeof clientMessageSchemas)[K]> }[ClientMessageType];
export type ClientMessageOf<K extends ClientMessageType> = Extract<ClientMessage, { type: K }>;
export type Source = z.output<typeof source>;
export type Capabilities = z.output<typeof capabilities>;
export type OfferedLayer = z.output<typeof layer>;

/** What every participant of a room may know of another. */
export interface ParticipantInfo {
  id: string;
  name: string;
  capabilities: Capabilities;
  sources: Source[];
  /** False while the participant's socket is lost and its seat is kept. */
  present: boolean;
}

export interface RoomInfo {
  name: string;
  topology: Topology;
  capacity: number;
  /** Grows with each change of the topology or of the mixer. */
  epoch: number;
  /** What it could be changed to now, the present one included. */
  topologies: Topology[];
  /** Where the topology is `mcu`: the participant that mixes. */
  mixer?: string;
}

/**
 * Where and how the media server is entered, by one participant of one room. `kind` says which adapter speaks to it. A `url` that
 * is a path is one of this server.
 */
export type SfuInfo = JanusInfo | LiveKitInfo;

export interface LiveKitInfo {
  kind: 'livekit';
  url: string;
  /** LiveKit's access token. */
  token: string;
  /** Only to publish with: over WHIP, at this address, with the token. */
  whip?: string;
}

export interface JanusInfo {
  kind: 'janus';
  url: string;
  /** Number of the VideoRoom. */
  room: number;
  /** Needed to enter the room. */
  pin: string;
  /** For whoever creates the room. */
  secret: string;
}

/** As `RTCIceServer` of the W3C webrtc-pc specification. */
export interface IceServer {
  urls: string | string[];
  username?: string;
  credential?: string;
}

export type ServerMessage =
  | { type: 'lobby'; room: Pick<RoomInfo, 'name' | 'topology' | 'capacity'>; participants: { id: string; name: string }[] }
  | {
      type: 'joined';
      participantId: string;
      resumed: boolean;
      room: RoomInfo;
      participants: ParticipantInfo[];
      iceServers: IceServer[];
      /** Absent when `moved`: the last one stays good. */
      resumeToken?: string;
      /** Only where the room's topology is `sfu`. */
      sfu?: SfuInfo;
      /** Unasked: the room has another topology from now on. */
      moved?: true;
    }
  /** What is on offer has changed. */
  | { type: 'roomUpdated'; room: RoomInfo }
  | { type: 'participantJoined'; participant: ParticipantInfo }
  | { type: 'participantUpdated'; participant: ParticipantInfo }
  | { type: 'participantLeft'; participantId: string; reason: 'left' | 'timeout' | 'replaced' }
  | { type: 'signal'; from: string; payload: Record<string, unknown> }
  /** Of those who only watch. */
  | {
      type: 'audience';
      /** Of the mix that they watch. */
      state: 'waiting' | 'live' | 'ended';
      viewers: number;
      /** Viewers who are participants, because there is no media server. */
      ids?: string[];
      /** For whoever mixes: where the mix has to be published. */
      publish?: SfuInfo;
    }
  | { type: 'iceServers'; iceServers: IceServer[] }
  | { type: 'error'; code: ErrorCode; message: string; fatal: boolean; inReplyTo?: string; retryAfterMs?: number }
  | { type: 'closing'; reason: 'shutdown'; retryAfterMs: number };
