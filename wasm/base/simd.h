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
#else
#define TESSERA_ALWAYS_INLINE inline
#endif
