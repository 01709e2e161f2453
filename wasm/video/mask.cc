// SPDX-License-Identifier: Apache-2.0
// Motion-aware smoothing and the guided filter's local linear model.
#include "wasm/video/mask.h"

#include <algorithm>
#include <cmath>

#include "wasm/base/simd.h"

namespace tessera::video {
namespace {

// Luma changes (0..1) up to the first count as noise, from the second on as full motion.
constexpr float kStill = 0.025f;
constexpr float kMoving = 0.09f;
// The share of the new value on a still pixel: when the model is undecided, and what certainty adds.
constexpr float kShareUnsure = 0.2f;
constexpr float kShareSure = 0.3f;
// A sure change of the mask itself counts as motion from this difference on.
constexpr float kSureChange = 0.5f;

std::int16_t fixed(float value, float scale) {
  return static_cast<std::int16_t>(std::lround(std::clamp(value, -GuidedMask::kLimit, GuidedMask::kLimit) * scale));
}

}  // namespace

void TemporalMask::reset(Resolution size) {
  size_ = size;
  fresh_ = true;
  const auto count = static_cast<std::size_t>(size.pixels());
  values_.assign(count, 0.0f);
  luma_.assign(count, 0.0f);
  change_.assign(count, 0.0f);
  motion_.assign(count, 0.0f);
}

void TemporalMask::update(std::span<const float> rgb, std::span<const float> mask) {
  const std::size_t count = values_.size();
  for (std::size_t i = 0; i < count; ++i) {
    const float* p = rgb.data() + i * 3;
    const float luma = 0.25f * p[0] + 0.625f * p[1] + 0.125f * p[2];
    change_[i] = std::fabs(luma - luma_[i]);
    luma_[i] = luma;
  }
  if (fresh_) {
    std::copy(mask.begin(), mask.begin() + static_cast<std::ptrdiff_t>(count), values_.begin());
    fresh_ = false;
    return;
  }
  // The largest change within one pixel to each side: first down, then across while mixing.
  const auto width = static_cast<std::size_t>(size_.width);
  const auto height = static_cast<std::size_t>(size_.height);
  for (std::size_t y = 0; y < height; ++y) {
    const float* here = change_.data() + y * width;
    const float* above = y > 0 ? here - width : here;
    const float* below = y + 1 < height ? here + width : here;
    float* target = motion_.data() + y * width;
    for (std::size_t x = 0; x < width; ++x) target[x] = std::max(here[x], std::max(above[x], below[x]));
  }
  for (std::size_t y = 0; y < height; ++y) {
    const float* motion = motion_.data() + y * width;
    for (std::size_t x = 0; x < width; ++x) {
      const std::size_t at = y * width + x;
      const float widest = std::max(motion[x], std::max(motion[x > 0 ? x - 1 : x], motion[x + 1 < width ? x + 1 : x]));
      const float moving = std::clamp((widest - kStill) / (kMoving - kStill), 0.0f, 1.0f);
      const float fresh = mask[at];
      const float old = values_[at];
      const float sure = std::fabs(2.0f * fresh - 1.0f);
      const float flipped = std::clamp((std::fabs(fresh - old) * sure - kSureChange) * 4.0f, 0.0f, 1.0f);
      const float still_share = kShareUnsure + kShareSure * sure;
      const float share = still_share + (1.0f - still_share) * std::max(moving, flipped);
      values_[at] = old + (fresh - old) * share;
    }
  }
}

void SmallPlane::resize(int new_width, int new_height) {
  if (new_width == width && new_height == height) return;
  width = new_width;
  height = new_height;
  stride = width + 1 + 16;
  data.assign(static_cast<std::size_t>(stride) * static_cast<std::size_t>(height), 0);
}

void SmallPlane::finishEdges() {
  for (int y = 0; y < height; ++y) {
    std::int16_t* const samples = row(y);
    samples[-1] = samples[0];
    std::fill(samples + width, samples + width + 16, samples[width - 1]);
  }
}

void GuidedMask::run(const QuadImage& picture, std::span<const float> mask) {
  moments_.resize(picture.width, picture.height);
  means_.resize(picture.width, picture.height);
  slope_.resize(picture.width, picture.height);
  offset_.resize(picture.width, picture.height);
  const auto count = static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height);
  small_.resize(count);

  constexpr float kUnit = 1.0f / 255.0f;
  for (std::size_t i = 0; i < count; ++i) {
    const float luma = picture.data[i * 4] * kUnit;
    float* target = moments_.data.data() + i * 4;
    target[0] = luma;
    target[1] = mask[i];
    target[2] = luma * mask[i];
    target[3] = luma * luma;
  }
  box_.run(moments_, means_, kRadius);
  for (std::size_t i = 0; i < count; ++i) {
    const float* mean = means_.data.data() + i * 4;
    const float covariance = mean[2] - mean[0] * mean[1];
    const float variance = std::max(0.0f, mean[3] - mean[0] * mean[0]);
    const float slope = covariance / (variance + kEpsilon);
    float* target = moments_.data.data() + i * 4;
    target[0] = slope;
    target[1] = mean[1] - slope * mean[0];
  }
  // The other two lanes carry left-overs; they are not read again.
  box_.run(moments_, means_, kRadius);
  std::size_t i = 0;
  for (int y = 0; y < picture.height; ++y) {
    std::int16_t* slopes = slope_.row(y);
    std::int16_t* offsets = offset_.row(y);
    for (int x = 0; x < picture.width; ++x, ++i) {
      const float* mean = means_.data.data() + i * 4;
      slopes[x] = fixed(mean[0], 2048.0f);
      offsets[x] = fixed(mean[1], 255.0f * 8.0f);
      small_[i] = std::clamp(mean[0] * picture.data[i * 4] * kUnit + mean[1], 0.0f, 1.0f);
    }
  }
  slope_.finishEdges();
  offset_.finishEdges();
}

}  // namespace tessera::video
