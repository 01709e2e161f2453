// SPDX-License-Identifier: Apache-2.0
// The session module as it ships, loaded from the disk, for tests in Node.

import { readFileSync } from 'node:fs';
import createSessionModule from '../generated/session.mjs';

/** A fresh instance of the module. */
export const sessionModuleFromDisk = () =>
  createSessionModule({
    instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void) {
      const bytes = readFileSync(new URL('../generated/session.wasm', import.meta.url));
      void WebAssembly.instantiate(bytes, imports).then(({ instance, module }) => done(instance, module));
      return {};
    },
  });
