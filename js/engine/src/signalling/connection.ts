// SPDX-License-Identifier: Apache-2.0
// What the lobby and the room share: where to, which room, which token, and one socket that goes from one to the other.

import { OptionError } from '../errors.js';
import { requireObject, requireRoomName, requireServerUrl, throwIfAborted } from '../options.js';
import { loadSessionModule, type SessionModule } from '../session-module.js';
import type { Mixing } from '../topology/capabilities.js';
import { TokenSource, type TokenOption } from './token-source.js';
import { SignallingTransport } from './transport.js';

/** How to reach a room. */
export interface ConnectOptions {
  /** The server's address, http(s); only its origin counts. Relative addresses are resolved against the page's. */
  url: string | URL;
  /** 1 to 64 letters, digits, underscores or hyphens. */
  room: string;
  /** Default: the server is asked for a guest's token, which it gives where it runs open rooms. */
  token?: TokenOption;
  /** Stops the waiting; the promise rejects with code 'aborted'. */
  signal?: AbortSignal;
  /** Where a copy of this package's `dist` folder is served. Default: beside the running code. */
  assetBaseUrl?: string | URL;
  /** Send all media through the TURN servers that the server names. Default: false. */
  relayOnly?: boolean;
  /**
   * Whether this participant may mix for all others, where the room's topology is 'mcu'. 'only': it is here for nothing else, and comes
   * first. Default: 'auto', where the browser can.
   */
  mixing?: Mixing;
}

/** @internal */
export class Connection {
  readonly url: URL;
  readonly room: string;
  readonly tokens: TokenSource;
  readonly assetBaseUrl: string | URL | undefined;
  readonly relayOnly: boolean;
  readonly mixing: Mixing;
  readonly module: Promise<SessionModule>;
  /** Of whoever only watches; see webinar/viewing.ts. */
  role: 'viewer' | undefined;
  #transport: SignallingTransport | undefined;

  constructor(options: ConnectOptions, name?: string) {
    requireObject(options, 'options');
    throwIfAborted(options.signal);
    this.url = requireServerUrl(options.url);
    this.room = requireRoomName(options.room);
    if (options.token !== undefined && typeof options.token !== 'function' && (typeof options.token !== 'string' || options.token === '')) {
      throw new OptionError('token', 'a string that is not empty, or a function that gives one');
    }
    this.tokens = new TokenSource(this.url, this.room, name, options.token);
    this.assetBaseUrl = options.assetBaseUrl;
    this.relayOnly = options.relayOnly ?? false;
    this.mixing = options.mixing ?? 'auto';
    this.module = loadSessionModule(options.assetBaseUrl);
    this.module.catch(() => undefined); // Reported to whoever awaits it.
  }

  /** Opened at the first use. */
  get transport(): SignallingTransport {
    return (this.#transport ??= new SignallingTransport(this.url, {}));
  }

  close(): void {
    this.#transport?.close();
  }
}
