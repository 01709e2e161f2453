// SPDX-License-Identifier: Apache-2.0
// The one error type that is shown to clients: a stable code and a sentence that says what to do.
import type { ErrorCode } from './protocol.js';

export interface ProtocolErrorOptions {
  /** True where sending the same request again can never succeed. Default false. */
  fatal?: boolean;
  /** When a retry may succeed, in milliseconds from now. */
  retryAfterMs?: number;
}

/** An error whose `code` and `message` may be sent to the client that caused it. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly code: ErrorCode;
  readonly fatal: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: ProtocolErrorOptions = {}) {
    super(message);
    this.code = code;
    this.fatal = options.fatal ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
}
