// SPDX-License-Identifier: Apache-2.0
// What goes wrong between a page and a WHIP server.

import { TesseraError, type WhipCode } from '../errors.js';

/**
 * 'whip-unauthorized': the token is missing or not accepted (401, 403). 'whip-not-found': there is no such endpoint, or the session has
 * ended there (404, 410). 'whip-refused': the offer cannot be taken (400, 406, 415, 422 and other 4xx). 'whip-unavailable': too busy or
 * out of order (429, 5xx). 'whip-unreachable': no answer at all. 'whip-protocol': an answer that RFC 9725 does not allow.
 * 'whip-disconnected': media came to a stop, and could not be brought back.
 */
export type WhipErrorCode = WhipCode | 'unsupported' | 'closed';

export interface WhipErrorDetails extends ErrorOptions {
  /** Of the answer. Default 0: there was none. */
  status?: number;
  /** How long the server asks to wait, in milliseconds. */
  retryAfterMs?: number;
}

/** A WHIP server that cannot be published to. */
export class WhipError extends TesseraError {
  override readonly name = 'WhipError';
  declare readonly code: WhipErrorCode;
  /** The answer's HTTP status; 0 where there was none. */
  readonly status: number;
  /** How long the server asks to wait before another attempt, in milliseconds; undefined where it does not say. */
  readonly retryAfterMs: number | undefined;

  constructor(code: WhipErrorCode, message: string, { status = 0, retryAfterMs, ...options }: WhipErrorDetails = {}) {
    super(code, message, options);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** @internal `Retry-After` in milliseconds: seconds or a date (RFC 9110, section 10.2.3). */
export function retryAfter(value: string | null, now = Date.now()): number | undefined {
  if (value === null) return undefined;
  if (/^\s*\d{1,9}\s*$/.test(value)) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

const kAdvice: Partial<Record<WhipErrorCode, string>> = {
  'whip-unauthorized': 'The WHIP server does not accept the token. Pass a fresh one that allows publishing there in the `token` option.',
  'whip-not-found': 'There is no WHIP endpoint or session (any more) at this address. Check the address, and publish anew.',
  'whip-refused': 'The WHIP server does not take this offer. Check which codecs it takes and whether it wants sound and picture.',
  'whip-unavailable': 'The WHIP server is too busy or out of order. Try again later.',
};

/** @internal The error that an answer stands for. */
export function errorOf({ status, headers }: { status: number; headers: Headers }, said = ''): WhipError {
  const code: WhipErrorCode =
    status === 401 || status === 403 ? 'whip-unauthorized'
    : status === 404 || status === 410 ? 'whip-not-found'
    : status === 429 || status >= 500 ? 'whip-unavailable'
    : status >= 400 ? 'whip-refused'
    : 'whip-protocol';
  const advice = kAdvice[code] ?? 'The server does not answer as a WHIP server does (RFC 9725). Check the address.';
  const detail = said.trim().slice(0, 300);
  const wait = retryAfter(headers.get('Retry-After'));
  return new WhipError(code, `${advice} (${status}${detail && `: ${detail}`})`, { status, ...(wait === undefined ? {} : { retryAfterMs: wait }) });
}
