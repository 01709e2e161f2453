// SPDX-License-Identifier: Apache-2.0
// Weighted sums of a small picture's pixels on a grid of the same or of half the size, row by row.
#pragma once

#include <algorithm>
#include <vector>

#include "wasm/video/quads.h"

namespace tessera::video {

// Fills `out` (ceil(width / step) quads and three spare ones) with row `y` of the grid: each sample the sum of step x step
// pixels (step 1 or 2; of what there is of them at the edges), each times its weight. weigh(y, weights) writes the weights
// of the picture's row y into `weights`, picture.width floats.
template <typename Weigh>
void weightedRow(const QuadImage& picture, int step, int y, Weigh weigh, std::vector<float>& weights, float* out) {
  const int count = (picture.width + step - 1) / step;
  std::fill(out, out + count * 4, 0.0f);
  weights.resize(static_cast<std::size_t>(picture.width));
  for (int source = y * step; source < std::min((y + 1) * step, picture.height); ++source) {
    weigh(source, weights.data());
    const float* from = picture.row(source);
    const float* weight = weights.data();
    for (int x = 0; x < picture.width; ++x, from += 4, ++weight) {
      float* const sum = out + (step == 2 ? x >> 1 : x) * 4;
      wasm_v128_store(sum, wasm_f32x4_add(wasm_v128_load(sum), wasm_f32x4_mul(wasm_v128_load(from), wasm_v128_load32_splat(weight))));
    }
  }
}

// The largest number of luma pixels that a sample may span (see SoftPicture).
constexpr int kLargestFactor = 8;

}  // namespace tessera::video
