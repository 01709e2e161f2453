// SPDX-License-Identifier: Apache-2.0
// Sums of absolute differences and variances of blocks on WebAssembly's SIMD. Blocks of one width share one function: that they
// are written out for every height would make the modules larger and nothing faster.
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

#define SHARED static __attribute__((noinline))

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

// 8 pixels as 16-bit integers, or 4 and as many zeros.
static inline v128_t pixels_of(const uint8_t *p, int w) { return w >= 8 ? wasm_u16x8_load8x8(p) : wasm_u16x8_extend_low_u8x16(wasm_v128_load32_zero(p)); }

typedef struct {
  v128_t sums;
  v128_t squares;
} Spread;

static inline void add_difference(Spread *spread, v128_t *row, v128_t a, v128_t b) {
  const v128_t difference = wasm_i16x8_sub(a, b);
  *row = wasm_i16x8_add(*row, difference);
  spread->squares = wasm_i32x4_add(spread->squares, wasm_i32x4_dot_i16x8(difference, difference));
}

static inline void end_row(Spread *spread, v128_t row) { spread->sums = wasm_i32x4_add(spread->sums, wasm_i32x4_dot_i16x8(row, wasm_i16x8_const_splat(1))); }

static inline unsigned variance_of(const Spread *spread, unsigned *sse, int shift) {
  const int sum = (int)total(spread->sums);
  *sse = total(spread->squares);
  return *sse - (unsigned)(((int64_t)sum * sum) >> shift);
}

static inline unsigned variance(const uint8_t *a, int a_stride, const uint8_t *b, int b_stride, int w, int h, unsigned *sse, int shift) {
  Spread spread = {wasm_i32x4_const_splat(0), wasm_i32x4_const_splat(0)};
  for (int y = 0; y < h; ++y, a += a_stride, b += b_stride) {
    v128_t row = wasm_i32x4_const_splat(0);
    for (int x = 0; x < w; x += 8) add_difference(&spread, &row, pixels_of(a + x, w), pixels_of(b + x, w));
    end_row(&spread, row);
  }
  return variance_of(&spread, sse, shift);
}

// Between two pixels, in eighths: the weights of both are 16 bits wide, and so is their rounded sum.
static inline v128_t between(v128_t a, v128_t b, v128_t weight_a, v128_t weight_b) {
  const v128_t sum = wasm_i16x8_add(wasm_i16x8_mul(a, weight_a), wasm_i16x8_mul(b, weight_b));
  return wasm_u16x8_shr(wasm_i16x8_add(sum, wasm_i16x8_const_splat(64)), 7);
}

static inline unsigned sub_pixel_variance(const uint8_t *a, int a_stride, int x_eighths, int y_eighths, const uint8_t *b, int b_stride, int w, int h, unsigned *sse,
                                          int shift) {
  uint8_t shifted[65 * 64];
  if (x_eighths) {
    const v128_t left = wasm_i16x8_splat((int16_t)(128 - 16 * x_eighths));
    const v128_t right = wasm_i16x8_splat((int16_t)(16 * x_eighths));
    const int rows = y_eighths ? h + 1 : h;
    for (int y = 0; y < rows; ++y, a += a_stride) {
      for (int x = 0; x < w; x += 8) {
        const v128_t pixels = between(pixels_of(a + x, w), pixels_of(a + x + 1, w), left, right);
        const v128_t bytes = wasm_u8x16_narrow_i16x8(pixels, pixels);
        if (w >= 8) wasm_v128_store64_lane(shifted + y * w + x, bytes, 0);
        else wasm_v128_store32_lane(shifted + y * w + x, bytes, 0);
      }
    }
    a = shifted;
    a_stride = w;
  }
  if (!y_eighths) return variance(a, a_stride, b, b_stride, w, h, sse, shift);
  const v128_t upper = wasm_i16x8_splat((int16_t)(128 - 16 * y_eighths));
  const v128_t lower = wasm_i16x8_splat((int16_t)(16 * y_eighths));
  Spread spread = {wasm_i32x4_const_splat(0), wasm_i32x4_const_splat(0)};
  for (int y = 0; y < h; ++y, a += a_stride, b += b_stride) {
    v128_t row = wasm_i32x4_const_splat(0);
    for (int x = 0; x < w; x += 8) add_difference(&spread, &row, between(pixels_of(a + x, w), pixels_of(a + x + a_stride, w), upper, lower), pixels_of(b + x, w));
    end_row(&spread, row);
  }
  return variance_of(&spread, sse, shift);
}

