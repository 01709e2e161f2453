// SPDX-License-Identifier: Apache-2.0
// Where livekit-server lies once it is built, and how it is built: scripts/livekit pins it and every module it needs.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { goEnvironment } from './go.mjs';
import { cache, root, run } from './host.mjs';

const recipe = join(root, 'scripts/livekit');
const shelf = join(cache, 'livekit');

export const livekitVersion = /livekit-server (v\S+)/.exec(readFileSync(join(recipe, 'go.mod'), 'utf8'))[1].slice(1);

/** The digest of everything that decides what is built. */
const pin = () => createHash('sha256').update(readFileSync(join(recipe, 'go.mod'))).update(readFileSync(join(recipe, 'go.sum'))).digest('hex').slice(0, 16);

/** The program's path, whether it is there or not. */
export const livekitServer = () => join(shelf, pin(), 'livekit-server');

/** Browsers make a keyframe that is asked for at most every 300 ms; asking more often would gain nothing. */
const kKeyframeEvery = '300ms';

/** What a livekit.yaml has to say, besides the rest, for the received size to follow a tile within a second. Without it calls work, too. */
export const layerSettings = {
  // A layer that has just been switched on is forwarded from its next keyframe. By default one is asked for only once a second: too
  // seldom for a tile that is enlarged soon after it was made small.
  rtc: { pli_throttle: { low_quality: kKeyframeEvery, mid_quality: kKeyframeEvery, high_quality: kKeyframeEvery } },
  // How long a layer that nobody takes stays on: 5 s by default.
  video: { dynacast_pause_delay: '1s' },
};

/** Builds it with the given `go`. What an interrupted build left is built over. */
export async function build(go, logFile) {
  const partial = join(shelf, `${pin()}.partial`);
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const program = join(partial, 'livekit-server');
  const args = ['build', '-v', '-trimpath', '-buildvcs=false', '-mod=readonly', '-ldflags=-s -w', '-o', program, 'github.com/livekit/livekit-server/cmd/server'];
  await run('nice', ['-n', '19', go, ...args], { cwd: recipe, logFile, env: goEnvironment });
  renameSync(partial, join(shelf, pin()));
}
