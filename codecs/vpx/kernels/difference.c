// SPDX-License-Identifier: Apache-2.0
// Sums of absolute differences and variances of blocks on WebAssembly's SIMD.
#include <wasm_simd128.h>

#include "./vpx_dsp_rtcd.h"

static inline v128_t absolute(v128_t a, v128_t b) { return wasm_v128_or(wasm_u8x16_sub_sat(a, b), wasm_u8x16_sub_sat(b, a)); }

static inline v128_t pairs(const uint8_t *a, const uint8_t *b) {
  return wasm_u16x8_extadd_pairwise_u8x16(absolute(wasm_v128_load(a), wasm_v128_load(b)));
}

static inline unsigned total(v128_t sums) {
  sums = wasm_i32x4_add(sums, wasm_i32x4_shuffle(sums, sums, 2, 3, 0, 1));
  sums = wasm_i32x4_add(sums, wasm_i32x4_shuffle(sums, sums, 1, 0, 3, 2));
  return (unsigned)wasm_i32x4_extract_lane(sums, 0);
}

static inline v128_t two_rows(const uint8_t *p, int stride) { return wasm_v128_load64_lane(p + stride, wasm_v128_load64_zero(p), 1); }

static inline unsigned sad(const uint8_t *a, int a_stride, const uint8_t *b, int b_stride, int w, int h) {
  v128_t sums = wasm_i32x4_const_splat(0);
  if (w == 8) {
    v128_t row_sums = wasm_i32x4_const_splat(0);
    for (int y = 0; y < h; y += 2, a += 2 * a_stride, b += 2 * b_stride) {
      row_sums = wasm_i16x8_add(row_sums, wasm_u16x8_extadd_pairwise_u8x16(absolute(two_rows(a, a_stride), two_rows(b, b_stride))));
    }
    return total(wasm_u32x4_extadd_pairwise_u16x8(row_sums));
  }
  // 16 bits hold 32 rows of 64 pixels.
  for (int block = 0; block < h; block += 32) {
    const int rows = h < 32 ? h : 32;
    v128_t row_sums = wasm_i32x4_const_splat(0);
    for (int y = 0; y < rows; ++y, a += a_stride, b += b_stride) {
      v128_t row = pairs(a, b);
      for (int x = 16; x < w; x += 16) row = wasm_i16x8_add(row, pairs(a + x, b + x));
      row_sums = wasm_i16x8_add(row_sums, row);
    }
    sums = wasm_i32x4_add(sums, wasm_u32x4_extadd_pairwise_u16x8(row_sums));
  }
  return total(sums);
}

static inline void sad4(const uint8_t *a, int a_stride, const uint8_t *const b[4], int b_stride, uint32_t out[4], int w, int h) {
  v128_t sums[4];
  for (int k = 0; k < 4; ++k) sums[k] = wasm_i32x4_const_splat(0);
  const uint8_t *p[4] = {b[0], b[1], b[2], b[3]};
  for (int block = 0; block < h; block += 32) {
    const int rows = h < 32 ? h : 32;
    v128_t row_sums[4];
    for (int k = 0; k < 4; ++k) row_sums[k] = wasm_i32x4_const_splat(0);
    for (int y = 0; y < rows; ++y, a += a_stride) {
      for (int x = 0; x < w; x += 16) {
        const v128_t pixels = wasm_v128_load(a + x);
        for (int k = 0; k < 4; ++k) {
          row_sums[k] = wasm_i16x8_add(row_sums[k], wasm_u16x8_extadd_pairwise_u8x16(absolute(pixels, wasm_v128_load(p[k] + x))));
        }
      }
      for (int k = 0; k < 4; ++k) p[k] += b_stride;
    }
    for (int k = 0; k < 4; ++k) sums[k] = wasm_i32x4_add(sums[k], wasm_u32x4_extadd_pairwise_u16x8(row_sums[k]));
  }
  for (int k = 0; k < 4; ++k) out[k] = total(sums[k]);
}

#define SAD(w, h)                                                                                                    \
  unsigned vpx_sad##w##x##h##_wasm(const uint8_t *src, int src_stride, const uint8_t *ref, int ref_stride) {         \
    return sad(src, src_stride, ref, ref_stride, w, h);                                                              \
  }
#define SAD4(w, h)                                                                                                                              \
  void vpx_sad##w##x##h##x4d_wasm(const uint8_t *src, int src_stride, const uint8_t *const refs[4], int ref_stride, uint32_t sads[4]) {         \
    sad4(src, src_stride, refs, ref_stride, sads, w, h);                                                                                        \
  }
#define EACH_WIDE(F) F(64, 64) F(64, 32) F(32, 64) F(32, 32) F(32, 16) F(16, 32) F(16, 16) F(16, 8)
#define EACH_EIGHT(F) F(8, 16) F(8, 8)
EACH_WIDE(SAD)
EACH_EIGHT(SAD)
EACH_WIDE(SAD4)

static inline unsigned variance(const uint8_t *a, int a_stride, const uint8_t *b, int b_stride, int w, int h, unsigned *sse, int shift) {
  v128_t sums = wasm_i32x4_const_splat(0);
  v128_t squares = wasm_i32x4_const_splat(0);
  const v128_t ones = wasm_i16x8_const_splat(1);
  for (int y = 0; y < h; ++y, a += a_stride, b += b_stride) {
    v128_t row = wasm_i32x4_const_splat(0);
    for (int x = 0; x < w; x += 8) {
      const v128_t difference = wasm_i16x8_sub(wasm_u16x8_load8x8(a + x), wasm_u16x8_load8x8(b + x));
      row = wasm_i16x8_add(row, difference);
      squares = wasm_i32x4_add(squares, wasm_i32x4_dot_i16x8(difference, difference));
    }
    sums = wasm_i32x4_add(sums, wasm_i32x4_dot_i16x8(row, ones));
  }
  const int sum = (int)total(sums);
  *sse = total(squares);
  return *sse - (unsigned)(((int64_t)sum * sum) >> shift);
}

#define VARIANCE(w, h, shift)                                                                                                            \
  unsigned vpx_variance##w##x##h##_wasm(const uint8_t *src, int src_stride, const uint8_t *ref, int ref_stride, unsigned *sse) {         \
    return variance(src, src_stride, ref, ref_stride, w, h, sse, shift);                                                                 \
  }
VARIANCE(64, 64, 12)
VARIANCE(64, 32, 11)
VARIANCE(32, 64, 11)
VARIANCE(32, 32, 10)
VARIANCE(32, 16, 9)
VARIANCE(16, 32, 9)
VARIANCE(16, 16, 8)
VARIANCE(16, 8, 7)
VARIANCE(8, 16, 7)
VARIANCE(8, 8, 6)
