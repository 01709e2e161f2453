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
  /** Default: both. */
  may?: 'publish' | 'watch';
}

/**
 * The same for every server with the same key, tokens aside. Whoever does not hold a token of the room learns none of it.
 * @param key HMAC key of the tokens.
 */
export async function sfuInfoFor(options: SfuOptions, key: Uint8Array, visitor: SfuVisitor): Promise<SfuInfo> {
  const url = options.throughServer ? kSfuPath : options.url;
  if (options.kind === 'livekit') {
    const token = await liveKitToken(options, visitor);
    const whip = options.whip && visitor.may === 'publish' ? { whip: `${url.replace(/^ws/, 'http').replace(/\/$/, '')}/whip/v1` } : {};
    return { kind: 'livekit', url, token, ...whip };
  }
  const derive = (purpose: string): Buffer => createHmac('sha256', key).update(`tessera janus ${purpose}\0${visitor.room}`).digest();
  return {
    kind: 'janus',
    url,
    // Janus takes numbers up to 2^53; 48 bits are enough for no two rooms to meet, and never 0.
    room: derive('room').readUIntBE(0, 6) + 1,
    pin: derive('pin').toString('base64url').slice(0, 22),
    // Who only watches neither makes the room nor removes it.
    secret: visitor.may === 'watch' ? '' : derive('secret').toString('base64url').slice(0, 22),
  };
}

/** LiveKit's access token: this identity, this room, and nothing else. */
async function liveKitToken({ apiKey, apiSecret }: LiveKitOptions, { room, participantId, name, ttlSeconds, may }: SfuVisitor): Promise<string> {
  const { AccessToken } = await import('livekit-server-sdk');
  const token = new AccessToken(apiKey, apiSecret, { identity: participantId, name, ttl: ttlSeconds });
  // Data goes over signalling; names and their changes too.
  // Viewers are hidden from each other: of many, none needs to hear of the others.
  token.addGrant({ room, roomJoin: true, canPublish: may !== 'watch', canSubscribe: may !== 'publish', canPublishData: false, hidden: may === 'watch' });
  return token.toJwt();
}
