// SPDX-License-Identifier: Apache-2.0
// The WASM SIMD intrinsics under every compiler: the real ones for WebAssembly, SIMDe's equivalents natively.
#pragma once

#if defined(__wasm_simd128__)
#include <wasm_simd128.h>
#elif defined(__EMSCRIPTEN__)
#error "Tessera needs WASM SIMD: compile with -msimd128"
#else
#ifndef SIMDE_ENABLE_NATIVE_ALIASES
#define SIMDE_ENABLE_NATIVE_ALIASES
#endif
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#endif
#include <simde/wasm/simd128.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif
#endif

/** Marks a small function that must not cost a call, even where the compiler thinks otherwise. */
#if defined(__GNUC__)
#define TESSERA_ALWAYS_INLINE inline __attribute__((always_inline))
/** The same for a lambda: stands between its parameters and its body. */
#define TESSERA_INLINE_LAMBDA __attribute__((always_inline))
#else
#define TESSERA_ALWAYS_INLINE inline
#define TESSERA_INLINE_LAMBDA
#endif

namespace tessera {

/** a * b + c, four floats. With -mrelaxed-simd one instruction where the machine has it, rounded once or twice. */
TESSERA_ALWAYS_INLINE v128_t multiplyAdd(v128_t a, v128_t b, v128_t c) {
#if defined(__wasm_relaxed_simd__)
  return wasm_f32x4_relaxed_madd(a, b, c);
#else
  return wasm_f32x4_add(c, wasm_f32x4_mul(a, b));
#endif
}

/**
 * Gives the value it is given, and keeps the instruction that makes it where it stands in the source. LLVM writes every
 * WebAssembly instruction whose result is used once right before that use: all steps of a sum come last, all loads for them first,
 * and the browser's compiler keeps that order, runs out of registers and writes to memory in between. Costs nothing.
 */
TESSERA_ALWAYS_INLINE v128_t inOrder(v128_t value) {
#if defined(__wasm__)
  asm volatile("" : "+r"(value));
#endif
  return value;
}

}  // namespace tessera
