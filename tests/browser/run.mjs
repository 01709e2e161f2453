// SPDX-License-Identifier: Apache-2.0
// Runs the browser tests in a network namespace of their own, which holds nothing but loopback and vanishes with them.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const config = fileURLToPath(new URL('vitest.config.ts', import.meta.url));

/**
 * The command that runs `file args…` in a fresh namespace (as root; otherwise the command itself, and the tests that need one say so).
 * A namespace with only `lo` needs a default route, or Firefox gathers no candidates.
 */
export function inNamespace(file, args) {
  if (process.getuid?.() !== 0) return [file, args];
  return ['unshare', ['--net', '--', 'sh', '-c', 'ip link set lo up && ip route add default dev lo src 127.0.0.1 && exec "$@"', 'sh', file, ...args]];
}

/** The command of the whole suite; further arguments go to Vitest (a file name's part, `-t`, a reporter). */
export function browserTestsCommand(args = []) {
  return inNamespace(process.execPath, [vitest, 'run', '--config', config, ...args]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [file, args] = browserTestsCommand(process.argv.slice(2));
  spawn(file, args, { stdio: 'inherit' }).on('exit', (code, signal) => { process.exitCode = signal ? 1 : code ?? 1; });
}
