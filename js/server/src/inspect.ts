// SPDX-License-Identifier: Apache-2.0
// Turns whatever a socket delivered into a valid client message, or says what is wrong with it.
import { ProtocolError } from './errors.js';
import {
  type ClientMessage,
  type ClientMessageType,
  clientMessageSchemas,
  isRoomName,
  kProtocolVersion,
} from './protocol.js';

/** Deepest nesting of objects and arrays accepted, the message itself being 1. */
export const kMaxDepth = 32;

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);
const invalid = (what: string) => new ProtocolError('message-invalid', what);

/**
 * Checks that `value` is plain JSON, not too deep and free of keys that could reach a prototype. Iterative on purpose:
 * a message nested a hundred thousand deep must not overflow the stack here, nor later where it is serialised.
 */
function checkPlain(value: unknown): void {
  let level: unknown[] = [value];
  for (let depth = 1; level.length > 0; depth += 1) {
    const next: unknown[] = [];
    for (const item of level) {
      if (item === null || typeof item === 'string' || typeof item === 'boolean') continue;
      if (typeof item === 'number' && Number.isFinite(item)) continue;
      if (typeof item !== 'object') throw invalid('A message must be plain JSON.');
      if (depth > kMaxDepth) throw invalid(`A message may be nested at most ${kMaxDepth} deep.`);
      if (Array.isArray(item)) {
        for (const element of item) next.push(element);
        continue;
      }
      const prototype: unknown = Object.getPrototypeOf(item);
      if (prototype !== Object.prototype && prototype !== null) throw invalid('A message must be plain JSON, without binary parts.');
      for (const [key, element] of Object.entries(item)) {
        if (forbiddenKeys.has(key)) throw invalid(`A message may not contain the key "${key}".`);
        next.push(element);
      }
    }
    level = next;
  }
}

/** The `id` of a message however broken, so that its error can say what it answers. */
export function messageId(raw: unknown): string | undefined {
  if (typeof raw !== 'object' || raw === null) return undefined;
  const id: unknown = Object.hasOwn(raw, 'id') ? (raw as { id: unknown }).id : undefined;
  return typeof id === 'string' && id.length <= 64 ? id : undefined;
}

/** The `type` of a message if it is one this protocol knows: safe as a metric's label. */
export function messageType(raw: unknown): ClientMessageType | 'unknown' {
  if (typeof raw !== 'object' || raw === null || !Object.hasOwn(raw, 'type')) return 'unknown';
  const type: unknown = (raw as { type: unknown }).type;
  return typeof type === 'string' && Object.hasOwn(clientMessageSchemas, type) ? (type as ClientMessageType) : 'unknown';
}

/**
 * Validates one message. The result holds only known keys (`capabilities` and `payload` aside) and shares no
 * structure that a later message could change.
 * @throws ProtocolError message-invalid, message-too-large, protocol-unsupported or room-name-invalid
 */
export function parseClientMessage(raw: unknown, maxBytes: number): ClientMessage {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw invalid('A message must be a JSON object with a "type".');
  checkPlain(raw);
  const bytes = Buffer.byteLength(JSON.stringify(raw));
  if (bytes > maxBytes) {
    throw new ProtocolError('message-too-large', `A message may be at most ${maxBytes} bytes; this one has ${bytes}.`);
  }
  const type = messageType(raw);
  if (type === 'unknown') throw invalid(`A message's "type" must be one of ${Object.keys(clientMessageSchemas).join(', ')}.`);
  if (type === 'join' || type === 'peek') {
    const { protocol, room } = raw as { protocol?: unknown; room?: unknown };
    if (protocol !== kProtocolVersion) {
      throw new ProtocolError('protocol-unsupported', `This server speaks protocol ${kProtocolVersion}. Reload the page to get a client that fits.`, { fatal: true });
    }
    if (!isRoomName(room)) {
      throw new ProtocolError('room-name-invalid', 'A room name has 1 to 64 letters, digits, "-" or "_".', { fatal: true });
    }
  }
  const result = clientMessageSchemas[type].safeParse(raw);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue && issue.path.length > 0 ? ` at "${issue.path.join('.')}"` : '';
  throw new ProtocolError('message-invalid', `The "${type}" message is invalid${where}: ${issue?.message ?? 'does not match'}.`);
}
