// SPDX-License-Identifier: Apache-2.0
// Puts the WebAssembly modules that the relay runs beside the code, as they are built for the engine.

import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
mkdirSync(at('wasm'), { recursive: true });
for (const name of ['relay.mjs', 'relay.wasm', 'layers.mjs', 'layers.wasm']) {
  const source = at(`../engine/src/generated/${name}`);
  if (!existsSync(source)) {
    console.error(`js/engine/src/generated/${name} is missing: run scripts/build wasm in the repository's root first.`);
    process.exit(1);
  }
  copyFileSync(source, at(`wasm/${name}`));
}
