// SPDX-License-Identifier: Apache-2.0
// libvpx and Opus as native libraries: the yardstick of tests and benches, and what the fuzz targets run.

import { make, ready } from '../../codecs/build.mjs';
import { aptInstall, onPath } from '../lib/host.mjs';

const builds = ['vpx-native', 'vpx-fuzz', 'opus-native', 'opus-fuzz', 'opus-dred-fuzz'];

export default {
  name: 'codecs-native',
  title: 'libvpx and Opus, native and for fuzzing (about 5 min on two cores, once per machine)',
  for: 'test',
  async isReady() {
    for (const name of builds) if (!(await ready(name))) return false;
    return true;
  },
  async install() {
    if (!onPath('nasm')) await aptInstall(['nasm'], "libvpx's own assembly");
    for (const name of builds) await make(name);
  },
};
