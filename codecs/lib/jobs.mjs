// SPDX-License-Identifier: Apache-2.0
// Compiles many C files with few compiler starts, two or more at a time, and makes archives.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { run } from '../../scripts/lib/host.mjs';

/**
 * Runs jobs, a few at a time, and stops at the first that fails.
 * @param {(() => Promise<void>)[]} jobs
 */
export async function parallel(jobs, width = availableParallelism()) {
  const queue = [...jobs];
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (queue.length) await queue.shift()();
    }),
  );
}

/**
 * Compiles C files into `folder`, one object each.
 * @param {{compiler: string, sources: string[], flags: (source: string) => string[], folder: string, logFile: string,
 *   tolerant?: boolean}} options `sources` absolute; `tolerant`: a file that does not compile is left out instead of failing
 * @returns {Promise<Map<string, string>>} source -> object
 */
export async function compile({ compiler, sources, flags, folder, logFile, tolerant = false }) {
  mkdirSync(folder, { recursive: true });
  const objects = new Map();
  const groups = new Map();
  for (const source of sources) {
    const key = flags(source).join('\0');
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(source);
  }
  const jobs = [];
  const starts = tolerant ? 1 : 8;
  let serial = 0;
  for (const group of groups.values()) {
    // A start compiles files of different names only, because objects are named after them.
    const batches = [];
    for (const source of group) {
      let batch = batches.find((b) => b.length < starts && !b.some((other) => basename(other) === basename(source)));
      if (!batch) batches.push((batch = []));
      batch.push(source);
    }
    for (const batch of batches) {
      const place = join(folder, String(serial++));
      mkdirSync(place, { recursive: true });
      jobs.push(async () => {
        const { code } = await run(compiler, [...flags(batch[0]), '-c', ...batch], { cwd: place, logFile, allowFailure: tolerant });
        if (code === 0) for (const source of batch) objects.set(source, join(place, basename(source).replace(/\.\w+$/, '.o')));
      });
    }
  }
  await parallel(jobs);
  return objects;
}

/** Makes a static library of objects. */
export async function archive(archiver, output, objects, logFile) {
  rmSync(output, { force: true });
  const list = `${output}.list`;
  writeFileSync(list, objects.join('\n'));
  // Objects of equal base names are kept apart by adding them in the order given, never replacing.
  await run(archiver, ['qcs', output, `@${list}`], { logFile });
  rmSync(list);
}

/**
 * The functions that a WebAssembly object defines for others and those that it uses (its "linking" section's symbol table).
 * @param {string} object path
 * @returns {{defined: Set<string>, used: Set<string>}}
 */
export function symbols(object) {
  const bytes = readFileSync(object);
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  const text = () => {
    const length = number();
    at += length;
    return bytes.toString('utf8', at - length, at);
  };
  const defined = new Set();
  const used = new Set();
  const imports = [];
  while (at < bytes.length) {
    const section = bytes[at++];
    const end = number() + at;
    if (section === 2) {
      for (let count = number(); count > 0; count--) {
        text();
        const name = text();
        const kind = bytes[at++];
        if (kind === 0) {
          imports.push(name);
          number();
        } else if (kind === 1) {
          at++;
          if (number() & 1) number();
          number();
        } else if (kind === 2) {
          if (number() & 1) number();
          number();
        } else if (kind === 3) {
          at += 2;
        } else {
          at++;
          number();
        }
      }
    } else if (section === 0 && text() === 'linking') {
      number();
      while (at < end) {
        const kind = bytes[at++];
        const stop = number() + at;
        if (kind === 8) {
          for (let count = number(); count > 0; count--) {
            const what = bytes[at++];
            const flags = number();
            const isUndefined = Boolean(flags & 0x10);
            if (what === 0 || what === 2 || what === 4 || what === 5) {
              const index = number();
              const name = isUndefined && !(flags & 0x40) ? imports[index] : text();
              if (what === 0 && !(flags & 2)) (isUndefined ? used : defined).add(name);
            } else if (what === 1) {
              text();
              if (!isUndefined) for (let field = 0; field < 3; field++) number();
            } else {
              number();
            }
          }
        }
        at = stop;
      }
    }
    at = end;
  }
  return { defined, used };
}
