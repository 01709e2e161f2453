// SPDX-License-Identifier: Apache-2.0
// How libvpx is built: natively with its own assembly, to WebAssembly with the best of its SIMD kernels, and for fuzzing.
//
// Source: libvpx 1.17.0 (scripts/toolchain.json, `libvpx`). Licence: BSD-3-Clause with a patent grant; nothing is changed in it.
//
// To WebAssembly: libvpx has no kernels for it, but its x86 intrinsics compile through Emscripten's headers and its NEON
// intrinsics through SIMDe. Each kernel takes the last of `order` that compiles, fixed at build time. Results are bit-exact
// with the plain C of every kernel, hence with every native build. Where that leaves much to win, kernels/ has our own.
// shim/ has what stands in the place of files that never run there, and of tables that can be computed.

import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { availableParallelism } from 'node:os';
import { SetupError, run } from '../../scripts/lib/host.mjs';
import { archive, compile, symbols } from '../lib/jobs.mjs';

/** What both builds have in common, so that their streams are the same. */
const features = [
  '--enable-realtime-only', '--disable-examples', '--disable-tools', '--disable-docs', '--disable-unit-tests', '--disable-postproc',
  '--disable-temporal-denoising', '--disable-webm-io', '--disable-libyuv', '--disable-install-bins', '--enable-static', '--disable-shared',
];

/** Kernels by instruction set, worst first. */
const order = ['c', 'neon', 'sse2', 'ssse3', 'sse4_1', 'avx', 'avx2', 'wasm'];

/**
 * Pattern of a kernel's name -> instruction set: kernels that are large and that real-time coding hardly runs, and
 * vp9_diamond_search_sad, whose NEON form needs pointers of 64 bits.
 */
const exceptions = Object.entries(JSON.parse(readFileSync(new URL('exceptions.json', import.meta.url), 'utf8'))).map(([name, set]) => [new RegExp(`^${name}$`), set]);

const definitions = {
  vpx_dsp_rtcd: 'vpx_dsp/vpx_dsp_rtcd_defs.pl',
  vp8_rtcd: 'vp8/common/rtcd_defs.pl',
  vp9_rtcd: 'vp9/common/vp9_rtcd_defs.pl',
  vpx_scale_rtcd: 'vpx_scale/vpx_scale_rtcd.pl',
};

const x86Macros = ['SSE', 'SSE2', 'SSE3', 'SSSE3', 'SSE4_1', 'SSE4_2', 'AVX', 'AVX2'];
const build = ['-DNDEBUG', '-msimd128', '-fno-math-errno', '-w'];
const speed = ['-O3', ...build];

/** C files in which encoders and decoders spend their time. The others are compiled for size. */
const hot = new RegExp(
  '/(vp9_(reconinter|loopfilter|mvref_common|blockd|pred_common|decodeframe|detokenize|decodemv|idct)' +
    '|(encodeframe|pickinter|mcomp|encodemb|encodeintra|tokenize|boolhuff|vp8_quantize|reconinter|reconintra4x4|findnearmv|vp8_loopfilter|decodeframe|detokenize|decodemv|dboolhuff|idct_blk)' +
    '|bitreader|bitwriter)\\.c$|/vp8/encoder/bitstream\\.c$',
);
/** Kernels that are large and rarely run. */
const warm = /\/(intrapred_neon|vp9_frame_scale_ssse3|vp9_dct_intrin_sse2|fdct_partial_neon|yv12extend|vpx_scaled_convolve8_neon|inv_txfm_sse2)\.c$/;
const level = (file, otherwise) => (warm.test(file) ? '-Os' : otherwise);
const longJumps = ['-sSUPPORT_LONGJMP=wasm'];

const shim = join(import.meta.dirname, 'shim');
/** What shim/absent.c stands for. */
const absent = /\/vp9\/encoder\/vp9_(ext_ratectrl|tpl_model|ethread|multi_thread)\.c$/;
/** Files whose calls of these functions, which never happen either, go to shim/absent.c. */
const detouring = /\/vp9\/encoder\/vp9_(encoder|encodeframe|picklpf)\.c$/;
const detours = ['vp9_loop_filter_frame_mt', 'vp9_rc_get_one_pass_vbr_params', 'exp'].map((name) => `-D${name}=tessera_never_${name.replace('vp9_', '')}`);
const scans = '/vp9/common/vp9_scan.c';

