// SPDX-License-Identifier: Apache-2.0
// How Opus is built: natively with its own run-time choice of kernels, and to WebAssembly with its SSE4.1 kernels, with and without
// DRED. Of its AVX2 kernels one is worth having (kernels/noise_shaping.c).
//
// Source: Opus 1.6.1 (scripts/toolchain.json, `opus`). Licence: BSD-3-Clause; nothing is changed in it.
// The networks of deep concealment and DRED are 3.5 MB of weights, hence a library of their own.

import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { run } from '../../scripts/lib/host.mjs';
import { archive, compile } from '../lib/jobs.mjs';

/** The variables of Opus's own source lists: name -> files. */
function sourceLists(source) {
  const lists = {};
  for (const file of ['opus', 'celt', 'silk', 'lpcnet']) {
    const text = readFileSync(join(source, `${file}_sources.mk`), 'utf8').replace(/\\\n/g, ' ');
    for (const [, name, files] of text.matchAll(/^(\w+)\s*=\s*(.*)$/gm)) lists[name] = files.trim().split(/\s+/).filter((f) => f.endsWith('.c')).map((f) => join(source, f));
  }
  return lists;
}

const base = ['OPUS_SOURCES', 'OPUS_SOURCES_FLOAT', 'CELT_SOURCES', 'SILK_SOURCES', 'SILK_SOURCES_FLOAT'];
const sse = ['CELT_SOURCES_SSE', 'CELT_SOURCES_SSE2', 'CELT_SOURCES_SSE4_1', 'SILK_SOURCES_SSE4_1'];
const deep = ['DEEP_PLC_SOURCES', 'DRED_SOURCES'];
const deepSse = ['DNN_SOURCES_SSE2', 'DNN_SOURCES_SSE4_1'];

const common = ['-DOPUS_BUILD', '-DVAR_ARRAYS', '-DHAVE_LRINT', '-DHAVE_LRINTF', '-DFLOAT_APPROX', '-DNDEBUG', '-w'];
const includes = (source) => ['', 'include', 'celt', 'silk', 'silk/float', 'dnn'].map((folder) => `-I${join(source, folder)}`);
/** Present at build time and at run time: WebAssembly's SIMD stands in for all of them. */
const presumed = ['SSE', 'SSE2', 'SSE4_1'].flatMap((set) => [`-DOPUS_X86_MAY_HAVE_${set}`, `-DOPUS_X86_PRESUME_${set}`]);
const version = (folder) => writeFileSync(join(folder, 'config.h'), '#define PACKAGE_VERSION "1.6.1"\n');

/** What WebAssembly's builds put in the place of one of Opus's files. */
const ownKernel = join(import.meta.dirname, 'kernels/noise_shaping.c');
const replaced = 'silk/x86/NSQ_del_dec_sse4_1.c';

async function build({ source, folder, lists, flags, compiler, archiver, logFile, own = false }) {
  const work = join(folder, 'work');
  mkdirSync(work, { recursive: true });
  version(work);
  const all = sourceLists(source);
  const listed = [...new Set(lists.flatMap((name) => all[name]))];
  const sources = own ? [ownKernel, ...listed.filter((file) => file !== join(source, replaced))] : listed;
  const given = [...common, ...flags, '-DHAVE_CONFIG_H', `-I${work}`, ...includes(source)];
  const objects = await compile({ compiler, sources, flags: (file) => (file === ownKernel ? ['-mavx2', ...given] : given), folder: join(work, 'objects'), logFile });
  await archive(archiver, join(folder, 'libopus.a'), [...objects.values()], logFile);
}

const wasm = ({ emscripten, ...rest }, lists, flags) =>
  build({
    ...rest, lists, own: true,
    flags: ['-O3', '-msimd128', '-msse4.1', ...presumed, '-include', join(import.meta.dirname, 'shim/wasm.h'), '-Dsilk_NSQ_del_dec_sse4_1=silk_NSQ_del_dec_avx2', ...flags],
    compiler: join(emscripten.root, 'emcc'), archiver: join(emscripten.root, 'emar'),
  });

const withDred = ['-DENABLE_DRED', '-DENABLE_DEEP_PLC'];

export const buildWasm = (options) => wasm(options, [...base, ...sse], []);

export const buildDred = (options) => wasm(options, [...base, ...sse, ...deep, ...deepSse], withDred);

/** The machine's own build with everything Opus has for it: the yardstick, and what native tests link. */
export async function buildNative({ source, folder, logFile }) {
  const work = join(folder, 'work');
  mkdirSync(work, { recursive: true });
  const options = ['--disable-shared', '--enable-static', '--with-pic', '--disable-extra-programs', '--disable-doc', '--disable-maintainer-mode', 'CFLAGS=-O3 -DNDEBUG -w'];
  await run(join(source, 'configure'), options, { cwd: work, logFile });
  await run('make', ['-j', String(availableParallelism()), 'libopus.la'], { cwd: work, logFile });
  cpSync(join(work, '.libs/libopus.a'), join(folder, 'libopus.a'));
}

/** The same SSE4.1 kernels under AddressSanitizer and libFuzzer's coverage, on machines that have them; plain C elsewhere. */
function fuzz(options, lists, kernels, flags) {
  const simd = process.arch === 'x64';
  return build({
    ...options, lists: simd ? [...lists, ...kernels] : lists,
    flags: ['-O2', '-g1', '-fPIC', '-fsanitize=address,fuzzer-no-link', '-fno-omit-frame-pointer', ...(simd ? ['-msse4.1', ...presumed] : []), ...flags],
    compiler: 'clang-14', archiver: 'ar',
  });
}

export const buildFuzz = (options) => fuzz(options, base, sse, []);

export const buildDredFuzz = (options) => fuzz(options, [...base, ...deep], [...sse, ...deepSse], withDred);

/** Public headers, for all builds. */
export function copyHeaders({ source, folder }) {
  mkdirSync(join(folder, 'include/opus'), { recursive: true });
  for (const name of readdirSync(join(source, 'include'))) if (name.endsWith('.h')) cpSync(join(source, 'include', name), join(folder, 'include/opus', name));
}
