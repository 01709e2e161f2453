// SPDX-License-Identifier: Apache-2.0
// What the scripts need of the machine: folders, child processes, progress lines, and a lock.

import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's root. */
export const root = resolve(fileURLToPath(import.meta.url), '../../..');

/** Where big things live, outside every checkout. `TESSERA_CACHE` overrides. */
export const cache = process.env.TESSERA_CACHE
  ? resolve(process.env.TESSERA_CACHE)
  : join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tessera');

/** `scripts/toolchain.json`: recorded versions and accepted checksums. */
export const toolchain = JSON.parse(readFileSync(join(root, 'scripts/toolchain.json'), 'utf8'));

/** An error whose message is meant for the person at the terminal, without a stack. */
export class SetupError extends Error {}

const start = Date.now();
/** Prints one progress line, stamped with the seconds since the script began. */
export function log(message) {
  process.stdout.write(`[${((Date.now() - start) / 1000).toFixed(1).padStart(6)} s] ${message}\n`);
}

/**
 * Runs a command to its end.
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd?: string, env?: object, logFile?: string, capture?: boolean, allowFailure?: boolean}} [options]
 *   `logFile`: output goes there instead of the terminal and its tail is shown on failure; `capture`: output is returned.
 * @returns {Promise<{code: number, output: string}>}
 */
export function run(command, args = [], options = {}) {
  const { cwd = root, env = {}, logFile, capture = false, allowFailure = false } = options;
  return new Promise((fulfil, reject) => {
    const quiet = Boolean(logFile) || capture;
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
    });
    let output = '';
    const sink = logFile ? createWriteStream(logFile, { flags: 'a' }) : null;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        output += chunk;
        if (!capture && output.length > 65536) output = output.slice(-32768);
        sink?.write(chunk);
      });
    }
    child.on('error', (error) =>
      reject(new SetupError(`could not start ${command}: ${error.code === 'ENOENT' ? 'it is not installed' : error.message}`)),
    );
    child.on('close', (code, signal) => {
      sink?.end();
      if (code === 0 || allowFailure) return fulfil({ code: code ?? 1, output });
      const tail = output.trimEnd().split('\n').slice(-25).join('\n');
      const where = logFile ? `\nThe whole output: ${logFile}` : '';
      reject(new SetupError(`${command} ${args.join(' ')} ended with ${signal ?? code}.\n${tail}${where}`));
    });
  });
}

/** True when a program of this name is on the PATH. */
export function onPath(name) {
  return (process.env.PATH ?? '').split(':').some((folder) => folder && existsSync(join(folder, name)));
}

/** True when this is Debian or Ubuntu and apt may be used. */
export function canUseApt() {
  return process.getuid?.() === 0 && onPath('apt-get') && existsSync('/etc/debian_version');
}

let aptUpdated = false;
/**
 * Installs Debian packages that are missing.
 * @param {string[]} packages
 * @param {string} purpose ends the sentence shown where apt cannot be used.
 */
export async function aptInstall(packages, purpose) {
  if (!canUseApt()) {
    throw new SetupError(
      `Not root on Debian or Ubuntu, so nothing was installed. ${purpose} needs these Debian packages or their like: ${packages.join(' ')}. ` +
        'Install them, then run the same command again.',
    );
  }
  const logFile = logPath('apt.log');
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  if (!aptUpdated) await run('apt-get', ['update', '-q'], { logFile, env });
  aptUpdated = true;
  await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], { logFile, env });
}

/** True when every named Debian package is installed (always false away from dpkg). */
export async function debInstalled(packages) {
  if (!onPath('dpkg-query')) return false;
  const { code, output } = await run('dpkg-query', ['-W', '-f', '${db:Status-Status}\n', ...packages], { capture: true, allowFailure: true });
  return code === 0 && output.trim().split('\n').every((line) => line === 'installed');
}

/** The path of a log file in the cache. */
export function logPath(name) {
  mkdirSync(join(cache, 'logs'), { recursive: true });
  return join(cache, 'logs', name);
}

/** Runs `work` while no other process holds the lock of this name; waits for up to an hour. */
export async function withLock(name, work) {
  mkdirSync(cache, { recursive: true });
  const folder = join(cache, `${name}.lock`);
  const owner = join(folder, 'pid');
  for (let waited = 0; ; waited++) {
    try {
      mkdirSync(folder);
      break;
    } catch {
      const pid = existsSync(owner) ? Number(readFileSync(owner, 'utf8')) : 0;
      if (pid ? !existsSync(`/proc/${pid}`) && process.platform === 'linux' : waited > 5) {
        rmSync(folder, { recursive: true, force: true });
        continue;
      }
      if (waited === 0) log(`waiting for another set-up (process ${pid}) to finish`);
      if (waited > 3600) throw new SetupError(`Another set-up holds ${folder}. If none is running, remove that folder.`);
      await new Promise((wake) => setTimeout(wake, 1000));
    }
  }
  writeFileSync(owner, String(process.pid));
  try {
    return await work();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a script's main function; errors meant for people are printed without a stack. */
export async function main(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    process.stderr.write(`\n${error instanceof SetupError ? error.message : error.stack}\n`);
    process.exitCode = 1;
  }
}
