// SPDX-License-Identifier: Apache-2.0
// Hysteresis between two masks, given up where the picture moves.
#include "wasm/video/temporal_mask.h"

#include <algorithm>
#include <cmath>

namespace tessera::video {
namespace {

// Luma changes (0..1) count as motion from this multiple of the noise on, and fully from kSpan times that. The window of
// nine samples in which the largest counts makes four times the median usual.
constexpr float kAboveNoise = 6.0f;
constexpr float kLeastStill = 0.014f;
constexpr float kSpan = 2.5f;
// Changes above this are no noise, however dark the room; the measure moves by this share a frame at most.
constexpr float kLeastNoise = 0.0005f;
constexpr float kMostNoise = 0.02f;
constexpr float kNoiseShare = 0.4f;
// Of a move that two masks agree on, this share is taken, and more the larger it is.
constexpr float kAgreedShare = 0.08f;
constexpr float kAgreedGain = 2.5f;
// A sure change of the mask counts as motion from this difference on.
constexpr float kSureChange = 0.5f;

float clamp01(float value) { return std::min(std::max(value, 0.0f), 1.0f); }

// Nearly nothing is nothing: the tiny numbers that models give there would slow every sum down that they go into. And what is
// no number at all is nobody.
constexpr float kNothing = 1.0f / 1024.0f;
float snapped(float value) { return value > kNothing ? value : 0.0f; }

}  // namespace

void TemporalMask::reset(Resolution size) {
  size_ = size;
  fresh_ = true;
  noise_ = 0.004f;
  const auto count = static_cast<std::size_t>(size.pixels());
  for (std::vector<float>* plane : {&values_, &last_, &luma_, &change_}) plane->assign(count, 0.0f);
  motion_.assign(static_cast<std::size_t>(size.width) + 2, 0.0f);
}

void TemporalMask::measureChange(std::span<const float> rgb) {
  const std::size_t count = values_.size();
  float* const luma = luma_.data();
  float* const change = change_.data();
  for (std::size_t i = 0; i < count; ++i) {
    const float* p = rgb.data() + i * 3;
    const float now = 0.25f * p[0] + 0.625f * p[1] + 0.125f * p[2];
    change[i] = std::fabs(now - luma[i]);
    luma[i] = now;
  }
  if (fresh_) return;
  // The median finds its place by itself: up while more than half of all changes are above it, down while fewer are. People
  // who move do not lift it, as long as half of the picture stands still.
  int above = 0;
  for (std::size_t i = 0; i < count; ++i) above += change[i] > noise_ ? 1 : 0;
  const float excess = 2.0f * static_cast<float>(above) / static_cast<float>(std::max<std::size_t>(count, 1)) - 1.0f;
  noise_ = std::clamp(noise_ * (1.0f + kNoiseShare * excess), kLeastNoise, kMostNoise);
}

void TemporalMask::update(std::span<const float> rgb, std::span<const float> mask) {
  measureChange(rgb);
  const std::size_t count = values_.size();
  if (fresh_) {
    std::transform(mask.data(), mask.data() + count, values_.data(), snapped);
    last_ = values_;
    fresh_ = false;
    return;
  }
  const float still = std::max(kLeastStill, kAboveNoise * noise_);
  const float scale = 1.0f / (still * (kSpan - 1.0f));
  const auto width = static_cast<std::size_t>(size_.width);
  const auto height = static_cast<std::size_t>(size_.height);
  for (std::size_t y = 0; y < height; ++y) {
    const float* here = change_.data() + y * width;
    const float* above = y > 0 ? here - width : here;
    const float* below = y + 1 < height ? here + width : here;
    float* const motion = motion_.data() + 1;
    for (std::size_t x = 0; x < width; ++x) motion[x] = std::max(here[x], std::max(above[x], below[x]));
    motion[width] = 0.0f;
    float* const values = values_.data() + y * width;
    float* const lasts = last_.data() + y * width;
    const float* const fresh = mask.data() + y * width;
    for (std::size_t x = 0; x < width; ++x) {
      const float* m = motion + x - 1;
      const float moving = clamp01((std::max(m[0], std::max(m[1], m[2])) - still) * scale);
      const float old = values[x];
      const float now = snapped(fresh[x]);
      const float step = now - old;
      const float before = lasts[x] - old;
      lasts[x] = now;
      // The smaller of the two steps where they go the same way, else none.
      const float agreed = std::max(std::min(step, before), 0.0f) + std::min(std::max(step, before), 0.0f);
      const float steady = agreed * std::min(kAgreedShare + kAgreedGain * std::fabs(agreed), 1.0f);
      const float flipped = clamp01((std::fabs(step) * std::fabs(2.0f * now - 1.0f) - kSureChange) * 4.0f);
      values[x] = snapped(old + steady + (step - steady) * std::max(moving, flipped));
    }
  }
}

}  // namespace tessera::video
