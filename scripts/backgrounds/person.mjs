// SPDX-License-Identifier: Apache-2.0
// Makes the picture behind the background demo's built-in clip: NASA's portrait of Eileen Collins (public domain), which
// scripts/setup fetches for the tests. Run `node scripts/backgrounds/person.mjs` after it.

import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError, cache, main, root } from '../lib/host.mjs';

const photograph = join(cache, 'fixtures/astronaut.png');
const out = join(root, 'www/demos/background/person.webp');
/** What it may weigh, in bytes. */
const kLimit = 40_000;

await main(() => {
  if (!existsSync(photograph)) throw new SetupError(`${photograph} is missing: run scripts/setup`);
  execFileSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', '-i', photograph, '-c:v', 'libwebp', '-quality', '82', '-compression_level', '6', out]);
  const { size } = statSync(out);
  if (size > kLimit) throw new SetupError(`person.webp has ${size} bytes, ${kLimit} at most`);
  console.log(`person.webp ${size} bytes`);
});
