// SPDX-License-Identifier: Apache-2.0
// Convolution as matrix multiplication: tiles of four pixels (or single ones) by eight output channels, held in registers.
#include <algorithm>

#include "wasm/base/simd.h"
#include "wasm/video/segmentation/kernels.h"
#include "wasm/video/segmentation/simd_math.h"

namespace tessera::video::segmentation {
namespace {

/** Pixels of a tile, in rows that are as wide. Four of two vectors of channels: eight sums fit into x86's 16 registers, more do not. */
constexpr int kTile = 4;

template <int kPixels, int kBlocks, int kStride>
struct Tile {
  v128_t sum[kBlocks][kPixels];

  /**
   * Adds one column of the kernel in one row: all input channels. Every input loaded counts for all blocks.
   * @return the weights that follow
   */
  TESSERA_ALWAYS_INLINE const float* multiply(const float* in, std::ptrdiff_t pitch, const float* w, std::size_t block_pitch, int depth) {
    for (; depth >= kBlock; depth -= kBlock, in += pitch, w += kBlock * kBlock) {
      const Weights weights(w, block_pitch);
      unrolled<kBlock>([&](auto lane) TESSERA_INLINE_LAMBDA { add(in, weights, lane); });
    }
    for (; depth > 0; --depth, ++in, w += kBlock) add(in, Weights(w, block_pitch), 0);
    return w;
  }

  /** f(sum, block, pixel) */
  template <typename F>
  TESSERA_ALWAYS_INLINE void each(F f) {
    unrolled<kBlocks>([&](auto b) TESSERA_INLINE_LAMBDA {
      unrolled<kPixels>([&](auto p) TESSERA_INLINE_LAMBDA { sum[b][p] = f(sum[b][p], b, p); });
    });
  }

 private:
  /** Where a block's weights are read from: those of all channels of a vector are at constant distances. */
  struct Weights {
    const float* block[kBlocks];
    TESSERA_ALWAYS_INLINE Weights(const float* w, std::size_t block_pitch) {
      unrolled<kBlocks>([&](auto b) TESSERA_INLINE_LAMBDA { block[b] = w + b * block_pitch; });
    }
  };

  TESSERA_ALWAYS_INLINE void add(const float* in, const Weights& weights, int lane) {
    v128_t weight[kBlocks];
    unrolled<kBlocks>([&](auto b) TESSERA_INLINE_LAMBDA { weight[b] = wasm_v128_load(weights.block[b] + lane * kBlock); });
    unrolled<kPixels>([&](auto p) TESSERA_INLINE_LAMBDA {
      const v128_t value = wasm_v128_load32_splat(in + p * kStride * kBlock + lane);
      unrolled<kBlocks>([&](auto b) TESSERA_INLINE_LAMBDA { sum[b][p] = inOrder(multiplyAdd(value, weight[b], sum[b][p])); });
    });
  }
};

template <int kPixels, int kBlocks, int kStride>
TESSERA_ALWAYS_INLINE void finish(const ConvolutionRow& task, int block, int x, Tile<kPixels, kBlocks, kStride>& tile) {
  const std::ptrdiff_t pixel = static_cast<std::ptrdiff_t>(x) * kBlock;
  if (task.addend.data != nullptr) {
    const float* addend = task.addend.data + block * task.addend.pitch + pixel;
    tile.each([&](v128_t v, int b, int p) TESSERA_INLINE_LAMBDA { return wasm_f32x4_add(v, wasm_v128_load(addend + b * task.addend.pitch + p * kBlock)); });
  }
  if (task.activation == Activation::kRelu) {
    tile.each([](v128_t v, int, int) TESSERA_INLINE_LAMBDA { return relu(v); });
  } else if (task.activation == Activation::kHardSwish) {
    tile.each([](v128_t v, int, int) TESSERA_INLINE_LAMBDA { return hardSwish(v); });
  } else if (kPixels == 1 && task.activation == Activation::kSigmoid) {
    // Only vectors come here: the wide tiles need no copy of this code.
    tile.each([](v128_t v, int, int) TESSERA_INLINE_LAMBDA { return sigmoid(v); });
  }
  float* out = task.out.data + block * task.out.pitch + pixel;
  tile.each([&](v128_t v, int b, int p) TESSERA_INLINE_LAMBDA {
    wasm_v128_store(out + b * task.out.pitch + p * kBlock, v);
    return v;
  });
}

template <int kPixels, int kBlocks, int kStride>
TESSERA_ALWAYS_INLINE void convolveTile(const ConvolutionRow& task, int block, int x) {
  Tile<kPixels, kBlocks, kStride> tile;
  tile.each([&](v128_t, int b, int) TESSERA_INLINE_LAMBDA { return wasm_v128_load(task.bias + (block + b) * kBlock); });
  const std::ptrdiff_t step = static_cast<std::ptrdiff_t>(task.stride) * kBlock;
  for (int row = 0; row < task.row_count; ++row) {
    const RowView& from = task.rows[row];
    const float* in = from.data + x * step;
    const float* w = task.weights[row] + static_cast<std::size_t>(block) * task.block_pitch;
    for (int k = 0; k < task.kernel; ++k, in += kBlock) w = tile.multiply(in, from.pitch, w, task.block_pitch, task.depth);
  }
  finish(task, block, x, tile);
}

template <int kPixels, int kBlocks, int kStride>
TESSERA_ALWAYS_INLINE void convolveBlocks(const ConvolutionRow& task, int block) {
  // The last tile is moved back to end with the row: what is made twice comes out the same.
  for (int x = 0; x < task.width; x += kPixels) convolveTile<kPixels, kBlocks, kStride>(task, block, std::min(x, task.width - kPixels));
}

template <int kPixels, int kStride>
void convolve(const ConvolutionRow& task) {
  const int blocks = task.channels / kBlock;
  int block = 0;
  for (; block + 2 <= blocks; block += 2) convolveBlocks<kPixels, 2, kStride>(task, block);
  if (block < blocks) convolveBlocks<kPixels, 1, kStride>(task, block);
}

}  // namespace

void convolveRow(const ConvolutionRow& task) {
  if (task.width < kTile) return convolve<1, 1>(task);
  task.stride == 1 ? convolve<kTile, 1>(task) : convolve<kTile, 2>(task);
}

void scaleWeights(const float* packed, const float* gate, float* out, int depth, int channels) {
  for (int c = 0; c < channels; c += kBlock) {
    for (int k = 0; k < depth; ++k, packed += kBlock, out += kBlock) {
      wasm_v128_store(out, wasm_f32x4_mul(wasm_v128_load(packed), wasm_v128_load32_splat(gate + k)));
    }
  }
}

}  // namespace tessera::video::segmentation
