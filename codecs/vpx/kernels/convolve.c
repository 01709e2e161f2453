// SPDX-License-Identifier: Apache-2.0
// VP9's eight-tap interpolation and VP8's six-tap one on WebAssembly's SIMD, eight pixels at a time.
//
// Sums are 16 bits wide. Outer taps are small and may be negative, the two middle ones are not negative: added last and
// saturating, they give 255 after clamping wherever 16 bits do not suffice, which is what the exact sum gives too.
#include <string.h>
#include <wasm_simd128.h>

#include "./vp8_rtcd.h"
#include "./vpx_dsp_rtcd.h"
#include "vp8/common/filter.h"

static inline v128_t finish(v128_t sum) { return wasm_i16x8_shr(wasm_i16x8_add_sat(sum, wasm_i16x8_const_splat(64)), 7); }

static inline void store(uint8_t *dst, v128_t pixels, int count, int average) {
  v128_t bytes = wasm_u8x16_narrow_i16x8(pixels, pixels);
  if (count >= 8) {
    if (average) bytes = wasm_u8x16_avgr(bytes, wasm_v128_load64_zero(dst));
    wasm_v128_store64_lane(dst, bytes, 0);
  } else {
    if (average) bytes = wasm_u8x16_avgr(bytes, wasm_v128_load32_zero(dst));
    wasm_v128_store32_lane(dst, bytes, 0);
  }
}

// Eight pixels of eight taps, `step` bytes between taps.
static inline v128_t eight_taps(const uint8_t *src, ptrdiff_t step, const v128_t *taps) {
  v128_t sum = wasm_i16x8_mul(wasm_u16x8_load8x8(src), taps[0]);
  sum = wasm_i16x8_add(sum, wasm_i16x8_mul(wasm_u16x8_load8x8(src + step), taps[1]));
  sum = wasm_i16x8_add(sum, wasm_i16x8_mul(wasm_u16x8_load8x8(src + 2 * step), taps[2]));
  sum = wasm_i16x8_add(sum, wasm_i16x8_mul(wasm_u16x8_load8x8(src + 5 * step), taps[5]));
  sum = wasm_i16x8_add(sum, wasm_i16x8_mul(wasm_u16x8_load8x8(src + 6 * step), taps[6]));
  sum = wasm_i16x8_add(sum, wasm_i16x8_mul(wasm_u16x8_load8x8(src + 7 * step), taps[7]));
  sum = wasm_i16x8_add_sat(sum, wasm_i16x8_mul(wasm_u16x8_load8x8(src + 3 * step), taps[3]));
  sum = wasm_i16x8_add_sat(sum, wasm_i16x8_mul(wasm_u16x8_load8x8(src + 4 * step), taps[4]));
  return finish(sum);
}

static inline v128_t combine(const v128_t *rows, const v128_t *taps) {
  v128_t sum = wasm_i16x8_mul(rows[0], taps[0]);
  sum = wasm_i16x8_add(sum, wasm_i16x8_mul(rows[1], taps[1]));
  sum = wasm_i16x8_add(sum, wasm_i16x8_mul(rows[2], taps[2]));
  sum = wasm_i16x8_add(sum, wasm_i16x8_mul(rows[5], taps[5]));
  sum = wasm_i16x8_add(sum, wasm_i16x8_mul(rows[6], taps[6]));
  sum = wasm_i16x8_add(sum, wasm_i16x8_mul(rows[7], taps[7]));
  sum = wasm_i16x8_add_sat(sum, wasm_i16x8_mul(rows[3], taps[3]));
  sum = wasm_i16x8_add_sat(sum, wasm_i16x8_mul(rows[4], taps[4]));
  return finish(sum);
}

static inline void splat_taps(v128_t *taps, const int16_t *filter) {
  for (int k = 0; k < 8; ++k) taps[k] = wasm_i16x8_splat(filter[k]);
}

