// SPDX-License-Identifier: Apache-2.0
// Quality: thresholds and hysteresis.

#include "wasm/browser/quality.h"

#include <array>

namespace tessera::browser {

namespace {

constexpr std::array<std::string_view, 4> kNames = {"good", "fair", "poor", "lost"};

// Conversation suffers above 150 ms one way (ITU-T G.114); Opus with FEC hides up to about 5 % loss.
Quality judge(const QualitySample& sample) {
  if (!sample.connected) return Quality::kLost;
  if (sample.loss > 0.12 || sample.round_trip_ms > 700 || sample.frozen_share > 0.5) return Quality::kPoor;
  if (sample.loss > 0.04 || sample.round_trip_ms > 300 || sample.frozen_share > 0.2) return Quality::kFair;
  return Quality::kGood;
}

}  // namespace

std::string_view toString(Quality quality) { return kNames[static_cast<std::size_t>(quality)]; }

bool QualityEstimator::update(const QualitySample& sample) {
  const Quality now = judge(sample);
  if (now >= quality_) {
    better_samples_ = 0;
    const bool changed = now != quality_;
    quality_ = now;
    return changed;
  }
  if (++better_samples_ < 2) return false;
  better_samples_ = 0;
  quality_ = now;
  return true;
}

}  // namespace tessera::browser
