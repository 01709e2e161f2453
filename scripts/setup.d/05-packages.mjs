// SPDX-License-Identifier: Apache-2.0
// The JavaScript packages, exactly as locked.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const fingerprint = (root) =>
  createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
const stamp = (root) => join(root, 'node_modules/.tessera-lock');

export default {
  name: 'packages',
  title: 'JavaScript packages (npm ci, about 20 s)',
  async isReady({ root }) {
    return existsSync(stamp(root)) && readFileSync(stamp(root), 'utf8') === fingerprint(root);
  },
  async install({ root, run, logPath }) {
    await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: root, logFile: logPath('npm.log') });
    writeFileSync(stamp(root), fingerprint(root));
  },
};