static inline void horizontal(const uint8_t *src, ptrdiff_t src_stride, uint8_t *dst, ptrdiff_t dst_stride, const int16_t *filter, int w, int h, int average) {
  v128_t taps[8];
  splat_taps(taps, filter);
  src -= 3;
  for (int y = 0; y < h; ++y, src += src_stride, dst += dst_stride) {
    for (int x = 0; x < w; x += 8) store(dst + x, eight_taps(src + x, 1, taps), w - x, average);
  }
}

static inline void vertical(const uint8_t *src, ptrdiff_t src_stride, uint8_t *dst, ptrdiff_t dst_stride, const int16_t *filter, int w, int h, int average) {
  v128_t taps[8];
  splat_taps(taps, filter);
  src -= 3 * src_stride;
  for (int x = 0; x < w; x += 8) {
    // Eight rows are at hand; each new one makes a row of pixels. Heights are even.
    v128_t rows[9];
    const uint8_t *from = src + x;
    uint8_t *to = dst + x;
    for (int k = 0; k < 7; ++k, from += src_stride) rows[k] = wasm_u16x8_load8x8(from);
    for (int y = 0; y < h; y += 2, from += 2 * src_stride, to += 2 * dst_stride) {
      rows[7] = wasm_u16x8_load8x8(from);
      rows[8] = wasm_u16x8_load8x8(from + src_stride);
      store(to, combine(rows, taps), w - x, average);
      store(to + dst_stride, combine(rows + 1, taps), w - x, average);
      for (int k = 0; k < 7; ++k) rows[k] = rows[k + 2];
    }
  }
}

void vpx_convolve8_horiz_wasm(const uint8_t *src, ptrdiff_t src_stride, uint8_t *dst, ptrdiff_t dst_stride, const InterpKernel *filter, int x0_q4, int x_step_q4,
                              int y0_q4, int y_step_q4, int w, int h) {
  (void)x_step_q4, (void)y0_q4, (void)y_step_q4;
  horizontal(src, src_stride, dst, dst_stride, filter[x0_q4], w, h, 0);
}

void vpx_convolve8_avg_horiz_wasm(const uint8_t *src, ptrdiff_t src_stride, uint8_t *dst, ptrdiff_t dst_stride, const InterpKernel *filter, int x0_q4,
                                  int x_step_q4, int y0_q4, int y_step_q4, int w, int h) {
  (void)x_step_q4, (void)y0_q4, (void)y_step_q4;
  horizontal(src, src_stride, dst, dst_stride, filter[x0_q4], w, h, 1);
}

void vpx_convolve8_vert_wasm(const uint8_t *src, ptrdiff_t src_stride, uint8_t *dst, ptrdiff_t dst_stride, const InterpKernel *filter, int x0_q4, int x_step_q4,
                             int y0_q4, int y_step_q4, int w, int h) {
  (void)x0_q4, (void)x_step_q4, (void)y_step_q4;
  vertical(src, src_stride, dst, dst_stride, filter[y0_q4], w, h, 0);
}

void vpx_convolve8_avg_vert_wasm(const uint8_t *src, ptrdiff_t src_stride, uint8_t *dst, ptrdiff_t dst_stride, const InterpKernel *filter, int x0_q4,
                                 int x_step_q4, int y0_q4, int y_step_q4, int w, int h) {
  (void)x0_q4, (void)x_step_q4, (void)y_step_q4;
  vertical(src, src_stride, dst, dst_stride, filter[y0_q4], w, h, 1);
}

static void both(const uint8_t *src, ptrdiff_t src_stride, uint8_t *dst, ptrdiff_t dst_stride, const InterpKernel *filter, int x0_q4, int y0_q4, int w, int h,
                 int average) {
  uint8_t between[64 * 72];
  horizontal(src - 3 * src_stride, src_stride, between, 64, filter[x0_q4], w, h + 7, 0);
  vertical(between + 3 * 64, 64, dst, dst_stride, filter[y0_q4], w, h, average);
}

