// SPDX-License-Identifier: Apache-2.0
// Convolution as matrix multiplication: tiles of 6 (or 4, or 1) pixels by 8 output channels, held in registers.
#include "wasm/base/simd.h"
#include "wasm/video/segmentation/kernels.h"
#include "wasm/video/segmentation/simd_math.h"

namespace tessera::video::segmentation {
namespace {

/** Pixels by output channels in accumulators. 6 x 8 takes 12 of x86's 16 registers, two more hold weights, one a pixel. */
template <int kPixels>
struct Tile {
  v128_t sum[kPixels][2];

  /** Adds the next input value of every pixel times its eight weights. */
  TESSERA_ALWAYS_INLINE void step(const float* const (&pixel)[kPixels], const float* w, int k) {
    const v128_t w0 = wasm_v128_load(w + kBlock * k);
    const v128_t w1 = wasm_v128_load(w + kBlock * k + 4);
    for (int p = 0; p < kPixels; ++p) {
      const v128_t x = wasm_v128_load32_splat(pixel[p] + k);
      sum[p][0] = multiplyAdd(x, w0, sum[p][0]);
      sum[p][1] = multiplyAdd(x, w1, sum[p][1]);
    }
  }

  TESSERA_ALWAYS_INLINE void multiply(const float* in, int pitch, const float* w, int depth) {
    const float* pixel[kPixels];
    for (int p = 0; p < kPixels; ++p) pixel[p] = in + static_cast<std::ptrdiff_t>(p) * pitch;
    for (; depth >= 4; depth -= 4) {
      for (int k = 0; k < 4; ++k) step(pixel, w, k);
      for (int p = 0; p < kPixels; ++p) pixel[p] += 4;
      w += 4 * kBlock;
    }
    for (; depth > 0; --depth) {
      step(pixel, w, 0);
      for (int p = 0; p < kPixels; ++p) ++pixel[p];
      w += kBlock;
    }
  }

  template <typename F>
  TESSERA_ALWAYS_INLINE void each(F f) {
    for (int p = 0; p < kPixels; ++p) {
      for (int half = 0; half < 2; ++half) sum[p][half] = f(sum[p][half], p, 4 * half);
    }
  }
};

template <int kPixels>
void convolveTile(const ConvolutionRow& task, int x) {
  const std::ptrdiff_t in = static_cast<std::ptrdiff_t>(x) * task.pitch;
  for (int c = 0; c < task.channels; c += kBlock) {
    const std::size_t block = static_cast<std::size_t>(c / kBlock) * task.block_pitch;
    const std::ptrdiff_t out = static_cast<std::ptrdiff_t>(x) * task.channels + c;
    Tile<kPixels> tile;
    tile.each([&](v128_t, int, int lane) { return wasm_v128_load(task.bias + c + lane); });
    for (int row = 0; row < task.row_count; ++row) {
      tile.multiply(task.rows[row] + in, task.pitch, task.weights[row] + block, task.depth);
    }
    if (task.addend != nullptr) {
      const float* addend = task.addend + out;
      tile.each([&](v128_t v, int p, int lane) { return wasm_f32x4_add(v, wasm_v128_load(addend + p * task.channels + lane)); });
    }
    switch (task.activation) {
      case Activation::kNone: break;
      case Activation::kRelu: tile.each([](v128_t v, int, int) { return relu(v); }); break;
      case Activation::kHardSwish: tile.each([](v128_t v, int, int) { return hardSwish(v); }); break;
      case Activation::kSigmoid:
        // Only vectors come here (width 1): the wide tiles need no copy of this code.
        if constexpr (kPixels == 1) tile.each([](v128_t v, int, int) { return sigmoid(v); });
        break;
    }
    float* to = task.out + out;
    tile.each([&](v128_t v, int p, int lane) {
      wasm_v128_store(to + p * task.channels + lane, v);
      return v;
    });
  }
}

}  // namespace

void convolveRow(const ConvolutionRow& task) {
  int x = 0;
  // Sixes while what stays can still be made of sixes and fours: every even width of 8 or more leaves nothing over.
  while (task.width - x >= 6 && (task.width - x == 6 || task.width - x >= 10)) {
    convolveTile<6>(task, x);
    x += 6;
  }
  for (; task.width - x >= 4; x += 4) convolveTile<4>(task, x);
  for (; x < task.width; ++x) convolveTile<1>(task, x);
}

void scaleWeights(const float* packed, const float* gate, float* out, int depth, int channels) {
  for (int c = 0; c < channels; c += kBlock) {
    for (int k = 0; k < depth; ++k, packed += kBlock, out += kBlock) {
      const v128_t scale = wasm_v128_load32_splat(gate + k);
      wasm_v128_store(out, wasm_f32x4_mul(wasm_v128_load(packed), scale));
      wasm_v128_store(out + 4, wasm_f32x4_mul(wasm_v128_load(packed + 4), scale));
    }
  }
}

}  // namespace tessera::video::segmentation
