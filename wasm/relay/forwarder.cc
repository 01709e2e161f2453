// SPDX-License-Identifier: Apache-2.0
// The order in which things are left out, and the keyframes that are asked for.
#include "wasm/relay/forwarder.h"

namespace tessera::relay {
namespace {

// From these latenesses on. What is left up to kWindow is for sound, which waits for its acknowledgement, too.
constexpr Duration kWithoutTopTemporal = Duration::millis(50);
constexpr Duration kBaseTemporal = Duration::millis(75);
constexpr Duration kBaseSpatial = Duration::millis(100);
constexpr Duration kWithoutVideo = Duration::millis(130);
constexpr Duration kAskEvery = Duration::millis(500);

}  // namespace

void Forwarder::setTarget(std::uint16_t stream, int spatial, int temporal) {
  const auto found = streams_.find(stream);
  if (found == streams_.end() && streams_.size() >= kMaxStreams) return;
  Stream& entry = streams_[stream];
  entry.spatial = spatial;
  entry.temporal = temporal;
  if (spatial < 0) entry.wants_key = false;
}

void Forwarder::removeStream(std::uint16_t stream) { streams_.erase(stream); }

Verdict Forwarder::judge(Stream& stream, const FrameHeader& frame, Duration lateness) const {
  if (frame.spatial > stream.spatial || frame.temporal > stream.temporal) return Verdict::kUnwanted;
  if (window_.full() || lateness >= kWithoutVideo) return Verdict::kLate;
  if (lateness >= kBaseSpatial && frame.spatial > 0) return Verdict::kLate;
  if (lateness >= kBaseTemporal && frame.temporal > 0) return Verdict::kLate;
  if (lateness >= kWithoutTopTemporal && frame.temporal > 1) return Verdict::kLate;
  return stream.layers.decodable(frame) ? Verdict::kSend : Verdict::kBroken;
}

Verdict Forwarder::offer(Timestamp now, const FrameHeader& frame, std::size_t bytes) {
  if (frame.type == FrameType::kAudio) {
    if (window_.full() || window_.unacknowledged(now) >= kWindow) return Verdict::kLate;
    window_.sent(now, frame, bytes);
    return Verdict::kSend;
  }
  auto found = streams_.find(frame.stream);
  if (found == streams_.end()) {
    if (streams_.size() >= kMaxStreams) return Verdict::kUnwanted;
    found = streams_.emplace(frame.stream, Stream{}).first;
  }
  Stream& stream = found->second;
  const Verdict verdict = judge(stream, frame, window_.lateness(now));
  if (verdict == Verdict::kSend) {
    stream.layers.taken(frame);
    if (frame.key) stream.wants_key = false;
    window_.sent(now, frame, bytes);
    return verdict;
  }
  stream.layers.dropped(frame);
  if (frame.spatial <= stream.spatial && stream.layers.broken(frame.spatial)) stream.wants_key = true;
  return verdict;
}

bool Forwarder::acknowledged(Timestamp now, const FrameHeader& acknowledgement, Duration held) {
  if (!window_.acknowledged(now, acknowledgement, held)) return false;
  bandwidth_.update(now, window_, true);
  return true;
}

int Forwarder::keyFrameNeeded(Timestamp now) {
  // A keyframe is large: on a way that is behind it would be left out like the rest.
  if (window_.lateness(now) >= kWithoutTopTemporal) return -1;
  for (auto& [id, stream] : streams_) {
    if (!stream.wants_key || (stream.asked && now - stream.asked_at < kAskEvery)) continue;
    stream.wants_key = false;  // Asked for again by the next frame that cannot be sent.
    stream.asked = true;
    stream.asked_at = now;
    return id;
  }
  return -1;
}

}  // namespace tessera::relay
