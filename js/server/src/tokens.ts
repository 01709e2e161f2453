// SPDX-License-Identifier: Apache-2.0
// Join tokens: who may enter which room, until when. HS256 JSON Web Tokens, so any back end can make them.
import { createHash } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { ProtocolError } from './errors.js';
import { isRoomName, nameSchema } from './protocol.js';

const kAlgorithm = 'HS256';
const kIssuer = 'tessera';
const kTenYearsInSeconds = 10 * 365 * 24 * 3600;
/** Shortest accepted secret, in bytes: as long as the hash, as RFC 7518 section 3.2 demands. */
export const kMinSecretBytes = 32;

export interface JoinTokenClaims {
  room: string;
  /** Where set, the participant bears this name whatever it asks for. */
  name?: string;
  /** Where set, the token is good for this participant's rejoins only. */
  participantId?: string;
  /** Where set, the bearer may only watch. */
  role?: 'viewer';
}

export interface CreateTokenOptions extends JoinTokenClaims {
  /** The server's token secret, at least 32 bytes. */
  secret: string | Uint8Array;
  /** Lifetime in seconds. Default 600. It limits when a call may be joined, not how long it lasts. */
  expiresInSeconds?: number;
}

/** The HMAC key of a token secret. @throws RangeError when it is shorter than 32 bytes */
export function tokenKey(secret: string | Uint8Array): Uint8Array {
  const key = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret;
  if (key.byteLength < kMinSecretBytes) {
    throw new RangeError(`The token secret must have at least ${kMinSecretBytes} bytes; make one with: openssl rand -base64 48`);
  }
  return key;
}

/** Makes a token that lets its bearer join `room`. @throws RangeError for a room, name or secret out of range */
export async function createToken(options: CreateTokenOptions): Promise<string> {
  if (!isRoomName(options.room)) throw new RangeError('A room name has 1 to 64 letters, digits, "-" or "_".');
  const name = options.name === undefined ? undefined : nameSchema.parse(options.name);
  const jwt = new SignJWT({ room: options.room, ...(name === undefined ? {} : { name }), ...(options.role === undefined ? {} : { role: options.role }) })
    .setProtectedHeader({ alg: kAlgorithm })
    .setIssuer(kIssuer)
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1000) + (options.expiresInSeconds ?? 600));
  if (options.participantId !== undefined) jwt.setSubject(options.participantId);
  return jwt.sign(tokenKey(options.secret));
}

export interface VerifyTokenOptions {
  room: string;
  key: Uint8Array;
  /** The participant who presents the token, where known. */
  participantId?: string;
  /** Accept a token past its time: for participants whose place in the room the server still holds. */
  allowExpired?: boolean;
}

const failed = (code: 'token-missing' | 'token-invalid' | 'token-expired', message: string) => new ProtocolError(code, message, { fatal: true });

/** Checks a token for one room. @throws ProtocolError token-missing, token-invalid or token-expired */
export async function verifyToken(token: string | undefined, options: VerifyTokenOptions): Promise<JoinTokenClaims> {
  if (token === undefined || token === '') throw failed('token-missing', 'This room needs a token. Ask the site that invited you for one.');
  let payload: Record<string, unknown>;
  try {
    const verified = await jwtVerify(token, options.key, {
      algorithms: [kAlgorithm],
      requiredClaims: ['exp', 'room'],
      clockTolerance: options.allowExpired ? kTenYearsInSeconds : 5,
    });
    payload = verified.payload;
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw failed('token-expired', 'The token has expired. Ask the site that invited you for a new one.');
    throw failed('token-invalid', 'The token is not valid on this server.');
  }
  if (payload.room !== options.room) throw failed('token-invalid', 'The token is for another room.');
  const { name, sub, role } = payload;
  if (role !== undefined && role !== 'viewer') throw failed('token-invalid', 'The token is for a role that this server does not know.');
  if (name !== undefined && !nameSchema.safeParse(name).success) throw failed('token-invalid', "The token's name is not 1 to 64 printable characters.");
  if (sub !== undefined && options.participantId !== undefined && sub !== options.participantId) {
    throw failed('token-invalid', 'The token belongs to another participant.');
  }
  return {
    room: options.room,
    ...(typeof name === 'string' ? { name: nameSchema.parse(name) } : {}),
    ...(typeof sub === 'string' ? { participantId: sub } : {}),
    ...(role === undefined ? {} : { role }),
  };
}

/** The public id of the participant who holds `participantKey`: 22 characters of base64url(SHA-256(the key as sent, in ASCII)). */
export function participantIdOf(participantKey: string): string {
  return createHash('sha256').update(participantKey, 'ascii').digest('base64url').slice(0, 22);
}
