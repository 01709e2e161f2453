// SPDX-License-Identifier: Apache-2.0
// The look-ahead limiter, segment by segment.
#include "wasm/audio/limiter.h"

#include <algorithm>

#include "wasm/audio/kernels.h"

namespace tessera::audio {
namespace {
constexpr float kReleaseSeconds = 0.15f;
}

float limiterGain(float peak) {
  if (!(peak > kLimiterKnee)) return 1.0f;
  // x / (1 + x): slope 1 where it begins, and never above 1.
  const float x = (peak - kLimiterKnee) / (kLimiterCeiling - kLimiterKnee);
  return (kLimiterKnee + (kLimiterCeiling - kLimiterKnee) * (x / (1.0f + x))) / peak;
}

int Limiter::latency(float sample_rate) {
  return kSegment * (sample_rate >= 32000.0f ? kMostSegments : sample_rate >= 16000.0f ? 2 : 1);
}

void Limiter::start(float sample_rate) {
  segments_ = latency(sample_rate) / kSegment;
  release_ = kSegment / (kReleaseSeconds * sample_rate);
  gain_ = 1.0f;
  at_ = 0;
  needed_.fill(1.0f);
  for (auto& segment : delayed_) segment.fill(0.0f);
}

// needed_[0] is the segment about to be given out, needed_[j] the one that follows j segments later. The line may rise only as
// far as this segment allows, and has to be at needed_[j] when segment j begins: it makes the j-th part of the way now.
float Limiter::nextGain() const {
  float next = std::min(needed_[0], gain_ + (1.0f - gain_) * release_);
  for (int j = 1; j <= segments_; ++j) {
    const float needed = needed_[static_cast<std::size_t>(j)];
    // The first is taken as it is: rounding must not leave the line a hair above.
    next = std::min(next, j == 1 ? needed : gain_ + (needed - gain_) / static_cast<float>(j));
  }
  // What is missing to 1 halves for ever; the last hair is given at once, so that quiet passages are exact again.
  return next > 0.9999f && next < 1.0f && needed_[0] == 1.0f && needed_[1] == 1.0f ? 1.0f : next;
}

void Limiter::process(const Block& in, Block& out) {
  for (int i = 0; i < kBlock; i += kSegment) {
    needed_[static_cast<std::size_t>(segments_)] = limiterGain(peak(in.data() + i, kSegment));
    auto& oldest = delayed_[static_cast<std::size_t>(at_)];
    const float next = nextGain();
    ramp(oldest.data(), gain_, next, out.data() + i, kSegment);
    gain_ = next;
    std::copy_n(in.data() + i, kSegment, oldest.begin());
    at_ = (at_ + 1) % segments_;
    std::copy_n(needed_.begin() + 1, segments_, needed_.begin());
  }
}

}  // namespace tessera::audio
