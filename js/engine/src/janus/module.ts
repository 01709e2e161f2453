// SPDX-License-Identifier: Apache-2.0
// Loads the module for Janus rooms (WebAssembly) once per page and asset location.

import { RoomError } from '../errors.js';
import createJanusModule, { type MainModule } from '../generated/janus.mjs';

export type JanusModule = MainModule;
export type JanusCall = InstanceType<MainModule['JanusCall']>;

const loads = new Map<string, Promise<JanusModule>>();

/** @internal A failed load is tried again by the next call. */
export function loadJanusModule(assetBaseUrl?: string | URL): Promise<JanusModule> {
  const url =
    assetBaseUrl === undefined
      ? new URL('./wasm/janus.wasm', import.meta.url).href
      : new URL('wasm/janus.wasm', new URL(String(assetBaseUrl).replace(/\/?$/, '/'), globalThis.location?.href)).href;
  let load = loads.get(url);
  if (!load) {
    load = createJanusModule({ locateFile: () => url }).catch((cause: unknown) => {
      throw new RoomError('server-unreachable', 'A part of the engine could not be downloaded. Check the connection and try again.', { cause });
    });
    loads.set(url, load);
    load.catch(() => loads.delete(url));
  }
  return load;
}
