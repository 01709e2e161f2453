// SPDX-License-Identifier: Apache-2.0
// The HTTP side of WHIP (RFC 9725): a session is created by an offer, told of candidates, restarted and deleted. Knows no peer connection.

import { AbortedError } from '../errors.js';
import { throwIfAborted } from '../options.js';
import { errorOf, WhipError } from './errors.js';
import { kFragmentType } from './fragment.js';
import { iceServersOf } from './link-header.js';

/** A server that does not answer for this long is not there, in milliseconds. */
const kPatience = 15_000;
/** Descriptions and fragments are a few kilobytes. */
const kLargestAnswer = 256 * 1024;

export interface WhipRequest {
  /** Absolute. */
  url: URL;
  /** The bearer token; '' for none. */
  token: string;
  signal?: AbortSignal | undefined;
}

export interface WhipCreated {
  session: WhipSession;
  /** The answer's SDP. */
  answer: string;
  /** Named by the server. */
  iceServers: RTCIceServer[];
}

async function ask(url: URL, init: RequestInit, signal?: AbortSignal): Promise<Response> {
  throwIfAborted(signal);
  const ending = new AbortController();
  const abort = (): void => ending.abort();
  signal?.addEventListener('abort', abort);
  const late = setTimeout(abort, kPatience);
  try {
    return await fetch(url, { ...init, credentials: 'omit', cache: 'no-store', signal: ending.signal });
  } catch (cause) {
    if (signal?.aborted) throw new AbortedError(signal.reason);
    throw new WhipError('whip-unreachable', `No answer from ${url.origin}. Check the address and the network, and that the WHIP server lets pages of this origin use it (CORS).`, { cause });
  } finally {
    clearTimeout(late);
    signal?.removeEventListener('abort', abort);
  }
}

/** The body as text, as much of it as can make sense. Whoever sends more is no WHIP server. */
async function textOf(response: Response): Promise<string> {
  if (Number(response.headers.get('Content-Length') ?? 0) > kLargestAnswer) {
    await response.body?.cancel();
    throw new WhipError('whip-protocol', 'The server answers with far more than a description. Check the address.', { status: response.status });
  }
  const reader = response.body?.getReader();
  if (!reader) return '';
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (let size = 0; ; ) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      size += value.byteLength;
      if (size > kLargestAnswer) {
        await reader.cancel();
        throw new WhipError('whip-protocol', 'The server answers with far more than a description. Check the address.', { status: response.status });
      }
      text += decoder.decode(value, { stream: true });
    }
  } catch (cause) {
    if (cause instanceof WhipError) throw cause;
    throw new WhipError('whip-unreachable', 'The connection to the WHIP server broke while it answered. Try again.', { cause, status: response.status });
  }
}

/** What a refusal says, for the message: JSON's `error`, `detail` or `title` (RFC 9457), or plain text. */
async function refusal(response: Response): Promise<WhipError> {
  const text = await textOf(response).catch(() => '');
  try {
    const { error, detail, title } = JSON.parse(text) as { error?: unknown; detail?: unknown; title?: unknown };
    return errorOf(response, String(detail ?? error ?? title ?? ''));
  } catch {
    return errorOf(response, /^\s*</.test(text) ? '' : text);
  }
}

const isType = (response: Response, type: string): boolean => (response.headers.get('Content-Type') ?? '').split(';')[0]!.trim().toLowerCase() === type;

export class WhipSession {
  readonly #token: string;
  readonly #url: URL;
  /** The entity tag of the present ICE session; null where the server gives none. */
  #etag: string | null;
  #trickles = true;

  private constructor(url: URL, token: string, etag: string | null) {
    this.#url = url;
    this.#token = token;
    this.#etag = etag;
  }

