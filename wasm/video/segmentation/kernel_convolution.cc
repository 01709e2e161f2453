// SPDX-License-Identifier: Apache-2.0
// Convolution as matrix multiplication: tiles of 8 (or single) pixels by 4 output channels, held in registers.
#include <algorithm>

#include "wasm/base/simd.h"
#include "wasm/video/segmentation/kernels.h"
#include "wasm/video/segmentation/simd_math.h"

namespace tessera::video::segmentation {
namespace {

/** Pixels in accumulators: with a vector of weights and one input they leave room to spare in x86's 16 registers. */
constexpr int kTile = 8;

template <int kPixels, int kStride>
struct Tile {
  v128_t sum[kPixels];

  /** Adds one input channel of every pixel times its four weights. */
  TESSERA_ALWAYS_INLINE void step(const float* in, const float* w) {
    const v128_t weight = wasm_v128_load(w);
    unrolled<kPixels>([&](auto p) TESSERA_INLINE_LAMBDA {
      sum[p] = multiplyAdd(wasm_v128_load32_splat(in + p * kStride * kBlock), weight, sum[p]);
    });
  }

  /** Adds one column of the kernel in one row: all input channels. */
  TESSERA_ALWAYS_INLINE void multiply(const float* in, std::ptrdiff_t pitch, const float* w, int depth) {
    for (; depth >= kBlock; depth -= kBlock) {
      unrolled<kBlock>([&](auto lane) TESSERA_INLINE_LAMBDA { step(in + lane, w + kBlock * lane); });
      in += pitch;
      w += kBlock * kBlock;
    }
    for (; depth > 0; --depth) {
      step(in++, w);
      w += kBlock;
    }
  }

  template <typename F>
  TESSERA_ALWAYS_INLINE void each(F f) {
    unrolled<kPixels>([&](auto p) TESSERA_INLINE_LAMBDA { sum[p] = f(sum[p], p * kBlock); });
  }
};

template <int kPixels, int kStride>
TESSERA_ALWAYS_INLINE void convolveTile(const ConvolutionRow& task, int block, int x) {
  const std::size_t weights = static_cast<std::size_t>(block) * task.block_pitch;
  const v128_t bias = wasm_v128_load(task.bias + block * kBlock);
  Tile<kPixels, kStride> tile;
  tile.each([&](v128_t, int) TESSERA_INLINE_LAMBDA { return bias; });
  for (int row = 0; row < task.row_count; ++row) {
    const float* in = task.rows[row].data + static_cast<std::ptrdiff_t>(x) * kStride * kBlock;
    const float* w = task.weights[row] + weights;
    for (int k = 0; k < task.kernel; ++k) {
      tile.multiply(in, task.rows[row].pitch, w, task.depth);
      in += kBlock;
      w += static_cast<std::ptrdiff_t>(task.depth) * kBlock;
    }
  }
  if (task.addend.data != nullptr) {
    const float* addend = task.addend.data + block * task.addend.pitch + static_cast<std::ptrdiff_t>(x) * kBlock;
    tile.each([&](v128_t v, int at) TESSERA_INLINE_LAMBDA { return wasm_f32x4_add(v, wasm_v128_load(addend + at)); });
  }
  switch (task.activation) {
    case Activation::kNone: break;
    case Activation::kRelu: tile.each([](v128_t v, int) TESSERA_INLINE_LAMBDA { return relu(v); }); break;
    case Activation::kHardSwish: tile.each([](v128_t v, int) TESSERA_INLINE_LAMBDA { return hardSwish(v); }); break;
    case Activation::kSigmoid:
      // Only vectors come here: the wide tiles need no copy of this code.
      if constexpr (kPixels == 1) tile.each([](v128_t v, int) TESSERA_INLINE_LAMBDA { return sigmoid(v); });
      break;
  }
  float* out = task.out.data + block * task.out.pitch + static_cast<std::ptrdiff_t>(x) * kBlock;
  tile.each([&](v128_t v, int at) TESSERA_INLINE_LAMBDA {
    wasm_v128_store(out + at, v);
    return v;
  });
}

template <int kStride>
void convolve(const ConvolutionRow& task) {
  for (int block = 0; block < task.channels / kBlock; ++block) {
    if (task.width < kTile) {
      for (int x = 0; x < task.width; ++x) convolveTile<1, kStride>(task, block, x);
      continue;
    }
    // The last tile is moved back to end with the row: what it makes for a second time comes out the same.
    for (int x = 0; x < task.width; x += kTile) convolveTile<kTile, kStride>(task, block, std::min(x, task.width - kTile));
  }
}

}  // namespace

void convolveRow(const ConvolutionRow& task) { task.stride == 1 ? convolve<1>(task) : convolve<2>(task); }

void scaleWeights(const float* packed, const float* gate, float* out, int depth, int channels) {
  for (int c = 0; c < channels; c += kBlock) {
    for (int k = 0; k < depth; ++k, packed += kBlock, out += kBlock) {
      wasm_v128_store(out, wasm_f32x4_mul(wasm_v128_load(packed), wasm_v128_load32_splat(gate + k)));
    }
  }
}

}  // namespace tessera::video::segmentation
