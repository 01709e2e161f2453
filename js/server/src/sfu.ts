// SPDX-License-Identifier: Apache-2.0
// How the media server is entered: what each kind of it asks for, derived or signed so that no server has to remember anything.
import { createHmac } from 'node:crypto';
import type { LiveKitOptions, SfuOptions } from './options.js';
import { kSfuPath, type SfuInfo } from './protocol.js';

/** For whom, into which room, and for how long. */
export interface SfuVisitor {
  room: string;
  participantId: string;
  name: string;
  /** Lifetime in seconds of what expires. */
  ttlSeconds: number;
}

/**
 * The same for every server with the same key, tokens aside. Whoever does not hold a token of the room learns none of it.
 * @param key HMAC key of the tokens.
 */
export async function sfuInfoFor(options: SfuOptions, key: Uint8Array, visitor: SfuVisitor): Promise<SfuInfo> {
  const url = options.throughServer ? kSfuPath : options.url;
  if (options.kind === 'livekit') return { kind: 'livekit', url, token: await liveKitToken(options, visitor) };
  const derive = (purpose: string): Buffer => createHmac('sha256', key).update(`tessera janus ${purpose}\0${visitor.room}`).digest();
  return {
    kind: 'janus',
    url,
    // Janus takes numbers up to 2^53; 48 bits are enough for no two rooms to meet, and never 0.
    room: derive('room').readUIntBE(0, 6) + 1,
    pin: derive('pin').toString('base64url').slice(0, 22),
    secret: derive('secret').toString('base64url').slice(0, 22),
  };
}

/** LiveKit's access token: this identity, this room, and nothing else. */
async function liveKitToken({ apiKey, apiSecret }: LiveKitOptions, { room, participantId, name, ttlSeconds }: SfuVisitor): Promise<string> {
  const { AccessToken } = await import('livekit-server-sdk');
  const token = new AccessToken(apiKey, apiSecret, { identity: participantId, name, ttl: ttlSeconds });
  // Data goes over signalling; names and their changes too.
  token.addGrant({ room, roomJoin: true, canPublish: true, canSubscribe: true, canPublishData: false });
  return token.toJwt();
}
