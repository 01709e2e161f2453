// SPDX-License-Identifier: Apache-2.0
// livekit-server, an SFU that the browser tests talk to, built from its Go module; the tests start it themselves.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { go, installGo } from '../lib/go.mjs';
import { build, livekitServer, livekitVersion } from '../lib/livekit.mjs';

export default {
  name: 'livekit',
  title: `livekit-server ${livekitVersion}, built from its Go module (about 6 min on two cores, once per machine)`,
  for: 'test',
  async isReady() {
    return existsSync(livekitServer());
  },
  async install({ log, logPath }) {
    if ((await go()) === null) await installGo();
    log('  fetching its modules (150 MB), then compiling');
    const logFile = logPath('livekit.log');
    const before = existsSync(logFile) ? statSync(logFile).size : 0;
    // Go names each package as it compiles it.
    const progress = setInterval(() => {
      if (!existsSync(logFile)) return;
      const lines = readFileSync(logFile).subarray(before).toString().split('\n').length - 1;
      log(`  ${lines} packages compiled or fetched`);
    }, 30_000);
    try {
      await build(await go(), logFile);
    } finally {
      clearInterval(progress);
    }
  },
};
