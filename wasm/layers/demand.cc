// SPDX-License-Identifier: Apache-2.0
// Counts who takes what, and keeps the encodings to it.
#include "wasm/layers/demand.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tessera::layers {
namespace {

constexpr Timestamp kNever = Timestamp::micros(std::numeric_limits<std::int64_t>::max());

}  // namespace

SenderDemand::SenderDemand(int spatial_layers, Duration wait)
    : encodings_(static_cast<std::size_t>(std::clamp(spatial_layers, 1, kMaxSpatial + 1))), waits_(encodings_.size()), wait_(wait), deadline_(kNever) {}

void SenderDemand::count(Taken taken, int by) {
  if (taken.spatial >= 0) counts_[static_cast<std::size_t>(taken.spatial)][static_cast<std::size_t>(taken.temporal)] += by;
}

void SenderDemand::set(Timestamp, std::string_view receiver, int spatial, int temporal) {
  Taken taken{-1, -1};
  if (spatial >= 0) taken = {std::min(spatial, static_cast<int>(encodings_.size()) - 1), std::clamp(temporal, 0, kMaxTemporal)};
  auto at = receivers_.find(receiver);
  if (at == receivers_.end()) {
    if (receivers_.size() >= kMaxReceivers) {
      count({static_cast<int>(encodings_.size()) - 1, kMaxTemporal}, 1);
      return;
    }
    receivers_.emplace(receiver, taken);
  } else {
    count(at->second, -1);
    at->second = taken;
  }
  count(taken, 1);
}

void SenderDemand::remove(Timestamp, std::string_view receiver) {
  const auto at = receivers_.find(receiver);
  if (at == receivers_.end()) return;
  count(at->second, -1);
  receivers_.erase(at);
}

bool SenderDemand::update(Timestamp now) {
  bool changed = false;
  deadline_ = kNever;
  bool above = false;
  int above_temporal = -1;
  for (std::size_t spatial = encodings_.size(); spatial-- > 0;) {
    EncodingDemand wanted;
    for (int temporal = kMaxTemporal; temporal >= 0 && !wanted.active; --temporal) {
      if (counts_[spatial][static_cast<std::size_t>(temporal)] > 0) wanted = {true, temporal};
    }
    if (depend_ && above) wanted = {true, std::max(wanted.max_temporal, above_temporal)};
    EncodingDemand& now_sent = encodings_[spatial];
    Wait& wait = waits_[spatial];
    const bool less = now_sent.active && (!wanted.active || wanted.max_temporal < now_sent.max_temporal);
    if (!less) {
      wait.waiting = false;
      if (wanted != now_sent) {
        now_sent = wanted;
        changed = true;
      }
    } else if (!wait.waiting) {
      wait = {true, now + wait_};
    } else if (now >= wait.until) {
      wait.waiting = false;
      now_sent = wanted;
      changed = true;
    }
    if (wait.waiting) deadline_ = std::min(deadline_, wait.until);
    above = now_sent.active;
    above_temporal = now_sent.max_temporal;
  }
  return changed;
}

DataRate goodBitrate(Content content, Resolution resolution, FrameRate frame_rate) {
  // Bits per pixel fall as pictures grow: 160 kbit/s at 320x180, 500 at 640x360, 1.5 Mbit/s at 1280x720, all at 30 a second.
  const double pixels = static_cast<double>(std::max<std::int64_t>(resolution.pixels(), 1)) / (640.0 * 360.0);
  const double frames = static_cast<double>(frame_rate.toMillihertz()) / 30'000;
  const double size = 500'000 * pixels / (0.38 + 0.62 * std::sqrt(std::sqrt(pixels)));
  const double rate = content == Content::kScreen ? size * (0.35 + 0.65 * frames) : size * std::sqrt(frames);
  return DataRate::bitsPerSecond(static_cast<std::int64_t>(std::clamp(rate, 30'000.0, 20'000'000.0)));
}

std::vector<Encoding> encodingsFor(Content content, Resolution resolution, FrameRate frame_rate) {
  if (resolution.empty() || frame_rate == FrameRate()) return {Encoding{"h", 1, DataRate::zero(), frame_rate, "L1T2"}};
  constexpr std::array<std::string_view, 3> kRids = {"l", "m", "h"};
  std::vector<Encoding> encodings;
  if (content == Content::kScreen) {
    for (const FrameRate rate : {FrameRate::perSecond(5), FrameRate::perSecond(15), frame_rate}) {
      if (!encodings.empty() && rate <= encodings.back().max_frame_rate) continue;
      const FrameRate capped = std::min(rate, frame_rate);
      if (!encodings.empty() && capped == encodings.back().max_frame_rate) continue;
      encodings.push_back({std::string(kRids[encodings.size()]), 1, goodBitrate(content, resolution, capped), capped, "L1T1"});
    }
    return encodings;
  }
  const int longer = std::max(resolution.width, resolution.height);
  const int count = longer >= 960 ? 3 : longer >= 480 ? 2 : 1;
  for (int i = count - 1; i >= 0; --i) {
    const int scale = 1 << i;
    const Resolution scaled{resolution.width / scale, resolution.height / scale};
    encodings.push_back({std::string(kRids[encodings.size()]), static_cast<double>(scale), goodBitrate(content, scaled, frame_rate), frame_rate, "L1T2"});
  }
  return encodings;
}

}  // namespace tessera::layers
