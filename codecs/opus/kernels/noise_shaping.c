// SPDX-License-Identifier: Apache-2.0
// SILK's noise shaping quantizer with delayed decision, where an encoder of speech spends half its time: Opus's kernel for AVX2,
// which works off the four decisions side by side, with the few intrinsics that matter told in WebAssembly's own.
//
// In that kernel every 64-bit product is one of four 32-bit integers by a number they share, and of the product the high half is
// kept. So what "widens to 64 bits" here leaves four 32-bit integers as they are, and the multiplication takes them from there.
#include <immintrin.h>
#include <wasm_simd128.h>

#define LOW(v) ((v128_t)_mm256_castsi256_si128(v))
#define HIGH(v) ((v128_t)_mm256_extracti128_si256(v, 1))

static inline __m256i both(v128_t low, v128_t high) { return _mm256_set_m128i((__m128i)high, (__m128i)low); }

static inline __m256i products(__m256i a, __m256i b) {
  return both(wasm_i64x2_extmul_low_i32x4(LOW(a), LOW(b)), wasm_i64x2_extmul_high_i32x4(LOW(a), LOW(b)));
}

// The one index vector that is written down names the high halves: 7, 5, 3, 1.
typedef struct {
  char none;
} HighHalves;

static inline __m256i high_halves(__m256i v, HighHalves index) {
  (void)index;
  return _mm256_castsi128_si256((__m128i)wasm_i32x4_shuffle(LOW(v), HIGH(v), 1, 3, 5, 7));
}

// Of eight integers the four that the index's low half names; nothing reads the rest.
static inline __m256i chosen(__m256i v, __m256i index) {
  const v128_t lanes = wasm_i8x16_swizzle(LOW(index), wasm_i8x16_const(0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12));
  const v128_t bytes = wasm_i8x16_add(wasm_i8x16_shl(lanes, 2), wasm_i8x16_const(0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3));
  // A byte index of 16 and more, or one that wrapped below 0, gives 0.
  const v128_t low = wasm_i8x16_swizzle(LOW(v), bytes);
  const v128_t high = wasm_i8x16_swizzle(HIGH(v), wasm_i8x16_sub(bytes, wasm_i8x16_const_splat(16)));
  return _mm256_castsi128_si256((__m128i)wasm_v128_or(low, high));
}

#define _mm256_cvtepi32_epi64(v) _mm256_castsi128_si256(v)
#define _mm256_cvtepi16_epi64(v) _mm256_castsi128_si256(_mm_cvtepi16_epi32(v))
#define _mm256_mul_epi32(a, b) products(a, b)
#define _mm256_set_epi32(...) ((HighHalves){0})
#define _mm256_permutevar8x32_epi32(v, index) _Generic((index), HighHalves: high_halves, default: chosen)(v, index)

#include "silk/x86/NSQ_del_dec_avx2.c"
