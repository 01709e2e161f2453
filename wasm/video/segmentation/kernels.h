// SPDX-License-Identifier: Apache-2.0
// The arithmetic of segmentation, one row of pixels at a time. Pixels are interleaved floats (NHWC); nothing here allocates.
#pragma once

#include <cstddef>

#include "wasm/video/segmentation/model.h"

namespace tessera::video::segmentation {

/** Output channels that the matrix kernel makes at once, and the grain of its packed weights. */
inline constexpr int kBlock = 8;

/**
 * One output row of a square convolution, or (width 1, one row) of a matrix-vector product.
 * Weights are packed [channels / kBlock][kernel rows * depth][kBlock].
 */
struct ConvolutionRow {
  /** The input rows that lie inside the picture, each from the leftmost pixel that the first output reads. */
  const float* rows[kMaxKernel];
  /** For each of them, its weights in the first block. */
  const float* weights[kMaxKernel];
  int row_count;
  /** Floats that one output pixel reads from one row: kernel width * input channels. */
  int depth;
  /** Floats from one output pixel's input to the next one's: stride * input channels. */
  int pitch;
  /** Floats from one block's weights to the next one's: kernel rows * depth * kBlock. */
  std::size_t block_pitch;
  /** `channels` floats. */
  const float* bias;
  /** Null, or width * channels floats, added before the activation. */
  const float* addend;
  /** width * channels floats; overlaps no input. */
  float* out;
  int width;
  /** A multiple of kBlock. */
  int channels;
  Activation activation;
};
void convolveRow(const ConvolutionRow& task);

/** One output row of a depthwise convolution, stride 1 or 2, kernel 3 or 5. Weights are [kernel][kernel][channels]. */
struct DepthwiseRow {
  /** `kernel` rows, null where outside the picture, each from the leftmost pixel that the first output reads. */
  const float* rows[kMaxKernel];
  const float* weights;
  const float* bias;
  /** Null, or width * channels floats, added after the activation. */
  const float* addend;
  float* out;
  int width;
  /** A multiple of 4. */
  int channels;
  int kernel;
  int stride;
  /** Anything but kSigmoid. */
  Activation activation;
};
void depthwiseRow(const DepthwiseRow& task);

/**
 * One row of a bilinear upsample by two, half-pixel centres: 3/4 of `near` and 1/4 of `far`, then the same across.
 * @param near, far input rows, `width` * `channels` floats; equal at the picture's edge
 * @param out 2 * `width` * `channels` floats
 * @param channels a multiple of 4
 */
void upsampleRow(const float* near, const float* far, float* out, int width, int channels);

/**
 * Two rows of the mask from one row of features: a transposed 2x2 convolution of stride 2, then the logistic function.
 * @param in `width` * `depth` floats
 * @param weights [depth][4], the four being top left, top right, bottom left, bottom right
 * @param top, bottom 2 * `width` floats each, values 0..1
 */
void outputRow(const float* in, const float* weights, float bias, float* top, float* bottom, int width, int depth);

/** sums[c] += the sum of the row's `width` values of channel c. `channels` is a multiple of 4. */
void accumulateRow(const float* row, float* sums, int width, int channels);

/** out = packed matrix weights ([channels / kBlock][depth][kBlock]) with input channel k multiplied by gate[k]. */
void scaleWeights(const float* packed, const float* gate, float* out, int depth, int channels);

}  // namespace tessera::video::segmentation
