// SPDX-License-Identifier: Apache-2.0
// Level and noise floor, one step a block.
#include "wasm/audio/speech_level.h"

#include <algorithm>

namespace tessera::audio {
namespace {
constexpr float kAttackSeconds = 0.02f;
constexpr float kReleaseSeconds = 0.15f;
// 10^(3/10) a second is e^0.69.
constexpr float kNoiseRisePerSecond = 0.6908f;
constexpr float kFirstNoise = 1e-7f;   // -70 dBFS
constexpr float kLeastLevel = 1e-10f;  // -100 dBFS; below lie only numbers too small to be calculated with quickly
constexpr float kGate = 1e-5f;         // -50 dBFS
constexpr float kAboveNoise = 7.94f;   // 9 dB
}  // namespace

void SpeechLevel::start(float block_seconds) {
  attack_ = std::min(1.0f, block_seconds / kAttackSeconds);
  release_ = std::min(1.0f, block_seconds / kReleaseSeconds);
  noise_rise_ = 1.0f + block_seconds * kNoiseRisePerSecond;
  level_ = quick_ = kLeastLevel;
  noise_ = kFirstNoise;
  speaking_ = false;
}

void SpeechLevel::add(float mean_square) {
  level_ += (mean_square - level_) * (mean_square > level_ ? attack_ : release_);
  level_ = std::max(level_, kLeastLevel);
  quick_ = std::max(quick_ + (mean_square - quick_) * attack_, kLeastLevel);
  noise_ = std::min(noise_ * noise_rise_, quick_);
  speaking_ = level_ > std::max(kGate, noise_ * kAboveNoise);
}

}  // namespace tessera::audio
