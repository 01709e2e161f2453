// SPDX-License-Identifier: Apache-2.0
// Checks of what callers pass in: a wrong option is a typed error at once, never a surprise later.

import { AbortedError, OptionError } from './errors.js';

/** @internal */
export function requireString(value: unknown, option: string, pattern: RegExp, expectation: string): string {
  if (typeof value !== 'string' || !pattern.test(value)) throw new OptionError(option, expectation);
  return value;
}

/** @internal */
export function requireNumber(value: unknown, option: string, min: number, max: number, unit = ''): number {
  if (typeof value !== 'number' || !(value >= min && value <= max)) {
    throw new OptionError(option, `a number from ${min} to ${max}${unit && ` ${unit}`}`);
  }
  return value;
}

/** @internal */
export function requireBoolean(value: unknown, option: string): boolean {
  if (typeof value !== 'boolean') throw new OptionError(option, 'true or false');
  return value;
}

/** @internal */
export function requireObject(value: unknown, option: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new OptionError(option, 'an object');
  return value as Record<string, unknown>;
}

/** @internal 1 to 64 letters, digits, underscores or hyphens. */
export const requireRoomName = (value: unknown): string =>
  requireString(value, 'room', /^[A-Za-z0-9_-]{1,64}$/, '1 to 64 letters, digits, underscores or hyphens');

/** @internal 1 to 64 characters, none of them a control character. */
export const requireName = (value: unknown): string =>
  requireString(value, 'name', /^(?=.*\S)[^\p{Cc}\p{Cs}]{1,64}$/u, '1 to 64 printable characters');

/** @internal An http or https address without credentials; gives its origin and path, for the server's endpoints. */
export function requireServerUrl(value: unknown): URL {
  const base = globalThis.location?.href;
  let url: URL | undefined;
  try {
    url = new URL(value as string | URL, base);
  } catch {
    // Told below.
  }
  if (!url || !/^https?:$/.test(url.protocol)) throw new OptionError('url', 'an http:// or https:// address of a tessera-server');
  return url;
}

/** @internal */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AbortedError(signal.reason);
}

/**
 * @internal Settles like `promise`, or rejects with AbortedError as soon as `signal` is aborted. `discard` is then given
 * what the promise still brings.
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined, discard?: (value: T) => void): Promise<T> {
  if (!signal) return promise;
  return new Promise<T>((resolve, reject) => {
    const abort = () => {
      reject(new AbortedError(signal.reason));
      promise.then(discard, () => undefined);
    };
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