/** Writes libvpx's vp9_scan.c anew with nothing in it but the orders and what computes the rest (shim/scan_order.h). */
function writeScans(source, output) {
  const text = readFileSync(join(source, scans), 'utf8');
  const orders = [...text.matchAll(/DECLARE_ALIGNED\(16, static const int16_t, ((default|col|row)_scan_(\d+)x\d+)\[\d+\]\) = \{[^}]*\};/g)];
  if (orders.length !== 10) throw new SetupError(`libvpx's ${scans} has ${orders.length} orders where 10 were expected`);
  const made = orders.map(([table, name, kind, width]) => {
    const inverse = `vp9_${kind}_iscan_${width}x${width}`;
    const count = width * width;
    return {
      arrays: `${table}\nDECLARE_ALIGNED(16, static int16_t, ${inverse}[${count}]);\nDECLARE_ALIGNED(16, static int16_t, ${name}_neighbors[${2 * (count + 1)}]);`,
      call: `  complete_scan(${name}, ${width}, '${kind[0]}', ${inverse}, ${name}_neighbors);`,
    };
  });
  const begin = text.slice(0, text.indexOf('DECLARE_ALIGNED'));
  const end = text.slice(text.indexOf('const ScanOrder vp9_default_scan_orders'));
  const calls = `__attribute__((constructor)) static void complete_scans(void) {\n${made.map(({ call }) => call).join('\n')}\n}`;
  writeFileSync(output, `${begin}#include "${join(shim, 'scan_order.h')}"\n\n${made.map(({ arrays }) => arrays).join('\n')}\n\n${calls}\n\n${end}`);
}

const unused = /highbd|avx512|dotprod|i8mm|_sve|_asm\.c|_mmx|_stubs|denois|temporal_filter|post_proc|deblock|loopfilter_x86/;

/** Sources of kernels below a folder name (x86, arm), high bit depth and bare assembly users left out. */
function kernelSources(source, folder, pattern) {
  const found = [];
  const visit = (path) => {
    for (const name of readdirSync(join(source, path))) {
      const child = `${path}/${name}`;
      if (statSync(join(source, child)).isDirectory()) visit(child);
      else if (child.includes(`/${folder}/`) && pattern.test(name) && !unused.test(name)) found.push(join(source, child));
    }
  };
  for (const top of ['vp8', 'vp9', 'vpx_dsp']) visit(top);
  return found.sort();
}

/** The kernels that libvpx knows: {header, type, name, parameters, variants: Map instruction set -> symbol}. */
async function listKernels(source, config) {
  const list = [];
  for (const [header, file] of Object.entries(definitions)) {
    const { output } = await run('perl', [join(import.meta.dirname, 'dispatch.pl'), config, join(source, file)], { capture: true });
    for (const line of output.trim().split('\n')) {
      const [type, name, parameters, variants] = line.split('|');
      list.push({ header, type, name, parameters, variants: new Map(variants.split(' ').map((text) => text.split('='))) });
    }
  }
  return list;
}

/** Writes the dispatch headers: every variant declared, each kernel's name defined as the chosen one. */
async function writeDispatch(folder, source, config, kernels, chosen) {
  for (const [header, file] of Object.entries(definitions)) {
    const { output } = await run('perl', [join(import.meta.dirname, 'dispatch.pl'), config, join(source, file)], { capture: true, env: { DECLARATIONS: '1' } });
    const declared = new Set();
    const lines = kernels.filter((kernel) => kernel.header === header).flatMap((kernel) => {
      const wanted = order.filter((set) => kernel.variants.has(set)).map((set) => kernel.variants.get(set));
      const fresh = wanted.filter((symbol) => !declared.has(symbol) && declared.add(symbol));
      return [...fresh.map((symbol) => `${kernel.type} ${symbol}(${kernel.parameters});`), `#define ${kernel.name} ${chosen.get(kernel.name)}`];
    });
    const text = `#ifndef ${header.toUpperCase()}_H_\n#define ${header.toUpperCase()}_H_\n${output}\n${lines.join('\n')}\nvoid ${header}(void);\n#ifdef RTCD_C\nstatic void setup_rtcd_internal(void) {}\n#endif\n#endif\n`;
    writeFileSync(join(folder, `${header}.h`), text);
  }
}

