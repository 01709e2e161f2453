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
/** The same where two vectors of output channels are made at once: every input loaded counts twice. Wider spills registers. */
constexpr int kPairTile = 4;

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

  /** Adds one column of the kernel in one row: all input channels. Gives the weights that follow. */
  TESSERA_ALWAYS_INLINE const float* multiply(const float* in, std::ptrdiff_t pitch, const float* w, int depth) {
    for (; depth > 0; depth -= kBlock, in += pitch) {
      for (int lane = 0; lane < std::min(depth, kBlock); ++lane, w += kBlock) step(in + lane, w);
    }
    return w;
  }

  template <typename F>
  TESSERA_ALWAYS_INLINE void each(F f) {
    unrolled<kPixels>([&](auto p) TESSERA_INLINE_LAMBDA { sum[p] = f(sum[p], p * kBlock); });
  }
};

template <int kPixels, int kStride>
TESSERA_ALWAYS_INLINE void begin(const ConvolutionRow& task, int block, Tile<kPixels, kStride>& tile) {
  const v128_t bias = wasm_v128_load(task.bias + block * kBlock);
  tile.each([&](v128_t, int) TESSERA_INLINE_LAMBDA { return bias; });
}

template <int kPixels, int kStride>
TESSERA_ALWAYS_INLINE void finish(const ConvolutionRow& task, int block, int x, Tile<kPixels, kStride>& tile) {
  const std::ptrdiff_t pixel = static_cast<std::ptrdiff_t>(x) * kBlock;
  if (task.addend.data != nullptr) {
    const float* addend = task.addend.data + block * task.addend.pitch + pixel;
    tile.each([&](v128_t v, int at) TESSERA_INLINE_LAMBDA { return wasm_f32x4_add(v, wasm_v128_load(addend + at)); });
  }
  if (task.activation == Activation::kRelu) {
    tile.each([](v128_t v, int) TESSERA_INLINE_LAMBDA { return relu(v); });
  } else if (task.activation == Activation::kHardSwish) {
    tile.each([](v128_t v, int) TESSERA_INLINE_LAMBDA { return hardSwish(v); });
  } else if (kPixels == 1 && task.activation == Activation::kSigmoid) {
    // Only vectors come here: the wide tiles need no copy of this code.
    tile.each([](v128_t v, int) TESSERA_INLINE_LAMBDA { return sigmoid(v); });
  }
  float* out = task.out.data + block * task.out.pitch + pixel;
  tile.each([&](v128_t v, int at) TESSERA_INLINE_LAMBDA {
    wasm_v128_store(out + at, v);
    return v;
  });
}

/** Calls make(x) for tiles that cover the row. The last one is moved back to end with it: what is made twice comes out the same. */
template <int kPixels = kTile, typename F>
TESSERA_ALWAYS_INLINE void eachTile(int width, F make) {
  for (int x = 0; x < width; x += kPixels) make(std::min(x, width - kPixels));
}

/**
 * kBlocks vectors of output channels of a 1x1 convolution of whole vectors of channels: two thirds of a network are in here. So
 * many sums are under way at once that no addition waits for the one before it, and every input is loaded once for all blocks.
 */
template <int kBlocks, int kPixels>
TESSERA_ALWAYS_INLINE void convolveBlocks(const ConvolutionRow& task, int block) {
  const RowView in = task.rows[0];
  const float* const weights = task.weights[0] + static_cast<std::size_t>(block) * task.block_pitch;
  eachTile<kPixels>(task.width, [&](int x) TESSERA_INLINE_LAMBDA {
    Tile<kPixels, 1> tiles[kBlocks];
    unrolled<kBlocks>([&](auto b) TESSERA_INLINE_LAMBDA { begin(task, block + b, tiles[b]); });
    const float* from = in.data + static_cast<std::ptrdiff_t>(x) * kBlock;
    const float* w = weights;
    for (int depth = task.depth; depth > 0; depth -= kBlock, from += in.pitch, w += kBlock * kBlock) {
      unrolled<kBlock>([&](auto lane) TESSERA_INLINE_LAMBDA {
        v128_t weight[kBlocks];
        unrolled<kBlocks>([&](auto b) TESSERA_INLINE_LAMBDA {
          weight[b] = wasm_v128_load(w + static_cast<std::size_t>(b) * task.block_pitch + kBlock * lane);
        });
        unrolled<kPixels>([&](auto p) TESSERA_INLINE_LAMBDA {
          const v128_t value = wasm_v128_load32_splat(from + p * kBlock + lane);
          unrolled<kBlocks>([&](auto b) TESSERA_INLINE_LAMBDA { tiles[b].sum[p] = multiplyAdd(value, weight[b], tiles[b].sum[p]); });
        });
      });
    }
    unrolled<kBlocks>([&](auto b) TESSERA_INLINE_LAMBDA { finish(task, block + b, x, tiles[b]); });
  });
}

/** 1x1 convolutions of whole vectors of channels, in rows of at least a tile. */
void convolvePixels(const ConvolutionRow& task) {
  const int blocks = task.channels / kBlock;
  int block = 0;
  for (; block + 2 <= blocks; block += 2) convolveBlocks<2, kPairTile>(task, block);
  if (block < blocks) convolveBlocks<1, kTile>(task, block);
}

template <int kPixels, int kStride>
TESSERA_ALWAYS_INLINE void convolveTile(const ConvolutionRow& task, int block, int x) {
  Tile<kPixels, kStride> tile;
  begin(task, block, tile);
  for (int row = 0; row < task.row_count; ++row) {
    const float* in = task.rows[row].data + static_cast<std::ptrdiff_t>(x) * task.stride * kBlock;
    const float* w = task.weights[row] + static_cast<std::size_t>(block) * task.block_pitch;
    for (int k = 0; k < task.kernel; ++k, in += kBlock) w = tile.multiply(in, task.rows[row].pitch, w, task.depth);
  }
  finish(task, block, x, tile);
}

template <int kStride>
void convolve(const ConvolutionRow& task) {
  for (int block = 0; block < task.channels / kBlock; ++block) {
    eachTile(task.width, [&](int x) TESSERA_INLINE_LAMBDA { convolveTile<kTile, kStride>(task, block, x); });
  }
}

/** Rows narrower than a tile, and vectors. */
void convolveNarrow(const ConvolutionRow& task) {
  for (int block = 0; block < task.channels / kBlock; ++block) {
    // With a single pixel there is no distance between pixels: any stride will do.
    for (int x = 0; x < task.width; ++x) convolveTile<1, 1>(task, block, x);
  }
}

}  // namespace

void convolveRow(const ConvolutionRow& task) {
  if (task.width < kTile) return convolveNarrow(task);
  if (task.row_count == 1 && task.kernel == 1 && task.stride == 1 && task.depth % kBlock == 0) return convolvePixels(task);
  task.stride == 1 ? convolve<1>(task) : convolve<2>(task);
}

void scaleWeights(const float* packed, const float* gate, float* out, int depth, int channels) {
  for (int c = 0; c < channels; c += kBlock) {
    for (int k = 0; k < depth; ++k, packed += kBlock, out += kBlock) {
      wasm_v128_store(out, wasm_f32x4_mul(wasm_v128_load(packed), wasm_v128_load32_splat(gate + k)));
    }
  }
}

}  // namespace tessera::video::segmentation
