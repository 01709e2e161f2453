// SPDX-License-Identifier: Apache-2.0
// Which Emscripten is used: the user's own on PATH, or one provisioned from Debian's archive into the cache.

import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cache, onPath, run, toolchain } from './host.mjs';

/** The provisioned Debian tree and the folder of wrappers that stands in for an Emscripten root. */
export const tree = join(cache, 'toolchain', toolchain.emscripten.debianSuite);
export const wrappers = join(cache, 'toolchain', 'emscripten');
const record = join(cache, 'toolchain', 'emscripten.json');

const tools = ['emcc', 'em++', 'emar', 'emranlib', 'emnm', 'emstrip', 'em-config', 'embuilder'];

/**
 * The Emscripten in use.
 * @returns {Promise<{root: string, version: string, kind: 'own'|'provisioned'} | null>} null when there is none yet
 */
export async function emscripten() {
  if (onPath('em-config') && onPath('emcc')) {
    const version = (await run('em-config', ['VERSION'], { capture: true, allowFailure: true })).output.trim();
    if (Number(version.split('.')[0]) === toolchain.emscripten.acceptedMajor) {
      const root = (await run('em-config', ['EMSCRIPTEN_ROOT'], { capture: true })).output.trim();
      return { root, version, kind: 'own' };
    }
  }
  if (!existsSync(record)) return null;
  const { version } = JSON.parse(readFileSync(record, 'utf8'));
  return existsSync(join(wrappers, 'emcc')) ? { root: wrappers, version, kind: 'provisioned' } : null;
}

/** Writes down that the provisioned Emscripten is complete; the last step of provisioning. */
export function recordProvisioned() {
  const version = readFileSync(join(tree, 'usr/share/emscripten/emscripten-version.txt'), 'utf8').trim().replaceAll('"', '');
  writeFileSync(record, `${JSON.stringify({ version })}\n`);
  return version;
}

/** Forgets a provisioned Emscripten, so that a broken one is made anew. */
export function forgetProvisioned() {
  rmSync(record, { force: true });
}

// Each call gets a mount namespace of its own: the host's folders appear at their own paths, nothing stays mounted afterwards.
const enter = `#!/bin/sh
# Runs one tool of the provisioned Emscripten in its Debian tree, with the host's folders at their own paths.
set -e
tree=$1; shift
for folder in /*; do
  case $folder in /bin|/boot|/dev|/etc|/lib*|/lost+found|/proc|/run|/sbin|/sys|/usr|/var) continue ;; esac
  [ -d "$folder" ] && [ ! -L "$folder" ] || continue
  mkdir -p "$tree$folder"
  mount --rbind "$folder" "$tree$folder"
done
case $PWD in /run/*|/usr/*|/var/*|/etc/*) mkdir -p "$tree$PWD"; mount --bind "$PWD" "$tree$PWD" ;; esac
mount --bind /dev "$tree/dev"
mount -t proc proc "$tree/proc"
exec chroot "$tree" /usr/bin/env -C "$PWD" PATH=/usr/bin:/bin HOME=/tmp EM_CACHE=/var/cache/emscripten LC_ALL=C.UTF-8 "$@"
`;

/** Makes the folder of wrappers, shaped like an Emscripten root so that CMake's own toolchain file works on it. */
export function writeWrappers() {
  rmSync(wrappers, { recursive: true, force: true });
  mkdirSync(wrappers, { recursive: true });
  const write = (name, text) => {
    writeFileSync(join(wrappers, name), text);
    chmodSync(join(wrappers, name), 0o755);
  };
  write('enter', enter);
  for (const tool of tools) {
    write(tool, `#!/bin/sh\nexec unshare --mount --propagation private '${join(wrappers, 'enter')}' '${tree}' ${tool} "$@"\n`);
  }
  symlinkSync(join(tree, 'usr/share/emscripten/cmake'), join(wrappers, 'cmake'));
  symlinkSync(join(tree, 'usr/share/emscripten/emscripten-version.txt'), join(wrappers, 'emscripten-version.txt'));
}