#define WIDTH(w)                                                                                                                                   \
  SHARED unsigned variance##w(const uint8_t *a, int a_stride, const uint8_t *b, int b_stride, int h, unsigned *sse, int shift) {                  \
    return variance(a, a_stride, b, b_stride, w, h, sse, shift);                                                                                   \
  }                                                                                                                                                \
  SHARED unsigned sub_pixel_variance##w(const uint8_t *a, int a_stride, int x, int y, const uint8_t *b, int b_stride, int h, unsigned *sse, int shift) { \
    return sub_pixel_variance(a, a_stride, x, y, b, b_stride, w, h, sse, shift);                                                                   \
  }
#define SAD_WIDTH(w) \
  SHARED unsigned sad##w(const uint8_t *a, int a_stride, const uint8_t *b, int b_stride, int h) { return sad(a, a_stride, b, b_stride, w, h); }
#define SAD4_WIDTH(w)                                                                                                                              \
  SHARED void sad4_##w(const uint8_t *a, int a_stride, const uint8_t *const b[4], int b_stride, uint32_t out[4], int h) {                          \
    sad4(a, a_stride, b, b_stride, out, w, h);                                                                                                     \
  }
WIDTH(4) WIDTH(8) WIDTH(16) WIDTH(32) WIDTH(64)
SAD_WIDTH(8) SAD_WIDTH(16) SAD_WIDTH(32) SAD_WIDTH(64)
SAD4_WIDTH(16) SAD4_WIDTH(32) SAD4_WIDTH(64)

#define SAD(w, h)                                                                                                    \
  unsigned vpx_sad##w##x##h##_wasm(const uint8_t *src, int src_stride, const uint8_t *ref, int ref_stride) {         \
    return sad##w(src, src_stride, ref, ref_stride, h);                                                              \
  }
#define SAD4(w, h)                                                                                                                              \
  void vpx_sad##w##x##h##x4d_wasm(const uint8_t *src, int src_stride, const uint8_t *const refs[4], int ref_stride, uint32_t sads[4]) {         \
    sad4_##w(src, src_stride, refs, ref_stride, sads, h);                                                                                       \
  }
#define EACH_WIDE(F) F(64, 64) F(64, 32) F(32, 64) F(32, 32) F(32, 16) F(16, 32) F(16, 16) F(16, 8)
#define EACH_EIGHT(F) F(8, 16) F(8, 8)
EACH_WIDE(SAD)
EACH_EIGHT(SAD)
EACH_WIDE(SAD4)

// `shift`: the block's pixels are that power of two.
#define VARIANCE(w, h, shift)                                                                                                            \
  unsigned vpx_variance##w##x##h##_wasm(const uint8_t *src, int src_stride, const uint8_t *ref, int ref_stride, unsigned *sse) {         \
    return variance##w(src, src_stride, ref, ref_stride, h, sse, shift);                                                                 \
  }                                                                                                                                      \
  unsigned vpx_sub_pixel_variance##w##x##h##_wasm(const uint8_t *src, int src_stride, int x_offset, int y_offset, const uint8_t *ref, int ref_stride, \
                                                  unsigned *sse) {                                                                       \
    return sub_pixel_variance##w(src, src_stride, x_offset, y_offset, ref, ref_stride, h, sse, shift);                                   \
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
VARIANCE(8, 4, 5)
VARIANCE(4, 8, 5)
VARIANCE(4, 4, 4)
