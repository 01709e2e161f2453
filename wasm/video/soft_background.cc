// SPDX-License-Identifier: Apache-2.0
// Weighted, normalised blur by three box filters in a chain.
#include "wasm/video/soft_background.h"

#include <algorithm>
#include <cmath>

#include "wasm/video/weighted.h"

namespace tessera::video {
namespace {

constexpr float kLeastWeight = 1.0f / 512.0f;
// From this sigma on (in small samples) half the grid holds all that the blur leaves.
constexpr float kHalvingSigma = 3.5f;

}  // namespace

float SoftBackground::sigmaFor(float strength, int short_side) {
  return static_cast<float>(short_side) * (0.008f + 0.042f * std::clamp(strength, 0.0f, 1.0f));
}

void SoftBackground::run(const QuadImage& picture, int factor, std::span<const float> mask, float strength) {
  const int width = picture.width;
  widened_.resize(static_cast<std::size_t>(width) + 2);
  // Pixels beside the person hold some of it: the mask counts with its largest neighbour, down first, then across.
  const auto weigh = [&](int y, float* weights) {
    if (mask.empty()) return std::fill(weights, weights + width, 1.0f);
    const float* here = mask.data() + static_cast<std::ptrdiff_t>(y) * width;
    const float* above = y > 0 ? here - width : here;
    const float* below = y + 1 < picture.height ? here + width : here;
    float* const tall = widened_.data() + 1;
    for (int x = 0; x < width; ++x) tall[x] = std::max(here[x], std::max(above[x], below[x]));
    tall[width] = 0.0f;
    for (int x = 0; x < width; ++x) {
      const float* near = tall + x - 1;
      const float free = 1.0f - std::max(near[0], std::max(near[1], near[2]));
      weights[x] = std::max(free * free, kLeastWeight);
    }
  };

  float sigma = sigmaFor(strength, std::min(width, picture.height) * factor) / static_cast<float>(factor);
  const int step = sigma >= kHalvingSigma && 2 * factor <= kLargestFactor ? 2 : 1;
  sigma /= static_cast<float>(step);
  const int out_width = (width + step - 1) / step;
  const int out_height = (picture.height + step - 1) / step;
  result_.factor = factor * step;
  result_.resize(out_width, out_height);
  row_.resize(static_cast<std::size_t>(out_width + 3) * 4);

  const float radius = boxRadiusFor(sigma, kPasses);
  for (BoxRows& box : boxes_) box.start(out_width, out_height, radius);
  const int latency = boxes_[0].latency();
  for (int y = 0; y < out_height + kPasses * latency; ++y) {
    const float* row = nullptr;
    if (y < out_height) {
      weightedRow(picture, step, y, weigh, weights_, row_.data());
      row = row_.data();
    }
    for (int pass = 0; pass < kPasses && y >= pass * latency; ++pass) row = boxes_[pass].push(row);
    const int target = y - kPasses * latency;
    if (target < 0) continue;
    std::int16_t* py = result_.y.row(target);
    std::int16_t* pu = result_.u.row(target);
    std::int16_t* pv = result_.v.row(target);
    for (int x = 0; x < out_width; ++x, row += 4) {
      const float scale = 64.0f / std::max(row[3], 1e-6f);
      py[x] = static_cast<std::int16_t>(std::clamp(row[0] * scale + 0.5f, 0.0f, 16320.0f));
      pu[x] = static_cast<std::int16_t>(std::clamp(row[1] * scale + 0.5f, 0.0f, 16320.0f));
      pv[x] = static_cast<std::int16_t>(std::clamp(row[2] * scale + 0.5f, 0.0f, 16320.0f));
    }
  }
  result_.finishEdges();
}

}  // namespace tessera::video
