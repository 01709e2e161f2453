// SPDX-License-Identifier: Apache-2.0
// The layers module as it ships, loaded from the disk, for tests in Node.

import { readFileSync } from 'node:fs';
import createLayersModule from '../generated/layers.mjs';

/** A fresh instance of the module. */
export const layersModuleFromDisk = () =>
  createLayersModule({
    instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void) {
      const bytes = readFileSync(new URL('../generated/layers.wasm', import.meta.url));
      void WebAssembly.instantiate(bytes, imports).then(({ instance, module }) => done(instance, module));
      return {};
    },
  });
