// SPDX-License-Identifier: Apache-2.0
// How well a connection does, in one word, from measured loss, round trip and flow.

#pragma once

#include <string_view>

namespace tessera::browser {

enum class Quality { kGood, kFair, kPoor, kLost };

std::string_view toString(Quality quality);

// One interval between two statistics samples of one connection.
struct QualitySample {
  bool connected = false;           // the connection's state
  double loss = 0;                  // the worse of both directions, 0..1
  double round_trip_ms = 0;         // 0: not measured
  double frozen_share = 0;          // of the interval that received video stood still, 0..1
};

// Gets worse at once, better only after two samples in a row that say so.
class QualityEstimator {
 public:
  // True if quality() changed.
  bool update(const QualitySample& sample);
  Quality quality() const { return quality_; }

 private:
  Quality quality_ = Quality::kGood;
  int better_samples_ = 0;
};

}  // namespace tessera::browser
