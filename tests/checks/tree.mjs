// SPDX-License-Identifier: Apache-2.0
// The files of the checkout as git sees them, for checks to read.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

/** Files that git tracks or would add, below any of `folders`, whose names match `pattern`. */
export function files(folders, pattern = /./) {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...folders], { cwd: root, encoding: 'utf8' });
  return listed.split('\0').filter((file) => file && pattern.test(file) && existsSync(join(root, file)) && statSync(join(root, file)).isFile());
}

export const read = (file) => readFileSync(join(root, file), 'utf8');

/** Lines of `files` that match `pattern`, as "file:line: text". */
export function matches(list, pattern) {
  return list.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((text, index) => (pattern.test(text) ? [`${file}:${index + 1}: ${text.trim().slice(0, 120)}`] : [])),
  );
}
