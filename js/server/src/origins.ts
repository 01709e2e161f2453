// SPDX-License-Identifier: Apache-2.0
// Which pages may use the server: its own, and those of the origins it was told to allow.
import type { IncomingMessage } from 'node:http';

/** The host the client addressed, as its page's origin would show it. */
export function requestHost(request: IncomingMessage, trustProxy: number): string {
  const forwarded = trustProxy > 0 ? request.headers['x-forwarded-host'] : undefined;
  const host = (Array.isArray(forwarded) ? forwarded[0] : forwarded) ?? request.headers.host ?? '';
  return /^[A-Za-z0-9.\-[\]:]{1,255}$/.test(host) ? host.toLowerCase() : '';
}

/** The client's address: the socket's, or what the nearest `trustProxy` proxies say. */
export function requestAddress(request: IncomingMessage, trustProxy: number): string {
  const header = request.headers['x-forwarded-for'];
  const forwarded = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').map((part) => part.trim()).filter(Boolean);
  const index = Math.max(0, forwarded.length - trustProxy);
  return (trustProxy > 0 ? forwarded[index] : undefined) ?? request.socket.remoteAddress ?? '';
}

export class Origins {
  readonly #patterns: RegExp[];
  readonly #trustProxy: number;

  constructor(allowed: readonly string[], trustProxy: number) {
    this.#trustProxy = trustProxy;
    this.#patterns = allowed.map((pattern) => {
      if (pattern === '*') return /^/;
      const literal = pattern.toLowerCase().replace(/[.\-[\]]/g, '\\$&');
      return new RegExp(`^${literal.endsWith(':*') ? `${literal.slice(0, -2)}(:\\d+)?` : literal}$`);
    });
  }

  /** True where the list of allowed origins names this one. */
  listed(origin: string): boolean {
    return this.#patterns.some((pattern) => pattern.test(origin.toLowerCase()));
  }

  /** True for clients that are no browser pages (no `Origin`), pages of this server, and listed origins. */
  allows(request: IncomingMessage): boolean {
    const { origin } = request.headers;
    if (origin === undefined) return true;
    if (this.listed(origin)) return true;
    return URL.canParse(origin) && new URL(origin).host !== '' && new URL(origin).host === requestHost(request, this.#trustProxy);
  }
}
