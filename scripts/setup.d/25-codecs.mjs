// SPDX-License-Identifier: Apache-2.0
// libvpx and Opus as WebAssembly, for the modules that ship: pinned sources, built once per machine for all checkouts.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { make, ready } from '../../codecs/build.mjs';
import { fetchSource, sourceReady } from '../lib/debian.mjs';
import { aptInstall, onPath } from '../lib/host.mjs';

const sources = ['libvpx', 'opus'];
const builds = ['vpx-wasm', 'opus-wasm', 'opus-dred'];
const place = (cache, name) => join(cache, 'sources', name);

export default {
  name: 'codecs',
  title: 'libvpx and Opus as WebAssembly (about 4 min on two cores, once per machine)',
  async isReady({ cache }) {
    if (!sources.every((name) => sourceReady(name, place(cache, name)))) return false;
    for (const name of builds) if (!(await ready(name))) return false;
    return true;
  },
  async install({ cache }) {
    const packages = ['make', 'perl'].filter((name) => !onPath(name));
    if (packages.length) await aptInstall(packages, 'Building libvpx');
    for (const name of sources) {
      if (sourceReady(name, place(cache, name))) continue;
      rmSync(`${place(cache, name)}.partial`, { recursive: true, force: true });
      await fetchSource(name, place(cache, name));
    }
    for (const name of builds) await make(name);
  },
};
