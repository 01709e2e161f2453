// SPDX-License-Identifier: Apache-2.0
// Who leads, and for how long.
#include "wasm/audio/active_speaker.h"

#include <algorithm>

namespace tessera::audio {
namespace {
constexpr float kMargin = 2.512f;  // 4 dB
constexpr float kOnsetSeconds = 0.15f;
constexpr float kTakeOverSeconds = 0.5f;
constexpr float kSilentSeconds = 2.0f;
}  // namespace

void ActiveSpeaker::start(float block_seconds) {
  block_seconds_ = block_seconds;
  current_ = kNobody;
  silent_seconds_ = 0.0f;
  lead_seconds_.fill(0.0f);
}

int ActiveSpeaker::next(std::span<const float, kMaxInputs> levels) {
  float to_beat = 0.0f;
  if (current_ != kNobody) {
    const float own = levels[static_cast<std::size_t>(current_)];
    silent_seconds_ = own > 0.0f ? 0.0f : silent_seconds_ + block_seconds_;
    if (silent_seconds_ >= kSilentSeconds) current_ = kNobody;
    to_beat = own * kMargin;
  }
  int leader = kNobody;
  for (int i = 0; i < kMaxInputs; ++i) {
    const float level = levels[static_cast<std::size_t>(i)];
    if (i == current_ || level <= to_beat) continue;
    leader = i;
    to_beat = level;
  }
  for (int i = 0; i < kMaxInputs; ++i) {
    float& lead = lead_seconds_[static_cast<std::size_t>(i)];
    lead = i == leader ? lead + block_seconds_ : std::max(0.0f, lead - block_seconds_);
  }
  if (leader != kNobody && lead_seconds_[static_cast<std::size_t>(leader)] >= (current_ == kNobody ? kOnsetSeconds : kTakeOverSeconds)) {
    current_ = leader;
    silent_seconds_ = 0.0f;
    lead_seconds_.fill(0.0f);
  }
  return current_;
}

void ActiveSpeaker::forget(int index) {
  lead_seconds_[static_cast<std::size_t>(index)] = 0.0f;
  if (current_ == index) current_ = kNobody;
}

}  // namespace tessera::audio
