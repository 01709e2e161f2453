// SPDX-License-Identifier: Apache-2.0
// Weighted, normalised blur by three box filters.
#include "wasm/video/soft_background.h"

#include <algorithm>
#include <cmath>

#include "wasm/base/simd.h"

namespace tessera::video {
namespace {

constexpr float kLeastWeight = 1.0f / 512.0f;
constexpr int kPasses = 3;
// From this sigma on (in small samples) half the grid holds all that the blur leaves.
constexpr float kHalvingSigma = 3.5f;
constexpr int kLargestFactor = 8;

// The sum of each 2x2 block, of what there is of it at the edges.
void halve(const QuadImage& in, QuadImage& out) {
  out.resize((in.width + 1) / 2, (in.height + 1) / 2);
  for (int y = 0; y < out.height; ++y) {
    const float* top = in.row(2 * y);
    const float* bottom = in.row(std::min(2 * y + 1, in.height - 1));
    float* target = out.row(y);
    for (int x = 0; x < out.width; ++x) {
      const int left = 8 * x;
      const int right = std::min(2 * x + 1, in.width - 1) * 4;
      const v128_t upper = wasm_f32x4_add(wasm_v128_load(top + left), wasm_v128_load(top + right));
      const v128_t lower = wasm_f32x4_add(wasm_v128_load(bottom + left), wasm_v128_load(bottom + right));
      wasm_v128_store(target + 4 * x, wasm_f32x4_add(upper, lower));
    }
  }
}

}  // namespace

void SoftPicture::resize(int width, int height) {
  y.resize(width, height);
  u.resize(width, height);
  v.resize(width, height);
}

float SoftBackground::sigmaFor(float strength, int short_side) {
  return static_cast<float>(short_side) * (0.008f + 0.042f * std::clamp(strength, 0.0f, 1.0f));
}

void SoftBackground::run(const QuadImage& picture, int factor, std::span<const float> mask, float strength) {
  const int width = picture.width;
  const int height = picture.height;
  weighted_.resize(width, height);
  if (mask.empty()) {
    std::copy(picture.data.begin(), picture.data.end(), weighted_.data.begin());
  } else {
    // Pixels beside the person hold some of it: the mask counts with its largest neighbour, across here, down below.
    widened_.resize(mask.size());
    for (int y = 0; y < height; ++y) {
      const float* here = mask.data() + static_cast<std::ptrdiff_t>(y) * width;
      const float* above = y > 0 ? here - width : here;
      const float* below = y + 1 < height ? here + width : here;
      float* target = widened_.data() + static_cast<std::ptrdiff_t>(y) * width;
      for (int x = 0; x < width; ++x) target[x] = std::max(here[x], std::max(above[x], below[x]));
    }
    for (int y = 0; y < height; ++y) {
      const float* tall = widened_.data() + static_cast<std::ptrdiff_t>(y) * width;
      const float* source = picture.row(y);
      float* target = weighted_.row(y);
      for (int x = 0; x < width; ++x) {
        const float person = std::max(tall[x], std::max(tall[std::max(x - 1, 0)], tall[std::min(x + 1, width - 1)]));
        const float free = 1.0f - person;
        const v128_t weight = wasm_f32x4_splat(std::max(free * free, kLeastWeight));
        wasm_v128_store(target + 4 * x, wasm_f32x4_mul(wasm_v128_load(source + 4 * x), weight));
      }
    }
  }

  float sigma = sigmaFor(strength, std::min(width, height) * factor) / static_cast<float>(factor);
  QuadImage* from = &weighted_;
  int result_factor = factor;
  if (sigma >= kHalvingSigma && 2 * factor <= kLargestFactor) {
    halve(weighted_, first_);
    from = &first_;
    sigma *= 0.5f;
    result_factor *= 2;
  } else {
    first_.resize(width, height);
  }
  second_.resize(first_.width, first_.height);
  const float radius = boxRadiusFor(sigma, kPasses);
  box_.run(*from, second_, radius);
  box_.run(second_, first_, radius);
  box_.run(first_, second_, radius);

  result_.factor = result_factor;
  result_.resize(second_.width, second_.height);
  for (int y = 0; y < second_.height; ++y) {
    const float* source = second_.row(y);
    std::int16_t* py = result_.y.row(y);
    std::int16_t* pu = result_.u.row(y);
    std::int16_t* pv = result_.v.row(y);
    for (int x = 0; x < second_.width; ++x, source += 4) {
      const float scale = 64.0f / std::max(source[3], 1e-6f);
      py[x] = static_cast<std::int16_t>(std::clamp(source[0] * scale + 0.5f, 0.0f, 16320.0f));
      pu[x] = static_cast<std::int16_t>(std::clamp(source[1] * scale + 0.5f, 0.0f, 16320.0f));
      pv[x] = static_cast<std::int16_t>(std::clamp(source[2] * scale + 0.5f, 0.0f, 16320.0f));
    }
  }
  result_.y.finishEdges();
  result_.u.finishEdges();
  result_.v.finishEdges();
}

}  // namespace tessera::video
