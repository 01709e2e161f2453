// SPDX-License-Identifier: Apache-2.0
// Who is speaking: smoothing and hysteresis.

#include "wasm/browser/active_speaker.h"

namespace tessera::browser {

namespace {
constexpr double kAttack = 0.6;
constexpr double kRelease = 0.15;
}  // namespace

bool ActiveSpeaker::update(const std::map<std::string, double>& levels, double now_ms) {
  std::erase_if(smoothed_, [&levels](const auto& entry) { return !levels.contains(entry.first); });
  std::string loudest;
  double loudest_level = kSilentLevel;
  for (const auto& [id, level] : levels) {
    double& smooth = smoothed_[id];
    smooth += (level - smooth) * (level > smooth ? kAttack : kRelease);
    if (smooth > loudest_level) {
      loudest = id;
      loudest_level = smooth;
    }
  }
  const std::string before = speaker_;
  const bool speaker_gone = !speaker_.empty() && !levels.contains(speaker_);
  if (speaker_gone) speaker_.clear();
  if (!speaker_.empty() && level(speaker_) > kSilentLevel) last_heard_ms_ = now_ms;

  const bool challenge = !loudest.empty() && loudest != speaker_ &&
                         (speaker_.empty() || loudest_level > level(speaker_) * kTakeoverRatio);
  if (!challenge) {
    challenger_.clear();
    if (!speaker_.empty() && now_ms - last_heard_ms_ >= kSilenceMs) speaker_.clear();
  } else if (challenger_ != loudest) {
    challenger_ = loudest;
    challenger_since_ms_ = now_ms;
  } else if (now_ms - challenger_since_ms_ >= kTakeoverMs) {
    speaker_ = std::move(loudest);
    challenger_.clear();
    last_heard_ms_ = now_ms;
  }
  return speaker_ != before;
}

double ActiveSpeaker::level(const std::string& participant_id) const {
  const auto entry = smoothed_.find(participant_id);
  return entry == smoothed_.end() ? 0 : entry->second;
}

}  // namespace tessera::browser
