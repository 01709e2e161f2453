// SPDX-License-Identifier: Apache-2.0
// Who is speaking: one name out of noisy audio levels, slow to change its mind.

#pragma once

#include <map>
#include <string>

namespace tessera::browser {

// Feed it every participant's level at a steady pace. Levels are smoothed (fast up, slow down); another speaker takes
// over only after being clearly louder for kTakeoverMs, and nobody speaks after kSilenceMs below the threshold.
class ActiveSpeaker {
 public:
  static constexpr double kSilentLevel = 0.012;  // Of full scale 1; a quiet room with noise suppression stays below.
  static constexpr double kTakeoverRatio = 1.6;
  static constexpr double kTakeoverMs = 300;
  static constexpr double kSilenceMs = 2000;

  // `levels`: participant id to level, 0..1. `now_ms`: any clock that never goes back. True if speaker() changed.
  bool update(const std::map<std::string, double>& levels, double now_ms);
  // Empty while nobody speaks.
  const std::string& speaker() const { return speaker_; }
  // Smoothed, 0..1; 0 for those unknown.
  double level(const std::string& participant_id) const;

 private:
  std::map<std::string, double> smoothed_;
  std::string speaker_;
  std::string challenger_;
  double challenger_since_ms_ = 0;
  double last_heard_ms_ = 0;
};

}  // namespace tessera::browser
