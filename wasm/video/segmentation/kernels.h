// SPDX-License-Identifier: Apache-2.0
// The arithmetic of segmentation, one row of pixels at a time. Nothing here allocates.
//
// A row is laid out [channels / 4][pixels][4]: vectors of four channels, one pixel after the other. So what a kernel reads next
// lies at a distance known at compile time, whatever the number of channels, and no instruction is spent on finding it.
// "Pitch" is the number of floats from one vector of channels to the next, that is 4 * (pixels + margins).
#pragma once

#include <cstddef>

#include "wasm/video/segmentation/model.h"

namespace tessera::video::segmentation {

/** Channels in a vector, which is also the grain of packed weights. */
inline constexpr int kBlock = 4;

/** Vectors that hold `channels` channels. */
constexpr int blocksOf(int channels) { return (channels + kBlock - 1) / kBlock; }

/** A row to read. */
struct RowView {
  /** The first pixel that is meant, in the first vector of channels; null where there is no such row. */
  const float* data = nullptr;
  std::ptrdiff_t pitch = 0;
};

/** A row to write; overlaps no row that is read. */
struct MutableRow {
  float* data = nullptr;
  std::ptrdiff_t pitch = 0;
};

/**
 * One output row of a square convolution, or (width 1, one row) of a matrix-vector product.
 * Weights are packed [channels / kBlock][kernel rows][kernel columns][depth][kBlock].
 */
struct ConvolutionRow {
  /** The input rows that lie inside the picture, each from the leftmost pixel that the first output reads. */
  RowView rows[kMaxKernel];
  /** For each of them, its weights in the first block. */
  const float* weights[kMaxKernel];
  int row_count;
  /** Input pixels across that an output looks at. */
  int kernel;
  /** Input channels. */
  int depth;
  /** 1 or 2. */
  int stride;
  /** Floats from one block's weights to the next one's: kernel * kernel * depth * kBlock. */
  std::size_t block_pitch;
  /** `channels` floats. */
  const float* bias;
  /** Added before the activation, unless it is no row. */
  RowView addend;
  MutableRow out;
  /** In output pixels. */
  int width;
  /** Of the output; a multiple of kBlock. */
  int channels;
  /** kSigmoid only where width is 1. */
  Activation activation;
};
void convolveRow(const ConvolutionRow& task);

/** One output row of a depthwise convolution, stride 1 or 2, kernel 3 or 5. Weights are [channels / 4][kernel][kernel][4]. */
struct DepthwiseRow {
  /** `kernel` rows, none where outside the picture, each from the leftmost pixel that the first output reads. */
  RowView rows[kMaxKernel];
  const float* weights;
  const float* bias;
  /** Added after the activation, unless it is no row. */
  RowView addend;
  MutableRow out;
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
 * @param near, far input rows of `width` pixels; the same row at the picture's edge
 * @param out 2 * `width` pixels
 * @param channels a multiple of 4
 */
void upsampleRow(RowView near, RowView far, MutableRow out, int width, int channels);

/** Spreads `width` pixels of three interleaved floats to pixels of four, the fourth being anything. Reads one float more. */
void spreadRow(const float* rgb, float* out, int width);

/**
 * Two rows of the mask: the logistic function of `width` pixels of (top left, top right, bottom left, bottom right).
 * @param top, bottom 2 * `width` floats each, values 0..1
 */
void maskRows(const float* corners, float* top, float* bottom, int width);

/** sums[c] += the sum of the row's `width` values of channel c. `channels` is a multiple of 4. */
void accumulateRow(RowView row, float* sums, int width, int channels);

/** out = packed matrix weights ([channels / kBlock][depth][kBlock]) with input channel k multiplied by gate[k]. */
void scaleWeights(const float* packed, const float* gate, float* out, int depth, int channels);

}  // namespace tessera::video::segmentation