  /**
   * Sends the offer.
   * @throws WhipError, AbortedError.
   */
  static async create({ url, token, signal }: WhipRequest, offer: string): Promise<WhipCreated> {
    const post = (to: URL): Promise<Response> =>
      ask(to, { method: 'POST', body: offer, headers: { 'Content-Type': 'application/sdp', Accept: 'application/sdp', ...(token && { Authorization: `Bearer ${token}` }) } }, signal);
    let response = await post(url);
    let at = new URL(response.url || url);
    // Browsers follow redirections, but leave the token behind where they lead to another origin. The server that was trusted with it
    // sends us there (RFC 9725, section 4.5): the token follows, unless the way there is not encrypted any more.
    if (response.redirected && token !== '' && at.origin !== url.origin && (response.status === 401 || response.status === 403) && (at.protocol === 'https:' || url.protocol === 'http:')) {
      await response.body?.cancel();
      response = await post(at);
      at = new URL(response.url || at);
    }
    if (response.status !== 201) throw await refusal(response);
    const location = response.headers.get('Location');
    if (location === null) {
      throw new WhipError('whip-protocol', 'The WHIP server does not say where the session is (Location). It may have to expose that header to other origins (CORS).', { status: 201 });
    }
    let session: URL;
    try {
      session = new URL(location, at);
      if (!/^https?:$/.test(session.protocol)) throw new TypeError(session.protocol);
    } catch (cause) {
      throw new WhipError('whip-protocol', `The WHIP server names an address of the session that is none: ${location.slice(0, 200)}`, { status: 201, cause });
    }
    const made = new WhipSession(session, token, response.headers.get('ETag'));
    try {
      const answer = await textOf(response);
      if (!isType(response, 'application/sdp') || !answer.startsWith('v=0')) {
        throw new WhipError('whip-protocol', 'The WHIP server created a session, but its answer is no session description.', { status: 201 });
      }
      return { session: made, answer, iceServers: iceServersOf(response.headers.get('Link')) };
    } catch (error) {
      made.end();
      throw error;
    }
  }

  /** False once the server has said that it takes no candidates, or no changes of them. */
  get trickles(): boolean {
    return this.#trickles;
  }

  /**
   * Tells of candidates. What belongs to an ICE session that is not the present one is dropped.
   * @throws WhipError 'whip-not-found' when the session has ended, and others; AbortedError.
   */
  async trickle(fragment: string, signal?: AbortSignal): Promise<void> {
    if (!this.#trickles) return;
    const response = await this.#patch(fragment, this.#etag, signal);
    // 412: meanwhile there was a restart. 405 and 501: it takes none, which is allowed (section 4.3.3).
    if (response.status === 405 || response.status === 501) this.#trickles = false;
    if (response.ok || [405, 412, 501].includes(response.status)) {
      await response.body?.cancel();
      return;
    }
    throw await refusal(response);
  }

  /**
   * Restarts ICE (section 4.3.2) with a fragment that has the new credentials.
   * @returns the server's fragment.
   * @throws WhipError, AbortedError.
   */
  async restart(fragment: string, signal?: AbortSignal): Promise<string> {
    if (!this.#trickles) throw new WhipError('whip-disconnected', 'The WHIP server cannot restart a session. Publish anew.', { status: 405 });
    const response = await this.#patch(fragment, '*', signal);
    if (response.status !== 200) throw await refusal(response);
    const text = await textOf(response);
    this.#etag = response.headers.get('ETag') ?? this.#etag;
    return text;
  }

  /** Ends the session at the server, also while the page goes away. Failures are of no use to anybody: it ends by itself, then. */
  end(): void {
    void fetch(this.#url, { method: 'DELETE', keepalive: true, credentials: 'omit', headers: this.#authorization() }).catch(() => undefined);
  }

  #authorization(): Record<string, string> {
    return this.#token ? { Authorization: `Bearer ${this.#token}` } : {};
  }

  #patch(fragment: string, match: string | null, signal?: AbortSignal): Promise<Response> {
    return ask(this.#url, { method: 'PATCH', body: fragment, headers: { 'Content-Type': kFragmentType, ...(match === null ? {} : { 'If-Match': match }), ...this.#authorization() } }, signal);
  }
}
