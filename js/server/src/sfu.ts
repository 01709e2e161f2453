// SPDX-License-Identifier: Apache-2.0
// How the media server is entered: numbers and secrets of each room, derived so that no server has to remember them.
import { createHmac } from 'node:crypto';
import type { SfuOptions } from './options.js';
import type { SfuInfo } from './protocol.js';

/**
 * The same for every server with the same key. Whoever does not hold a token of the room learns neither its number nor its pin.
 * @param key HMAC key of the tokens.
 */
export function sfuInfoFor(options: SfuOptions, key: Uint8Array, room: string): SfuInfo {
  const derive = (purpose: string): Buffer => createHmac('sha256', key).update(`tessera ${options.kind} ${purpose}\0${room}`).digest();
  return {
    kind: options.kind,
    url: options.url,
    // Janus takes numbers up to 2^53; 48 bits are enough for no two rooms to meet, and never 0.
    room: derive('room').readUIntBE(0, 6) + 1,
    pin: derive('pin').toString('base64url').slice(0, 22),
    secret: derive('secret').toString('base64url').slice(0, 22),
  };
}
