// SPDX-License-Identifier: Apache-2.0
// Loads the session module (WebAssembly) once per page and asset location.

import { RoomError } from './errors.js';
import createSessionModule, { type MainModule } from './generated/session.mjs';

export type SessionModule = MainModule;
export type Call = InstanceType<MainModule['Call']>;
export type MediaCapture = InstanceType<MainModule['MediaCapture']>;

const loads = new Map<string, Promise<SessionModule>>();

/**
 * Where a file of the package lies: `assetBaseUrl` is the address of a copy of the package's `dist` folder. Without it, the
 * file is looked for beside the running code.
 * @internal
 */
export const assetUrl = (assetBaseUrl: string | URL, path: string): string =>
  new URL(path, new URL(String(assetBaseUrl).replace(/\/?$/, '/'), globalThis.location?.href)).href;

/** @internal A failed load is tried again by the next call. */
export function loadSessionModule(assetBaseUrl?: string | URL): Promise<SessionModule> {
  const url = assetBaseUrl === undefined ? new URL('./wasm/session.wasm', import.meta.url).href : assetUrl(assetBaseUrl, 'wasm/session.wasm');
  let load = loads.get(url);
  if (!load) {
    load = createSessionModule({ locateFile: () => url }).catch((cause: unknown) => {
      throw new RoomError('server-unreachable', 'A part of the engine could not be downloaded. Check the connection and try again.', { cause });
    });
    loads.set(url, load);
    load.catch(() => loads.delete(url));
  }
  return load;
}
