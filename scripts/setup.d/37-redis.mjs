// SPDX-License-Identifier: Apache-2.0
// Redis, through which several LiveKit nodes and several tessera-servers are one; the tests start it themselves, never as a service.

import { aptInstall, onPath } from '../lib/host.mjs';

export default {
  name: 'redis',
  title: 'Redis, for the tests with several servers (about 15 s)',
  for: 'test',
  async isReady() {
    return onPath('redis-server');
  },
  async install() {
    await aptInstall(['redis-server'], 'The tests with several servers');
  },
};
