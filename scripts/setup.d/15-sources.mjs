// SPDX-License-Identifier: Apache-2.0
// Pinned upstream sources: Catch2 (tests) and nlohmann/json (signalling messages).

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fetchSource, sourceReady } from '../lib/debian.mjs';

const names = ['catch2', 'nlohmann-json'];
const place = (cache, name) => join(cache, 'sources', name);

export default {
  name: 'sources',
  title: 'sources of Catch2 and nlohmann/json (about 15 s)',
  async isReady({ cache }) {
    return names.every((name) => sourceReady(name, place(cache, name)));
  },
  async install({ cache }) {
    for (const name of names) {
      if (sourceReady(name, place(cache, name))) continue;
      rmSync(`${place(cache, name)}.partial`, { recursive: true, force: true });
      await fetchSource(name, place(cache, name));
    }
  },
};
