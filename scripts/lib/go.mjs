// SPDX-License-Identifier: Apache-2.0
// Go: the user's own if it is on PATH and new enough, otherwise a pinned toolchain fetched as the Go module it is published as.

import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError, aptInstall, cache, log, logPath, onPath, run, toolchain } from './host.mjs';

const { minimum, pinned, sums } = toolchain.go;
const home = join(cache, `go-${pinned}`);

/** What every call of Go gets: no toolchain of its own choosing, no workspace of somebody else's around the folder. */
export const goEnvironment = { GOTOOLCHAIN: 'local', GOWORK: 'off', CGO_ENABLED: '0' };

const numbers = (version) => (/go(\d+)\.(\d+)(?:\.(\d+))?/.exec(`go${version}`.replace(/^gogo/, 'go')) ?? []).slice(1).map((part) => Number(part ?? 0));

/** True when version `a` is not older than `b`, both like `1.26.0`. */
export function notOlder(a, b) {
  const [x, y] = [numbers(a), numbers(b)];
  if (x.length === 0) return false;
  for (let i = 0; i < 3; i++) if (x[i] !== y[i]) return x[i] > y[i];
  return true;
}

async function versionOf(command) {
  const { code, output } = await run(command, ['env', 'GOVERSION'], { capture: true, allowFailure: true, env: goEnvironment }).catch(() => ({ code: 1, output: '' }));
  return code === 0 ? output.trim() : '';
}

/** The command `go` to use, or null while there is none that is new enough. */
export async function go() {
  if (onPath('go') && notOlder(await versionOf('go'), minimum)) return 'go';
  return existsSync(join(home, '.complete')) ? join(home, 'bin/go') : null;
}

/** Any Go can fetch modules; Debian's, too old to build with, is enough for that. */
async function fetcher() {
  if (!onPath('go')) await aptInstall(['golang-go'], 'Building LiveKit');
  return 'go';
}

/** Fetches the pinned toolchain and checks it against scripts/toolchain.json. */
export async function installGo() {
  const platform = `${process.platform}-${{ x64: 'amd64', arm64: 'arm64' }[process.arch] ?? process.arch}`;
  if (!sums[platform]) throw new SetupError(`LiveKit is built with Go, which is not provisioned for ${platform}. Install Go ${minimum} or later from https://go.dev and run this again.`);
  const partial = `${home}.partial`;
  rmSync(home, { recursive: true, force: true });
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const version = `v0.0.1-go${pinned}.${platform}`;
  log(`  fetching Go ${pinned} (70 MB)`);
  // Its checksum is checked here; asking the public list of checksums as well would need another host.
  const env = { ...goEnvironment, GOMODCACHE: join(partial, 'modules'), GOFLAGS: '-modcacherw', GONOSUMDB: '*', GONOSUMCHECK: '1' };
  const { code, output } = await run(await fetcher(), ['mod', 'download', '-json', `golang.org/toolchain@${version}`], { cwd: partial, capture: true, allowFailure: true, env });
  writeFileSync(logPath('go.log'), output);
  const answer = /\{[^]*\}/.exec(output)?.[0];
  const { Dir, Sum, Error: problem } = answer ? JSON.parse(answer) : {};
  if (code !== 0 || !Dir) throw new SetupError(`Go ${pinned} could not be fetched: ${problem ?? output.trim().slice(-500)}\nInstall Go ${minimum} or later yourself and run this again.`);
  if (Sum !== sums[platform]) {
    rmSync(partial, { recursive: true, force: true });
    throw new SetupError(`The Go toolchain that came has the checksum ${Sum}, which scripts/toolchain.json does not accept.`);
  }
  // Modules carry no permissions: what is to be run has to be told.
  const tools = join('pkg/tool', platform.replace('-', '_'));
  for (const folder of ['bin', ...(existsSync(join(Dir, tools)) ? [tools] : [])]) {
    for (const name of readdirSync(join(Dir, folder))) chmodSync(join(Dir, folder, name), 0o755);
  }
  writeFileSync(join(Dir, '.complete'), '');
  renameSync(Dir, home);
  rmSync(partial, { recursive: true, force: true });
}
