// SPDX-License-Identifier: Apache-2.0
// The virtual background measured: speed against npm packages, size, the way to the first effect, Firefox, and the mask's quality.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSize } from '../../../scripts/lib/sizes.mjs';
import { measureFirefox } from './firefox.mjs';
import { measureFirstEffect } from './first-effect.mjs';
import { measureQuality } from './quality.mjs';
import { measureSpeed } from './speed.mjs';

/** Each part by its name in TESSERA_MEASURES; gives ratios and values. */
const parts = {
  size: async ({ root }) => ({ values: { video_module_gz: gzipSize(readFileSync(join(root, 'js/engine/src/generated/video.wasm'))) } }),
  speed: measureSpeed,
  first: measureFirstEffect,
  quality: measureQuality,
  firefox: measureFirefox,
};

const rounded = (values = {}) => Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Number(value.toPrecision(4))]));

export default {
  name: 'background',
  title: 'Virtual background: speed against npm packages, size, first effect, quality (TESSERA_MEASURES=speed,size,first,quality,firefox)',
  targets: ['wasm', 'engine', 'native'],
  async run(context) {
    const names = (process.env.TESSERA_MEASURES ?? Object.keys(parts).join(',')).split(',').map((name) => name.trim()).filter(Boolean);
    const unknown = names.filter((name) => !parts[name]);
    if (unknown.length) throw new Error(`There is no measure ${unknown.join(', ')}: ${Object.keys(parts).join(', ')}`);
    const ratios = {};
    const values = {};
    for (const name of names) {
      context.log(name);
      const found = await parts[name](context);
      Object.assign(ratios, rounded(found.ratios));
      Object.assign(values, rounded(found.values));
      for (const [key, value] of Object.entries({ ...rounded(found.ratios), ...rounded(found.values) })) context.log(`  ${key}: ${value}`);
    }
    return { ratios, values };
  },
};
