// SPDX-License-Identifier: Apache-2.0
// Where the browser tests find the repository, the cache and the programs they drive.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../', import.meta.url));
export const cache = process.env.TESSERA_CACHE ?? path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'tessera');
export const fixtures = process.env.TESSERA_FIXTURES ?? path.join(cache, 'fixtures');
export const chromiumPath = process.env.TESSERA_CHROMIUM ?? '/usr/bin/chromium';
export const firefoxPath = process.env.TESSERA_FIREFOX ?? '/usr/bin/firefox-esr';
export const isRoot = process.getuid?.() === 0;

/** The photograph of a person that serves as the camera (see the fixtures component of the set-up). */
export function photograph(): string {
  const file = path.join(fixtures, 'astronaut.png');
  if (!existsSync(file)) throw new Error(`${file} is missing: run scripts/setup`);
  return file;
}
/** The built web app and the built package. */
export const appDist = process.env.TESSERA_APP_DIST ?? path.join(root, 'www/app/dist');
export const engineDist = process.env.TESSERA_ENGINE_DIST ?? path.join(root, 'js/engine/dist');
