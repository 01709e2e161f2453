// SPDX-License-Identifier: Apache-2.0
// Depthwise convolution: four output pixels by four channels at a time, so that inputs and weights are loaded once for several uses.
#include "wasm/base/simd.h"
#include "wasm/video/segmentation/kernels.h"
#include "wasm/video/segmentation/simd_math.h"

namespace tessera::video::segmentation {
namespace {

template <int kKernel, int kStride, int kPixels>
TESSERA_ALWAYS_INLINE void depthwiseTile(const DepthwiseRow& task, int x) {
  constexpr int kInputs = (kPixels - 1) * kStride + kKernel;
  const std::ptrdiff_t channels = task.channels;
  for (std::ptrdiff_t c = 0; c < channels; c += 4) {
    const v128_t bias = wasm_v128_load(task.bias + c);
    v128_t sum[kPixels];
    for (v128_t& s : sum) s = bias;
    for (int y = 0; y < kKernel; ++y) {
      if (task.rows[y] == nullptr) continue;
      const float* in = task.rows[y] + x * kStride * channels + c;
      const float* w = task.weights + y * kKernel * channels + c;
      v128_t weight[kKernel];
      for (int k = 0; k < kKernel; ++k) weight[k] = wasm_v128_load(w + k * channels);
      for (int i = 0; i < kInputs; ++i) {
        const v128_t value = wasm_v128_load(in + i * channels);
        for (int p = 0; p < kPixels; ++p) {
          const int k = i - p * kStride;
          if (k >= 0 && k < kKernel) sum[p] = wasm_f32x4_add(sum[p], wasm_f32x4_mul(value, weight[k]));
        }
      }
    }
    if (task.activation == Activation::kRelu) {
      for (v128_t& s : sum) s = relu(s);
    } else if (task.activation == Activation::kHardSwish) {
      for (v128_t& s : sum) s = hardSwish(s);
    }
    const std::ptrdiff_t out = x * channels + c;
    for (int p = 0; p < kPixels; ++p) {
      if (task.addend != nullptr) sum[p] = wasm_f32x4_add(sum[p], wasm_v128_load(task.addend + out + p * channels));
      wasm_v128_store(task.out + out + p * channels, sum[p]);
    }
  }
}

template <int kKernel, int kStride>
void depthwise(const DepthwiseRow& task) {
  int x = 0;
  for (; x + 4 <= task.width; x += 4) depthwiseTile<kKernel, kStride, 4>(task, x);
  for (; x < task.width; ++x) depthwiseTile<kKernel, kStride, 1>(task, x);
}

}  // namespace

void depthwiseRow(const DepthwiseRow& task) {
  if (task.kernel == 3) {
    task.stride == 1 ? depthwise<3, 1>(task) : depthwise<3, 2>(task);
  } else {
    task.stride == 1 ? depthwise<5, 1>(task) : depthwise<5, 2>(task);
  }
}

}  // namespace tessera::video::segmentation
