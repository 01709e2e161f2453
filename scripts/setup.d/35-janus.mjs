// SPDX-License-Identifier: Apache-2.0
// Janus, the SFU that the browser tests talk to, as Debian packages it; the tests start it themselves, never as a service.

import { existsSync } from 'node:fs';
import { aptInstall, onPath } from '../lib/host.mjs';

export default {
  name: 'janus',
  title: 'Janus, a real SFU for the tests (about 20 s)',
  for: 'test',
  async isReady() {
    return onPath('janus') || existsSync('/usr/bin/janus');
  },
  async install({ log }) {
    log('  installing janus');
    await aptInstall(['janus'], 'The tests with a real SFU');
  },
};
