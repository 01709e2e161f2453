// SPDX-License-Identifier: Apache-2.0
// Debian's archive as a source of toolchains and upstream tarballs, through the machine's own mirror.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SetupError, logPath, run, toolchain } from './host.mjs';

/** The Debian mirror that this machine's apt uses. */
export function mirror() {
  const folder = '/etc/apt/sources.list.d';
  const files = ['/etc/apt/sources.list', ...(existsSync(folder) ? readdirSync(folder).map((file) => join(folder, file)) : [])];
  const text = files.filter((file) => existsSync(file)).map((file) => readFileSync(file, 'utf8')).join('\n');
  const found = text.match(/^(?:URIs:|deb(?:\s+\[[^\]]*\])?)\s+(https?:\/\/\S+\/debian)\/?(?:\s|$)/m);
  if (!found) throw new SetupError('No Debian mirror is named in /etc/apt, so nothing can be fetched from Debian. Add one and run this again.');
  return found[1];
}

/**
 * Fetches a pinned upstream tarball as Debian ships it and unpacks it.
 * @param {string} name a key of `sources` in scripts/toolchain.json
 * @param {string} destination folder that then holds the unpacked sources (its top folder stripped)
 */
export async function fetchSource(name, destination) {
  const pin = toolchain.sources[name];
  const logFile = logPath(`source-${name}.log`);
  const failures = [];
  for (const suite of pin.suites) {
    const work = mkdtempSync(join(tmpdir(), 'tessera-source-'));
    try {
      mkdirSync(join(work, 'lists/partial'), { recursive: true });
      writeFileSync(join(work, 'sources.list'), `deb-src ${mirror()} ${suite} main\n`);
      const apt = [
        '-o', `Dir::Etc::sourcelist=${join(work, 'sources.list')}`, '-o', 'Dir::Etc::sourceparts=-',
        '-o', `Dir::State::Lists=${join(work, 'lists')}`, '-o', 'Dir::Cache::pkgcache=', '-o', 'Dir::Cache::srcpkgcache=',
        '-o', 'Acquire::Languages=none', '-o', 'APT::Sandbox::User=root',
        // A mirror that lags is no danger: what counts is the checksum of what it gives.
        '-o', 'Acquire::Check-Valid-Until=false',
      ];
      await run('apt-get', [...apt, 'update', '-q'], { cwd: work, logFile });
      // The .dsc sometimes cannot be had while the upstream tarball can: the checksum below is what counts.
      await run('apt-get', [...apt, 'source', '-q', '--download-only', '--only-source', pin.package], { cwd: work, logFile, allowFailure: true });
      const tarball = readdirSync(work).find((file) => /\.orig\.tar\.(gz|xz|bz2)$/.test(file));
      if (!tarball) throw new SetupError(`${suite} gave no upstream tarball of ${pin.package}`);
      const sum = createHash('sha256').update(readFileSync(join(work, tarball))).digest('hex');
      if (!pin.accepted[sum]) throw new SetupError(`${suite}'s ${tarball} has SHA-256 ${sum}, which scripts/toolchain.json does not accept`);
      mkdirSync(join(work, 'unpacked'));
      await run('tar', ['-xf', join(work, tarball), '--strip-components=1', '-C', join(work, 'unpacked')], { logFile });
      writeFileSync(join(work, 'unpacked/.tessera-source'), sum);
      rmSync(destination, { recursive: true, force: true });
      mkdirSync(join(destination, '..'), { recursive: true });
      await run('cp', ['-a', join(work, 'unpacked'), `${destination}.partial`], { logFile });
      renameSync(`${destination}.partial`, destination);
      return;
    } catch (error) {
      failures.push(error.message);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  throw new SetupError(`Could not fetch the sources of ${name} (${pin.origin}):\n${failures.join('\n')}`);
}

/** True when `destination` holds an accepted version of this source. */
export function sourceReady(name, destination) {
  const stamp = join(destination, '.tessera-source');
  return existsSync(stamp) && Boolean(toolchain.sources[name].accepted[readFileSync(stamp, 'utf8').trim()]);
}
