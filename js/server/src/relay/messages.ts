// SPDX-License-Identifier: Apache-2.0
// The relay's text messages: their types, and the schema every one of a client must match. Media travels in binary ones (RELAY.md).
import { z } from 'zod/v4';
import { ProtocolError } from '../errors.js';
import { kMaxSources, participantKeySchema, roomSchema } from '../protocol.js';

/** The WebSocket's path, below the server's origin. */
export const kRelayPath = '/relay';
export const kRelayProtocol = 1;
/** Longest text message, in bytes. */
export const kMaxTextBytes = 16384;
/** Most streams one participant may publish. */
export const kMaxStreams = kMaxSources;

const streamId = z.number().int().min(1).max(65535);
const size = z.number().int().min(1).max(8192);

const layer = z.object({
  spatial: z.number().int().min(0).max(3),
  temporal: z.number().int().min(0).max(3),
  width: size,
  height: size,
  frameRate: z.number().positive().max(240),
  bitrate: z.number().int().min(1).max(1e9),
});
const layers = z
  .array(layer)
  .min(1)
  .max(16)
  .refine((list) => new Set(list.map((it) => `${it.spatial}/${it.temporal}`)).size === list.length, { message: 'no two layers may have the same indices' });

/** Of video. */
export const kVideoCodecs = ['vp8', 'vp9'] as const;
export type VideoCodec = (typeof kVideoCodecs)[number];

const sourceId = z.string().min(1).max(64);
const video = z.object({ type: z.literal('publish'), kind: z.literal('video'), sourceId, content: z.enum(['camera', 'screen']), codec: z.string().regex(/^(vp8|vp09(\.\d\d){3,8})$/), layers })
  .refine(({ codec, layers }) => codec !== 'vp8' || layers.every(({ spatial }) => spatial === 0), { path: ['layers'], message: 'VP8 has no spatial layers' });
const audio = z.object({ type: z.literal('publish'), kind: z.literal('audio'), sourceId, content: z.enum(['microphone', 'screen-audio']), codec: z.literal('opus'), channels: z.number().int().min(1).max(2) });

export const relayMessageSchemas = {
  enter: z.object({ type: z.literal('enter'), protocol: z.literal(kRelayProtocol), room: roomSchema, participantKey: participantKeySchema, decodes: z.array(z.enum(kVideoCodecs)).min(1).max(8).default([...kVideoCodecs]) }),
  publish: z.discriminatedUnion('kind', [video, audio]),
  unpublish: z.object({ type: z.literal('unpublish'), stream: streamId }),
  view: z.object({
    type: z.literal('view'),
    stream: streamId,
    /** Device pixels; 0: not shown. */
    width: z.number().int().min(0).max(16384),
    height: z.number().int().min(0).max(16384),
    pinned: z.boolean().default(false),
    speaking: z.boolean().default(false),
  }),
};

export type RelayMessageType = keyof typeof relayMessageSchemas;
export type RelayMessage = { [K in RelayMessageType]: z.output<(typeof relayMessageSchemas)[K]> }[RelayMessageType];
export type Published = z.output<(typeof relayMessageSchemas)['publish']>;
export type StreamLayer = z.output<typeof layer>;

/** What everybody in the room may know of a stream. */
export type StreamInfo = Omit<Published & { kind: 'video' }, 'type'> & StreamOwner | Omit<Published & { kind: 'audio' }, 'type'> & StreamOwner;
interface StreamOwner {
  id: number;
  participantId: string;
}

export type RelayServerMessage =
  | { type: 'entered'; participantId: string; streams: StreamInfo[] }
  | { type: 'published'; sourceId: string; stream: number }
  /** Also when what is said of a stream has changed. */
  | { type: 'streamAdded'; stream: StreamInfo }
  | { type: 'streamRemoved'; stream: number }
  /** The codecs of video that everybody else here decodes. */
  | { type: 'codecs'; codecs: VideoCodec[] }
  /** To the publisher: the highest layers that anybody takes; spatial -1: nobody does. */
  | { type: 'demand'; stream: number; spatial: number; temporal: number }
  | { type: 'error'; code: string; message: string; fatal: boolean };

/** Why a socket was closed by the server: the WebSocket close codes. An `error` message with the same words came before, where it could. */
export const kCloseCodes = {
  'protocol-unsupported': 4001,
  'message-invalid': 4002,
  'message-too-large': 4003,
  'rate-limited': 4004,
  'not-joined': 4005,
  'receiver-stalled': 4006,
  replaced: 4007,
  left: 4008,
  internal: 4009,
  'server-shutting-down': 1001,
} as const;
export type CloseReason = keyof typeof kCloseCodes;

/** @throws ProtocolError protocol-unsupported, message-invalid or message-too-large */
export function parseRelayMessage(text: string): RelayMessage {
  if (Buffer.byteLength(text) > kMaxTextBytes) throw new ProtocolError('message-too-large', `A text message may be at most ${kMaxTextBytes} bytes.`, { fatal: true });
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw new ProtocolError('message-invalid', 'A text message must be JSON.', { fatal: true });
  }
  const type: unknown = typeof raw === 'object' && raw !== null && Object.hasOwn(raw, 'type') ? (raw as { type: unknown }).type : undefined;
  if (typeof type !== 'string' || !Object.hasOwn(relayMessageSchemas, type)) {
    throw new ProtocolError('message-invalid', `A message's "type" must be one of ${Object.keys(relayMessageSchemas).join(', ')}.`, { fatal: true });
  }
  if (type === 'enter' && (raw as { protocol?: unknown }).protocol !== kRelayProtocol) {
    throw new ProtocolError('protocol-unsupported', `This server's relay speaks protocol ${kRelayProtocol}. Reload the page to get a client that fits.`, { fatal: true });
  }
  const result = relayMessageSchemas[type as RelayMessageType].safeParse(raw);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new ProtocolError('message-invalid', `The "${type}" message is invalid at "${issue?.path.join('.') ?? ''}": ${issue?.message ?? 'does not match'}.`, { fatal: true });
}
