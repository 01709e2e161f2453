// SPDX-License-Identifier: Apache-2.0
// Safari's engine as Debian ships it (WebKitGTK), with its driver and what plays and captures video in it.

import { aptInstall, debInstalled, onPath } from '../lib/host.mjs';

const packages = ['webkit2gtk-driver', 'xvfb', 'gstreamer1.0-plugins-good', 'gstreamer1.0-plugins-bad'];

export default {
  name: 'webkit',
  title: 'WebKitGTK and its driver, for the tests in Safari’s engine (about 1 min)',
  for: 'test',
  async isReady() {
    return onPath('WebKitWebDriver') && onPath('Xvfb') && (await debInstalled(packages));
  },
  async install() {
    await aptInstall(packages, 'The tests in Safari’s engine');
  },
};
