// SPDX-License-Identifier: Apache-2.0
// Runs a script with a Node.js that is new enough: this one, or (Debian 12's own is too old) one from the npm registry.
// Written for Node.js 18, so that it runs where the others cannot.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const cache = process.env.TESSERA_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tessera');
const { version: provisioned } = JSON.parse(readFileSync(join(root, 'scripts/toolchain.json'), 'utf8')).node;

/** True when this process is new enough for the project's tools (20.19, or 22.12 and later). */
function newEnough() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 23;
}

/** Fetches a Node.js from the npm registry into the cache and gives its path. */
function provision() {
  const folder = join(cache, `node-${provisioned}`);
  const program = join(folder, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
  if (!existsSync(program)) {
    if (process.platform !== 'linux') return null;
    console.log(`Node.js ${process.version} is too old (20.19 or later is needed): fetching ${provisioned} once, about 50 MB`);
    rmSync(`${folder}.partial`, { recursive: true, force: true });
    mkdirSync(`${folder}.partial`, { recursive: true });
    const args = ['install', '--prefix', `${folder}.partial`, '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--loglevel', 'error'];
    const { status } = spawnSync('npm', [...args, `node-linux-${process.arch}@${provisioned}`], { stdio: 'inherit', cwd: `${folder}.partial` });
    if (status !== 0) return null;
    rmSync(folder, { recursive: true, force: true });
    renameSync(`${folder}.partial`, folder);
  }
  return existsSync(program) ? program : null;
}

const [script, ...args] = process.argv.slice(2);
if (newEnough()) {
  process.argv = [process.execPath, join(root, script), ...args];
  await import(join(root, script));
} else {
  const program = provision();
  if (!program) {
    console.error(`Node.js 20.19 or later is needed and this is ${process.version}. Install a newer one, then run the same command again.`);
    process.exit(1);
  }
  const env = { ...process.env, PATH: `${dirname(program)}:${process.env.PATH}` };
  const child = spawn(program, [join(root, script), ...args], { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (status, signal) => process.exit(signal ? 1 : status));
}
