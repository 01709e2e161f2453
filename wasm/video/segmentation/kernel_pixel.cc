// SPDX-License-Identifier: Apache-2.0
// The kernels that are no ordinary convolution: bilinear upsample, the mask's last layer, and sums over a row.
#include <algorithm>

#include "wasm/base/simd.h"
#include "wasm/video/segmentation/kernels.h"
#include "wasm/video/segmentation/simd_math.h"

namespace tessera::video::segmentation {
namespace {

/** 3/4 of a and 1/4 of b */
TESSERA_ALWAYS_INLINE v128_t lean(v128_t a, v128_t b) {
  return wasm_f32x4_add(wasm_f32x4_mul(a, wasm_f32x4_splat(0.75F)), wasm_f32x4_mul(b, wasm_f32x4_splat(0.25F)));
}

template <int kPixels>
TESSERA_ALWAYS_INLINE void outputTile(const float* in, const float* weights, float bias, v128_t (&sum)[kPixels], int depth) {
  for (v128_t& s : sum) s = wasm_f32x4_splat(bias);
  for (int k = 0; k < depth; ++k) {
    const v128_t w = wasm_v128_load(weights + 4 * k);
    for (int p = 0; p < kPixels; ++p) {
      sum[p] = multiplyAdd(wasm_v128_load32_splat(in + p * depth + k), w, sum[p]);
    }
  }
}

}  // namespace

void upsampleRow(const float* near, const float* far, float* out, int width, int channels) {
  const std::ptrdiff_t pixel = channels;
  for (int c = 0; c < channels; c += 4) {
    const float* a = near + c;
    const float* b = far + c;
    float* to = out + c;
    v128_t previous = lean(wasm_v128_load(a), wasm_v128_load(b));
    wasm_v128_store(to, previous);
    for (int x = 1; x < width; ++x) {
      a += pixel;
      b += pixel;
      const v128_t current = lean(wasm_v128_load(a), wasm_v128_load(b));
      wasm_v128_store(to + pixel, lean(previous, current));
      wasm_v128_store(to + 2 * pixel, lean(current, previous));
      previous = current;
      to += 2 * pixel;
    }
    wasm_v128_store(to + pixel, previous);
  }
}

void outputRow(const float* in, const float* weights, float bias, float* top, float* bottom, int width, int depth) {
  int x = 0;
  for (; x + 4 <= width; x += 4, in += 4 * depth, top += 8, bottom += 8) {
    v128_t sum[4];
    outputTile(in, weights, bias, sum, depth);
    for (int p = 0; p < 4; p += 2) {
      wasm_v128_store(top + 2 * p, sigmoid(wasm_i32x4_shuffle(sum[p], sum[p + 1], 0, 1, 4, 5)));
      wasm_v128_store(bottom + 2 * p, sigmoid(wasm_i32x4_shuffle(sum[p], sum[p + 1], 2, 3, 6, 7)));
    }
  }
  for (; x < width; ++x, in += depth, top += 2, bottom += 2) {
    v128_t sum[1];
    outputTile(in, weights, bias, sum, depth);
    float values[4];
    wasm_v128_store(values, sigmoid(sum[0]));
    std::copy_n(values, 2, top);
    std::copy_n(values + 2, 2, bottom);
  }
}

void accumulateRow(const float* row, float* sums, int width, int channels) {
  const std::ptrdiff_t pixel = channels;
  for (int c = 0; c < channels; c += 4) {
    const float* at = row + c;
    // Two partial sums: additions need not wait for each other.
    v128_t even = wasm_v128_load(sums + c);
    v128_t odd = wasm_f32x4_splat(0.0F);
    int x = 0;
    for (; x + 2 <= width; x += 2, at += 2 * pixel) {
      even = wasm_f32x4_add(even, wasm_v128_load(at));
      odd = wasm_f32x4_add(odd, wasm_v128_load(at + pixel));
    }
    if (x < width) even = wasm_f32x4_add(even, wasm_v128_load(at));
    wasm_v128_store(sums + c, wasm_f32x4_add(even, odd));
  }
}

}  // namespace tessera::video::segmentation
