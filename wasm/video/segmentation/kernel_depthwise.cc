// SPDX-License-Identifier: Apache-2.0
// Depthwise convolution: eight output pixels of four channels at a time, every input pixel loaded once for all that it adds to.
#include <algorithm>

#include "wasm/base/simd.h"
#include "wasm/video/segmentation/kernels.h"
#include "wasm/video/segmentation/simd_math.h"

namespace tessera::video::segmentation {
namespace {

/** Output pixels in accumulators: with five weights and an input they just fit into x86's 16 registers. */
constexpr int kTile = 8;

/** Adds one kernel row: `in` at the first pixel, `w` at the row's kKernel vectors of weights. */
template <int kKernel, int kStride, int kPixels>
TESSERA_ALWAYS_INLINE void addRow(const float* in, const float* w, v128_t (&sum)[kPixels]) {
  v128_t weight[kKernel];
  unrolled<kKernel>([&](auto k) TESSERA_INLINE_LAMBDA { weight[k] = wasm_v128_load(w + 4 * k); });
  unrolled<(kPixels - 1) * kStride + kKernel>([&](auto column) TESSERA_INLINE_LAMBDA {
    const v128_t value = wasm_v128_load(in + 4 * column);
    unrolled<kPixels>([&](auto p) TESSERA_INLINE_LAMBDA {
      constexpr int k = column - p * kStride;
      if constexpr (k >= 0 && k < kKernel) sum[p] = inOrder(multiplyAdd(value, weight[k], sum[p]));
    });
  });
}

template <int kKernel, int kStride, int kPixels>
TESSERA_ALWAYS_INLINE void depthwiseTile(const DepthwiseRow& task, int block, int x) {
  const v128_t bias = wasm_v128_load(task.bias + 4 * block);
  v128_t sum[kPixels];
  unrolled<kPixels>([&](auto p) TESSERA_INLINE_LAMBDA { sum[p] = bias; });
  const float* w = task.weights + 4 * kKernel * kKernel * block;
  for (int y = 0; y < kKernel; ++y, w += 4 * kKernel) {
    const RowView& row = task.rows[y];
    if (row.data == nullptr) continue;
    addRow<kKernel, kStride>(row.data + block * row.pitch + static_cast<std::ptrdiff_t>(x) * task.stride * 4, w, sum);
  }
  if (task.activation == Activation::kRelu) {
    unrolled<kPixels>([&](auto p) TESSERA_INLINE_LAMBDA { sum[p] = relu(sum[p]); });
  } else if (task.activation == Activation::kHardSwish) {
    unrolled<kPixels>([&](auto p) TESSERA_INLINE_LAMBDA { sum[p] = hardSwish(sum[p]); });
  }
  const std::ptrdiff_t pixel = static_cast<std::ptrdiff_t>(x) * 4;
  if (task.addend.data != nullptr) {
    const float* addend = task.addend.data + block * task.addend.pitch + pixel;
    unrolled<kPixels>([&](auto p) TESSERA_INLINE_LAMBDA { sum[p] = wasm_f32x4_add(sum[p], wasm_v128_load(addend + 4 * p)); });
  }
  float* out = task.out.data + block * task.out.pitch + pixel;
  unrolled<kPixels>([&](auto p) TESSERA_INLINE_LAMBDA { wasm_v128_store(out + 4 * p, sum[p]); });
}

template <int kKernel, int kStride>
void depthwise(const DepthwiseRow& task) {
  for (int block = 0; block < task.channels / 4; ++block) {
    // The last tile is moved back to end with the row: what it makes for a second time comes out the same.
    for (int x = 0; x < task.width; x += kTile) depthwiseTile<kKernel, kStride, kTile>(task, block, std::min(x, task.width - kTile));
  }
}

/** Rows narrower than a tile. */
template <int kKernel>
void depthwiseNarrow(const DepthwiseRow& task) {
  for (int block = 0; block < task.channels / 4; ++block) {
    // With a single pixel there is no distance between pixels: any stride will do.
    for (int x = 0; x < task.width; ++x) depthwiseTile<kKernel, 1, 1>(task, block, x);
  }
}

}  // namespace

void depthwiseRow(const DepthwiseRow& task) {
  if (task.width < kTile) return task.kernel == 3 ? depthwiseNarrow<3>(task) : depthwiseNarrow<5>(task);
  if (task.kernel == 3) return task.stride == 1 ? depthwise<3, 1>(task) : depthwise<3, 2>(task);
  return task.stride == 1 ? depthwise<5, 1>(task) : depthwise<5, 2>(task);
}

}  // namespace tessera::video::segmentation
