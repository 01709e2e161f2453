// SPDX-License-Identifier: Apache-2.0
// coturn, the TURN server that the browser tests relay through, as Debian packages it; the tests start it themselves, never as a service.

import { existsSync } from 'node:fs';
import { aptInstall, onPath } from '../lib/host.mjs';

export default {
  name: 'coturn',
  title: 'coturn, a real TURN server for the tests (about 20 s)',
  for: 'test',
  async isReady() {
    return onPath('turnserver') || existsSync('/usr/bin/turnserver');
  },
  async install({ log }) {
    log('  installing coturn');
    await aptInstall(['coturn'], 'The tests of TURN');
  },
};
