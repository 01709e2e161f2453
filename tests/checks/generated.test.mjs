// SPDX-License-Identifier: Apache-2.0
// The committed types of the WebAssembly modules are what the recorded Emscripten emits.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emscripten } from '../../scripts/lib/emscripten.mjs';
import { toolchain } from '../../scripts/lib/host.mjs';
import { root } from './tree.mjs';

const { version } = await emscripten();

test.runIf(version === toolchain.emscripten.recorded)('generated types are fresh', () => {
  for (const name of ['session', 'janus', 'compositor', 'vp8_encoder', 'vp9_encoder', 'vpx_decoder', 'opus', 'opus_dred', 'layers', 'layers_simulator', 'relay']) {
    const emitted = readFileSync(join(root, `build/wasm-release/modules/${name}.d.ts`), 'utf8');
    const committed = execFileSync('git', ['show', `HEAD:js/engine/src/generated/${name}.d.mts`], { cwd: root, encoding: 'utf8' });
    expect(committed, `js/engine/src/generated/${name}.d.mts differs from a fresh emit: commit the new one`).toBe(emitted);
  }
});
