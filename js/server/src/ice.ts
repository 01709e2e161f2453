// SPDX-License-Identifier: Apache-2.0
// The ICE servers a participant is given, with TURN credentials that expire.
import { createHmac } from 'node:crypto';
import type { ResolvedOptions } from './options.js';
import type { IceServer } from './protocol.js';

export interface IceServerSet {
  iceServers: IceServer[];
  /** After how many milliseconds a fresh set is due; undefined when nothing in it expires. */
  refreshAfterMs: number | undefined;
}

/**
 * A credential as coturn's `use-auth-secret` checks it (draft-uberti-behave-turn-rest): the user name is
 * "expiry:userId", expiry in seconds since the epoch; the password is base64(HMAC-SHA1(secret, user name)).
 */
export function turnCredential(secret: string, userId: string, expiry: number): { username: string; credential: string } {
  const username = `${expiry}:${userId}`;
  return { username, credential: createHmac('sha1', secret).update(username).digest('base64') };
}

/** The set for one participant, from now. */
export function iceServersFor(options: Pick<ResolvedOptions, 'iceServers' | 'turn'>, participantId: string, now = Date.now()): IceServerSet {
  const iceServers: IceServer[] = [...options.iceServers];
  if (!options.turn) return { iceServers, refreshAfterMs: undefined };
  const { urls, secret, ttlSeconds } = options.turn;
  const expiry = Math.floor(now / 1000) + ttlSeconds;
  iceServers.push({ urls, ...turnCredential(secret, participantId, expiry) });
  return { iceServers, refreshAfterMs: ttlSeconds * 750 };
}
