// SPDX-License-Identifier: Apache-2.0
// Whether relaxed SIMD pays here: measures the inner loop of a convolution with and without the fused multiply-add, in a tiny
// module made on the spot. Some browsers lack the instruction, some machines gain nothing from it; both take the usual module.

/** Least gain for which the other module is taken: below, it is noise. */
const kLeastGain = 1.1;
const kMilliseconds = 16;
const kSteps = 40_000;
const kSums = 8;

// The WebAssembly binary format (https://webassembly.github.io/spec/core/binary/): opcodes by their names there.
const op = { loop: 0x03, end: 0x0b, brIf: 0x0d, localGet: 0x20, localSet: 0x21, localTee: 0x22, i32Const: 0x41, i32Sub: 0x6b, i32And: 0x71, i32Shl: 0x74 };
const simd = { load: [0xfd, 0x00], load32Splat: [0xfd, 0x09], store: [0xfd, 0x0b], add: [0xfd, 0xe4, 0x01], mul: [0xfd, 0xe6, 0x01], relaxedMadd: [0xfd, 0x85, 0x02] };
const type = { i32: 0x7f, v128: 0x7b, func: 0x60, block: 0x40 };

/** A number below 2^14, as the format writes it. */
const leb = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, value >> 7]);
const sized = (bytes: number[]): number[] => [...leb(bytes.length), ...bytes];
const section = (id: number, ...entries: number[][]): number[] => [id, ...sized([entries.length, ...entries.flat()])];
const name = (text: string): number[] => sized([...text].map((letter) => letter.charCodeAt(0)));

/** func(steps): each step adds a vector of weights times an input to every sum, as kernel_convolution.cc does. */
function loop(relaxed: boolean): number[] {
  const [steps, weight, at] = [0, kSums + 1, kSums + 2];
  const sums = Array.from({ length: kSums }, (_, i) => i + 1);
  const input = (i: number): number[] => [op.localGet, at, ...simd.load32Splat, 2, 4 * i];
  const step = (i: number): number[] =>
    relaxed
      ? [...input(i), op.localGet, weight, op.localGet, i, ...simd.relaxedMadd, op.localSet, i]
      : [op.localGet, i, ...input(i), op.localGet, weight, ...simd.mul, ...simd.add, op.localSet, i];
  return sized([
    2, kSums + 1, type.v128, 1, type.i32,
    op.loop, type.block,
    op.localGet, steps, op.i32Const, 15, op.i32And, op.i32Const, 4, op.i32Shl, op.localTee, at,
    ...simd.load, 2, 0, op.localSet, weight,
    ...sums.flatMap(step),
    op.localGet, steps, op.i32Const, 1, op.i32Sub, op.localTee, steps, op.brIf, 0,
    op.end,
    ...sums.flatMap((i) => [op.i32Const, 0, op.localGet, i, ...simd.store, 2, ...leb(512 + 16 * i)]),
    op.end,
  ]);
}

/** @internal Exports plain(steps) and relaxed(steps). */
export const probe = (): Uint8Array<ArrayBuffer> => new Uint8Array([
  0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
  ...section(1, [type.func, 1, type.i32, 0]),
  ...section(3, [0], [0]),
  ...section(5, [0, 1]),
  ...section(7, [...name('plain'), 0, 0], [...name('relaxed'), 0, 1]),
  ...section(10, loop(false), loop(true)),
]);

interface Probe {
  plain(steps: number): void;
  relaxed(steps: number): void;
}

/** How many times as fast relaxed SIMD is, from `rounds` of [milliseconds without it, with it]; 0 where the clock saw too little. */
export function gainOf(rounds: readonly (readonly [number, number])[]): number {
  // The first half is code that the browser has not optimised yet.
  const late = rounds.slice(rounds.length >> 1);
  const sum = (which: 0 | 1): number => late.reduce((total, round) => total + round[which], 0);
  return sum(1) > 0 ? sum(0) / sum(1) : 0;
}

/** Takes about 16 ms where the browser has relaxed SIMD, none where not. */
export function prefersRelaxed(): boolean {
  const bytes = probe();
  if (!WebAssembly.validate(bytes)) return false;
  const { plain, relaxed } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as Probe;
  const rounds: [number, number][] = [];
  const begun = performance.now();
  let last = begun;
  while (last - begun < kMilliseconds) {
    plain(kSteps);
    const between = performance.now();
    relaxed(kSteps);
    const end = performance.now();
    rounds.push([between - last, end - between]);
    last = end;
  }
  return gainOf(rounds) >= kLeastGain;
}