/** Configures for plain C and gives the list of C sources. */
async function configureGeneric({ source, folder, logFile, extra = [] }) {
  mkdirSync(folder, { recursive: true });
  await run(join(source, 'configure'), ['--target=generic-gnu', '--disable-runtime-cpu-detect', '--disable-multithread', ...features, ...extra], { cwd: folder, logFile });
  const { output } = await run('make', ['-n', 'libvpx.a'], { cwd: folder, capture: true });
  const sources = [...output.matchAll(/ -c -o \S+ (\S+\.c)\b/g)].map(([, file]) => resolve(folder, file)).filter((file) => existsSync(file));
  if (sources.length < 100) throw new SetupError(`libvpx's makefile named ${sources.length} sources only; see ${logFile}`);
  return [...new Set(sources)];
}

/** WebAssembly without any of libvpx's kernels: what a plain `-msimd128` build gives. Only benches use it. */
export async function buildPlain({ source, folder, emscripten, logFile }) {
  const work = join(folder, 'work');
  const sources = await configureGeneric({ source, folder: work, logFile });
  await run('make', ['vpx_dsp_rtcd.h', 'vp8_rtcd.h', 'vp9_rtcd.h', 'vpx_scale_rtcd.h', 'vpx_version.h'], { cwd: work, logFile });
  const objects = await compile({ compiler: join(emscripten.root, 'emcc'), sources, flags: () => [...speed, ...longJumps, `-I${work}`, `-I${source}`], folder: join(work, 'objects'), logFile });
  await archive(join(emscripten.root, 'emar'), join(folder, 'libvpx.a'), [...objects.values()], logFile);
}

