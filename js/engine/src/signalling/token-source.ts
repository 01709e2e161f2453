// SPDX-License-Identifier: Apache-2.0
// Where join tokens come from: given, asked of the application, or a guest's from the server itself.

import { roomError } from '../errors.js';

/** A join token, or a function that gives a fresh one whenever one is needed (also after a long loss of the server). */
export type TokenOption = string | (() => string | Promise<string>);

const kPatienceMilliseconds = 8000;

/** AbortSignal.any(), which Safari has only since 17.4. */
function anyOf(...signals: AbortSignal[]): AbortSignal {
  const controller = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) controller.abort(signal.reason);
    signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true, signal: controller.signal });
  }
  return controller.signal;
}

/** @internal */
export class TokenSource {
  #last: string | undefined;
  #obtainedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly url: URL,
    private readonly room: string,
    private readonly name: string | undefined,
    private readonly option: TokenOption | undefined,
  ) {
    if (typeof option === 'string') this.#last = option;
  }

  /** False for a fixed token: get() then always gives that one. */
  get renewable(): boolean {
    return typeof this.option !== 'string';
  }

  /** The token of the last get(). */
  get current(): string {
    return this.#last ?? '';
  }

  /** When the last get() gave it (performance.now()). */
  get obtainedAt(): number {
    return this.#obtainedAt;
  }

  /** Rejects with a RoomError: 'server-unreachable', 'token-required', or the server's code. */
  async get(signal?: AbortSignal): Promise<string> {
    if (typeof this.option === 'string') return this.option;
    const asked = performance.now();
    this.#last = this.option ? await this.option() : await this.#guest(signal);
    this.#obtainedAt = asked;
    return this.#last;
  }

  async #guest(signal?: AbortSignal): Promise<string> {
    let response: Response;
    // A request on a connection that died unnoticed would wait for minutes.
    const patience = AbortSignal.timeout(kPatienceMilliseconds);
    try {
      response = await fetch(new URL('/api/token', this.url), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ room: this.room, ...(this.name === undefined ? {} : { name: this.name }) }),
        signal: signal ? anyOf(signal, patience) : patience,
      });
    } catch (cause) {
      throw roomError('server-unreachable', '', cause);
    }
    const body = (await response.json().catch(() => ({}))) as { token?: unknown; code?: unknown; message?: unknown };
    if (response.ok && typeof body.token === 'string') return body.token;
    if (typeof body.code === 'string') throw roomError(body.code, String(body.message ?? ''));
    throw roomError('server-unreachable', '', new Error(`The server answered ${response.status} to a request for a guest token.`));
  }
}
