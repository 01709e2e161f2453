// SPDX-License-Identifier: Apache-2.0
// The browsers and the machinery that the browser tests drive: Chromium, Firefox, sound, namespaces, camera and speech files.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { aptInstall, onPath } from '../lib/host.mjs';

/** Debian package -> a program it brings. */
const needed = {
  chromium: 'chromium',
  'firefox-esr': 'firefox-esr',
  xvfb: 'Xvfb',
  pulseaudio: 'pulseaudio',
  iproute2: 'ip',
  nftables: 'nft',
  ffmpeg: 'ffmpeg',
  'espeak-ng': 'espeak-ng',
};

const has = (program) => onPath(program) || ['/usr/sbin', '/sbin'].some((folder) => existsSync(join(folder, program)));
const missing = () => Object.keys(needed).filter((name) => !has(needed[name]));

export default {
  name: 'browsers',
  title: 'Chromium, Firefox and what their tests need: sound, network namespaces, ffmpeg, speech (about 2 min)',
  for: 'test',
  async isReady() {
    return missing().length === 0;
  },
  async install({ log }) {
    const packages = missing();
    log(`  installing ${packages.join(' ')}`);
    await aptInstall(packages, 'The browser test suite');
  },
};
