// SPDX-License-Identifier: Apache-2.0
// Loads the layers module (WebAssembly) once per page and asset location.

import { TesseraError } from '../errors.js';
import createLayersModule, { type MainModule } from '../generated/layers.mjs';

export type LayersModule = MainModule;
export type Selection = InstanceType<MainModule['Selection']>;

const loads = new Map<string, Promise<LayersModule>>();

/** @internal A failed load is tried again by the next call. */
export function loadLayersModule(assetBaseUrl?: string | URL): Promise<LayersModule> {
  const url =
    assetBaseUrl === undefined
      ? new URL('./wasm/layers.wasm', import.meta.url).href
      : new URL('wasm/layers.wasm', new URL(String(assetBaseUrl).replace(/\/?$/, '/'), globalThis.location?.href)).href;
  let load = loads.get(url);
  if (!load) {
    load = createLayersModule({ locateFile: () => url }).catch((cause: unknown) => {
      throw new TesseraError('layers-failed', `The layer selection could not be loaded from ${url}. Set assetBaseUrl to where the package’s dist folder is served.`, { cause });
    });
    loads.set(url, load);
    load.catch(() => loads.delete(url));
  }
  return load;
}