/** WebAssembly with the best kernel of each kind. */
export async function buildWasm({ source, folder, emscripten, simde, logFile }) {
  const work = join(folder, 'work');
  const listed = await configureGeneric({ source, folder: work, logFile });
  await run('make', ['vpx_version.h'], { cwd: work, logFile });
  writeScans(source, join(work, 'vp9_scan.c'));
  const sources = [...listed.filter((file) => !absent.test(file) && !file.endsWith(scans)), join(work, 'vp9_scan.c'), join(shim, 'absent.c')];
  const config = join(work, 'libs-generic-gnu.mk');
  const sets = ['MMX', ...x86Macros.filter((name) => name !== 'SSE4_2'), 'NEON'];
  // C files look at HAVE_* only to fit themselves to kernels, which are here; VPX_ARCH_* stays 0, since there is no assembly.
  const header = readFileSync(join(work, 'vpx_config.h'), 'utf8')
    .replace(/#define HAVE_(\w+) 0/g, (line, name) => (sets.includes(name) && name !== 'MMX' ? `#define HAVE_${name} 1` : line))
    .replace(/#define (VPX_ARCH_(?:ARM|AARCH64)) 0/g, '#ifndef $1\n#define $1 0\n#endif');
  writeFileSync(join(work, 'vpx_config.h'), header);
  // SIMDe stands in the folder, because a provisioned Emscripten does not see the machine's own headers.
  cpSync(simde, join(work, 'simde/simde'), { recursive: true });
  for (const name of ['arm', 'x86']) cpSync(join(shim, name), join(work, name), { recursive: true });

  const kernels = await listKernels(source, config);
  const x86 = kernelSources(source, 'x86', /_(sse2|sse4|ssse3|avx|avx2|x86)\.c$/);
  const arm = kernelSources(source, 'arm', /(neon|loopfilter_arm)\.c$/);
  const include = [`-I${work}`, `-I${source}`];
  const own = readdirSync(join(import.meta.dirname, 'kernels')).map((name) => join(import.meta.dirname, 'kernels', name));
  // Ours are found by their names.
  for (const kernel of kernels) kernel.variants.set('wasm', `${kernel.name}_wasm`);
  const isArm = new Set(arm);
  const flags = (file) =>
    isArm.has(file)
      ? [level(file, '-O2'), ...build, '-DVPX_ARCH_ARM=1', '-DVPX_ARCH_AARCH64=1', '-D__ARM_NEON', `-I${join(work, 'arm')}`, `-I${join(work, 'simde')}`, ...include]
      : x86.includes(file)
        ? [level(file, '-O2'), ...build, '-mavx2', `-I${join(work, 'x86')}`, '-DVPX_VPX_PORTS_X86_H_', ...include]
        : own.includes(file)
          ? [...speed, ...include]
          : [level(file, hot.test(file) ? '-O2' : '-Oz'), ...build, ...longJumps, '-include', join(shim, 'quiet.h'), ...(detouring.test(file) ? detours : []), ...include];
  const compiler = join(emscripten.root, 'emcc');

  // First all kernels, with calls among them going to plain C; then those again whose callees turned out to have a better one.
  await writeDispatch(work, source, config, kernels, new Map(kernels.map(({ name, variants }) => [name, variants.get('c')])));
  const objects = await compile({ compiler, sources: [...x86, ...arm, ...own], flags, folder: join(work, 'kernels'), logFile, tolerant: true });
  const table = new Map([...objects.values()].map((object) => [object, symbols(object)]));
  const defined = new Set([...table.values()].flatMap((object) => [...object.defined]));
  // These are C, made for machines with a four-at-a-time SAD, which this one has.
  for (const symbol of ['vp8_refining_search_sadx4', 'vp8_diamond_search_sadx4']) defined.add(symbol);
  const chosen = new Map();
  const counts = {};
  for (const { name, variants } of kernels) {
    const there = order.filter((set) => set === 'c' || (variants.has(set) && defined.has(variants.get(set))));
    const wished = exceptions.find(([pattern]) => pattern.test(name))?.[1];
    const set = there.includes(wished) ? wished : there.at(-1);
    chosen.set(name, variants.get(set));
    counts[set] = (counts[set] ?? 0) + 1;
  }
  const better = new Map(kernels.filter(({ name, variants }) => chosen.get(name) !== variants.get('c')).map(({ name, variants }) => [variants.get('c'), name]));
  await writeDispatch(work, source, config, kernels, chosen);
  const again = [...objects].filter(([, object]) => [...table.get(object).used].some((symbol) => better.has(symbol))).map(([file]) => file);
  for (const [file, object] of await compile({ compiler, sources: [...again, ...sources], flags, folder: join(work, 'objects'), logFile })) objects.set(file, object);
  await archive(join(emscripten.root, 'emar'), join(folder, 'libvpx.a'), [...objects.values()], logFile);
  writeFileSync(join(folder, 'kernels.json'), JSON.stringify({ counts, kernels: Object.fromEntries([...chosen].sort()) }, null, 1));
}

/** The machine's own build with libvpx's own assembly: the yardstick, and what native tests link. */
export async function buildNative({ source, folder, logFile }) {
  const work = join(folder, 'work');
  mkdirSync(work, { recursive: true });
  const target = { x64: 'x86_64-linux-gcc', arm64: 'arm64-linux-gcc' }[process.arch];
  const options = [`--target=${target ?? 'generic-gnu'}`, '--enable-pic', ...(process.arch === 'x64' ? ['--disable-avx512'] : []), ...features];
  await run(join(source, 'configure'), options, { cwd: work, logFile });
  await run('make', ['-j', String(availableParallelism()), 'libvpx.a'], { cwd: work, logFile });
  cpSync(join(work, 'libvpx.a'), join(folder, 'libvpx.a'));
}

/** Plain C decoders under AddressSanitizer, UndefinedBehaviorSanitizer and libFuzzer's coverage. */
export async function buildFuzz({ source, folder, logFile }) {
  const work = join(folder, 'work');
  const sources = await configureGeneric({ source, folder: work, logFile, extra: ['--size-limit=4096x4096'] });
  await run('make', ['vpx_dsp_rtcd.h', 'vp8_rtcd.h', 'vp9_rtcd.h', 'vpx_scale_rtcd.h', 'vpx_version.h'], { cwd: work, logFile });
  const flags = ['-O2', '-g1', '-w', '-fPIC', '-fsanitize=address,fuzzer-no-link', '-fno-omit-frame-pointer', `-I${work}`, `-I${source}`];
  const objects = await compile({ compiler: 'clang-14', sources, flags: () => flags, folder: join(work, 'objects'), logFile });
  await archive('ar', join(folder, 'libvpx.a'), [...objects.values()], logFile);
}

/** Public headers, for all builds. */
export function copyHeaders({ source, folder }) {
  mkdirSync(join(folder, 'include/vpx'), { recursive: true });
  for (const name of readdirSync(join(source, 'vpx'))) if (name.endsWith('.h')) cpSync(join(source, 'vpx', name), join(folder, 'include/vpx', name));
}
