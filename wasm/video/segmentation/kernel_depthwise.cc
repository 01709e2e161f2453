// SPDX-License-Identifier: Apache-2.0
// Depthwise convolution: four output pixels by four channels at a time, so that a weight is loaded once for four uses.
#include "wasm/base/simd.h"
#include "wasm/video/segmentation/kernels.h"
#include "wasm/video/segmentation/simd_math.h"

namespace tessera::video::segmentation {
namespace {

template <int kKernel, int kPixels>
TESSERA_ALWAYS_INLINE void depthwiseTile(const DepthwiseRow& task, int x) {
  const std::ptrdiff_t channels = task.channels;
  const std::ptrdiff_t pitch = task.stride * channels;
  for (std::ptrdiff_t c = 0; c < channels; c += 4) {
    const v128_t bias = wasm_v128_load(task.bias + c);
    v128_t sum[kPixels];
    for (v128_t& s : sum) s = bias;
    const float* w = task.weights + c;
    for (int y = 0; y < kKernel; ++y, w += kKernel * channels) {
      if (task.rows[y] == nullptr) continue;
      const float* in = task.rows[y] + x * pitch + c;
      for (int k = 0; k < kKernel; ++k) {
        const v128_t weight = wasm_v128_load(w + k * channels);
        for (int p = 0; p < kPixels; ++p) {
          sum[p] = multiplyAdd(wasm_v128_load(in + p * pitch + k * channels), weight, sum[p]);
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

template <int kKernel>
void depthwise(const DepthwiseRow& task) {
  int x = 0;
  for (; x + 4 <= task.width; x += 4) depthwiseTile<kKernel, 4>(task, x);
  for (; x < task.width; ++x) depthwiseTile<kKernel, 1>(task, x);
}

}  // namespace

void depthwiseRow(const DepthwiseRow& task) { task.kernel == 3 ? depthwise<3>(task) : depthwise<5>(task); }

}  // namespace tessera::video::segmentation
