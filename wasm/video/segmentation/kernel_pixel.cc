// SPDX-License-Identifier: Apache-2.0
// The kernels that are no convolution: bilinear upsample, the mask's logistic function, sums over a row, pixels spread apart.
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

}  // namespace

void upsampleRow(RowView near, RowView far, MutableRow out, int width, int channels) {
  for (int block = 0; block < channels / 4; ++block) {
    const float* a = near.data + block * near.pitch;
    const float* b = far.data + block * far.pitch;
    float* to = out.data + block * out.pitch;
    v128_t previous = lean(wasm_v128_load(a), wasm_v128_load(b));
    wasm_v128_store(to, previous);
    for (int x = 1; x < width; ++x) {
      a += 4;
      b += 4;
      const v128_t current = lean(wasm_v128_load(a), wasm_v128_load(b));
      wasm_v128_store(to + 4, lean(previous, current));
      wasm_v128_store(to + 8, lean(current, previous));
      previous = current;
      to += 8;
    }
    wasm_v128_store(to + 4, previous);
  }
}

void spreadRow(const float* rgb, float* out, int width) {
  for (int x = 0; x < width; ++x) wasm_v128_store(out + static_cast<std::ptrdiff_t>(4) * x, wasm_v128_load(rgb + static_cast<std::ptrdiff_t>(3) * x));
}

void maskRows(const float* corners, float* top, float* bottom, int width) {
  int x = 0;
  for (; x + 2 <= width; x += 2, corners += 8, top += 4, bottom += 4) {
    const v128_t left = wasm_v128_load(corners);
    const v128_t right = wasm_v128_load(corners + 4);
    wasm_v128_store(top, sigmoid(wasm_i32x4_shuffle(left, right, 0, 1, 4, 5)));
    wasm_v128_store(bottom, sigmoid(wasm_i32x4_shuffle(left, right, 2, 3, 6, 7)));
  }
  if (x == width) return;
  float values[4];
  wasm_v128_store(values, sigmoid(wasm_v128_load(corners)));
  std::copy_n(values, 2, top);
  std::copy_n(values + 2, 2, bottom);
}

void accumulateRow(RowView row, float* sums, int width, int channels) {
  for (int block = 0; block < channels / 4; ++block) {
    const float* at = row.data + block * row.pitch;
    // Two partial sums: additions need not wait for each other.
    v128_t even = wasm_v128_load(sums + 4 * block);
    v128_t odd = wasm_f32x4_splat(0.0F);
    int x = 0;
    for (; x + 2 <= width; x += 2, at += 8) {
      even = wasm_f32x4_add(even, wasm_v128_load(at));
      odd = wasm_f32x4_add(odd, wasm_v128_load(at + 4));
    }
    if (x < width) even = wasm_f32x4_add(even, wasm_v128_load(at));
    wasm_v128_store(sums + 4 * block, wasm_f32x4_add(even, odd));
  }
}

}  // namespace tessera::video::segmentation
