// SPDX-License-Identifier: Apache-2.0
// The gain's steps, one a block.
#include "wasm/audio/gain_rider.h"

#include <algorithm>
#include <cmath>

namespace tessera::audio {
namespace {
constexpr float kLoudnessSeconds = 1.0f;
// 1 dB of amplitude is a factor of e^0.1151.
constexpr float kUpPerSecond = 3.0f * 0.11513f;
constexpr float kDownPerSecond = 12.0f * 0.11513f;
}  // namespace

void GainRider::start(float block_seconds) {
  follow_ = std::min(1.0f, block_seconds / kLoudnessSeconds);
  up_ = 1.0f + block_seconds * kUpPerSecond;
  down_ = 1.0f / (1.0f + block_seconds * kDownPerSecond);
  loudness_ = 0.0f;
  gain_ = 1.0f;
}

float GainRider::next(float level, bool speaking) {
  if (!speaking) return gain_;
  loudness_ = loudness_ == 0.0f ? level : loudness_ + (level - loudness_) * follow_;
  const float wanted = std::clamp(std::sqrt(kRiderTarget / loudness_), kRiderLeast, kRiderMost);
  gain_ = std::clamp(wanted, gain_ * down_, gain_ * up_);
  return gain_;
}

}  // namespace tessera::audio