void vpx_convolve8_wasm(const uint8_t *src, ptrdiff_t src_stride, uint8_t *dst, ptrdiff_t dst_stride, const InterpKernel *filter, int x0_q4, int x_step_q4,
                        int y0_q4, int y_step_q4, int w, int h) {
  (void)x_step_q4, (void)y_step_q4;
  both(src, src_stride, dst, dst_stride, filter, x0_q4, y0_q4, w, h, 0);
}

void vpx_convolve8_avg_wasm(const uint8_t *src, ptrdiff_t src_stride, uint8_t *dst, ptrdiff_t dst_stride, const InterpKernel *filter, int x0_q4, int x_step_q4,
                            int y0_q4, int y_step_q4, int w, int h) {
  (void)x_step_q4, (void)y_step_q4;
  both(src, src_stride, dst, dst_stride, filter, x0_q4, y0_q4, w, h, 1);
}

static inline v128_t six_taps(const uint8_t *src, ptrdiff_t step, const v128_t *taps) {
  v128_t sum = wasm_i16x8_mul(wasm_u16x8_load8x8(src - 2 * step), taps[0]);
  sum = wasm_i16x8_add(sum, wasm_i16x8_mul(wasm_u16x8_load8x8(src - step), taps[1]));
  sum = wasm_i16x8_add(sum, wasm_i16x8_mul(wasm_u16x8_load8x8(src + 2 * step), taps[4]));
  sum = wasm_i16x8_add(sum, wasm_i16x8_mul(wasm_u16x8_load8x8(src + 3 * step), taps[5]));
  sum = wasm_i16x8_add_sat(sum, wasm_i16x8_mul(wasm_u16x8_load8x8(src), taps[2]));
  sum = wasm_i16x8_add_sat(sum, wasm_i16x8_mul(wasm_u16x8_load8x8(src + step), taps[3]));
  return finish(sum);
}

static inline void six_tap_pass(const uint8_t *src, ptrdiff_t src_stride, ptrdiff_t step, uint8_t *dst, ptrdiff_t dst_stride, const short *filter, int w, int h) {
  v128_t taps[6];
  for (int k = 0; k < 6; ++k) taps[k] = wasm_i16x8_splat(filter[k]);
  for (int y = 0; y < h; ++y, src += src_stride, dst += dst_stride) {
    for (int x = 0; x < w; x += 8) store(dst + x, six_taps(src + x, step, taps), w - x, 0);
  }
}

static inline void six_tap(const uint8_t *src, int src_stride, int xoffset, int yoffset, uint8_t *dst, int dst_stride, int w, int h) {
  // An offset of 0 passes pixels on as they are, so that its pass can be left out.
  if (!yoffset) {
    six_tap_pass(src, src_stride, 1, dst, dst_stride, vp8_sub_pel_filters[xoffset], w, h);
  } else if (!xoffset) {
    six_tap_pass(src, src_stride, src_stride, dst, dst_stride, vp8_sub_pel_filters[yoffset], w, h);
  } else {
    uint8_t between[24 * 24];
    six_tap_pass(src - 2 * src_stride, src_stride, 1, between, 24, vp8_sub_pel_filters[xoffset], w, h + 5);
    six_tap_pass(between + 2 * 24, 24, 24, dst, dst_stride, vp8_sub_pel_filters[yoffset], w, h);
  }
}

#define SIX_TAP(w, h)                                                                                                                       \
  void vp8_sixtap_predict##w##x##h##_wasm(unsigned char *src, int src_stride, int xoffset, int yoffset, unsigned char *dst, int dst_pitch) { \
    six_tap(src, src_stride, xoffset, yoffset, dst, dst_pitch, w, h);                                                                       \
  }
SIX_TAP(16, 16)
SIX_TAP(8, 8)
SIX_TAP(8, 4)
SIX_TAP(4, 4)
