// SPDX-License-Identifier: Apache-2.0
// Gzipped sizes of what is shipped, entry by entry, against size-budget.json.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from './host.mjs';

/** Gzipped size of a file's contents, in bytes, as tessera-server compresses it. */
export const gzipSize = (contents) => Math.min(...[8, 9].map((memLevel) => gzipSync(contents, { level: 9, memLevel }).length));

/** A script and every module that it imports statically; both relative to the root. */
export function withStaticImports(file, seen = new Set()) {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(join(root, file), 'utf8');
  for (const [, imported] of text.matchAll(/(?:^|[;}\s])(?:import|export)\s*(?:[\w$*{][^'"();]*?from\s*)?["'](\.\/[^"']+\.js)["']/g)) {
    withStaticImports(join(dirname(file), imported), seen);
  }
  return seen;
}

/**
 * Measures every budgeted entry.
 * @returns {{name: string, gzip: number, recorded: number, limit: number}[]} bytes; `recorded` is what was last written down
 */
export function measureSizes() {
  const budget = JSON.parse(readFileSync(join(root, 'size-budget.json'), 'utf8'));
  return Object.entries(budget).map(([name, { scripts = [], files = [], recorded, limit }]) => {
    const all = new Set(files);
    for (const script of scripts) for (const file of withStaticImports(script)) all.add(file);
    const gzip = [...all].reduce((total, file) => total + gzipSize(readFileSync(join(root, file))), 0);
    return { name, gzip, recorded, limit };
  });
}
