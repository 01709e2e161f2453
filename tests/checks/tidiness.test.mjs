// SPDX-License-Identifier: Apache-2.0
// Habits that keep the tree readable and free of what does not belong in it.

import { readFileSync, readdirSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { files, matches, read, root } from './tree.mjs';

const sources = files(['.'], /\.(cc|h|ts|tsx|mjs|js|css|cmake)$/).filter((file) => !file.includes('/generated/'));

test('every source opens with its licence', () => {
  expect(sources.filter((file) => !read(file).slice(0, 200).includes('SPDX-License-Identifier: Apache-2.0'))).toEqual([]);
});

test('no source is over 600 lines', () => {
  expect(sources.filter((file) => read(file).split('\n').length > 600)).toEqual([]);
});

test('nothing is left unfinished and no test is left out', () => {
  const words = new RegExp(['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X'].map((word) => `\\b${word}\\b`).join('|'));
  expect(matches(sources, words)).toEqual([]);
  expect(matches(sources.filter((file) => /test/.test(file)), /\b(test|it|describe)\.(skip|only)\b/)).toEqual([]);
});

test('no package registry is named', () => {
  const hosts = new RegExp(['registry' + '\\.npmjs', 'deb' + '\\.debian\\.org', 'pypi' + '\\.org', 'files' + '\\.pythonhosted'].join('|'));
  expect(matches(files(['.'], /\.(json|ts|tsx|mjs|js|sh|md|cmake|txt|html|yml|cc|h)$|scripts\/(setup|build)$/), hosts)).toEqual([]);
});

test('nothing that a build makes is committed, the generated types aside', () => {
  expect(files(['.'], /\.(wasm|a|o|y4m|deb|tgz)$|(^|\/)dist\//)).toEqual([]);
});

test('every package in use has a licence that allows it', () => {
  const allowed = /^(\(?(MIT|MIT-0|ISC|Apache-2\.0|BSD-2-Clause|BSD-3-Clause|0BSD|BlueOak-1\.0\.0|CC0-1\.0|CC-BY-4\.0|Unlicense|Python-2\.0|MPL-2\.0|Zlib|WTFPL)( (OR|AND) )?)+\)?/;
  const lock = JSON.parse(read('package-lock.json'));
  const bad = Object.keys(lock.packages)
    // A bench measures against it; nothing of it is shipped or linked.
    .filter((path) => path !== 'node_modules/@ffmpeg/core')
    .filter((path) => path.startsWith('node_modules/') && existsSync(join(root, path, 'package.json')))
    .map((path) => {
      const { name, license, licenses } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
      return [name, typeof license === 'string' ? license : (license?.type ?? licenses?.[0]?.type ?? 'none')];
    })
    .filter(([, licence]) => !allowed.test(licence));
  expect(bad).toEqual([]);
});

test('every version of ours is the same', () => {
  const workspaces = JSON.parse(read('package.json')).workspaces;
  const versions = new Set(workspaces.map((folder) => JSON.parse(read(`${folder}/package.json`)).version));
  expect([...versions]).toHaveLength(1);
  expect(read('CHANGELOG.md')).toContain(`## ${[...versions][0]}`);
});

test('every demo explains itself and is one idea', () => {
  for (const name of readdirSync(join(root, 'www/demos'), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name)) {
    expect(read(`www/demos/${name}/index.html`), name).toMatch(/<h1>/);
  }
});
