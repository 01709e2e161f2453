// SPDX-License-Identifier: Apache-2.0
// Learns how late frames come, and gives them out by that.
#include "wasm/relay/playout.h"

#include <algorithm>
#include <limits>

namespace tessera::relay {
namespace {

constexpr Duration kLeastKept = Duration::seconds(10);
constexpr Duration kMargin = Duration::millis(5);
constexpr Duration kAskEvery = Duration::millis(500);
// A sender whose clock seems to have jumped by more than this begins anew.
constexpr Duration kJump = Duration::seconds(5);
// A layer that has not come within this time after the one below it does not come at all.
constexpr Duration kWholeWithin = Duration::millis(250);
constexpr Timestamp kNever = Timestamp::micros(std::numeric_limits<std::int64_t>::max() / 4);
// Per cent of the time that passes by which the delay shrinks: hardly to be heard, and more of it while the delay disturbs a talk.
constexpr std::int64_t kShrink = 2;
constexpr std::int64_t kShrinkLong = 6;
constexpr Duration kLong = Duration::millis(150);

}  // namespace

std::int64_t Playout::base() const { return std::min(least_, least_before_); }

Timestamp Playout::dueAt(std::uint64_t timestamp) const { return Timestamp::micros(static_cast<std::int64_t>(timestamp) + base()) + delay_; }

Timestamp Playout::dueOf(const Stream& stream, const Waiting& frame) const {
  return stream.audio ? dueAt(frame.timestamp) - options_.sound_lead : dueAt(frame.timestamp);
}

Timestamp Playout::wholeAt(const Stream& stream) const {
  if (stream.audio) return {};
  const Waiting* last = &stream.frames.front();
  for (const Waiting& frame : stream.frames) {
    if (frame.timestamp == last->timestamp) last = &frame;
  }
  // Layers of a picture are sent one after the other, and nothing overtakes: what comes next says that there is no more of it.
  return last->spatial >= stream.top || last->number < frames_ ? Timestamp{} : last->arrived + kWholeWithin;
}

void Playout::observe(Timestamp now, Stream& stream, std::uint64_t timestamp) {
  const std::int64_t way = now.toMicros() - static_cast<std::int64_t>(timestamp);
  const bool jumped = started_ && (way < base() - kJump.toMicros() || way > base() + delay_.toMicros() + kJump.toMicros());
  if (!started_ || jumped) {
    started_ = true;
    least_ = least_before_ = way;
    least_since_ = now;
    for (auto& [id, other] : streams_) other.count = 0;
  }
  if (now - least_since_ > kLeastKept) {
    least_before_ = least_;
    least_ = way;
    least_since_ = now;
  }
  least_ = std::min(least_, way);
  stream.latenesses[stream.count++ % stream.latenesses.size()] = Duration::micros(way - base());
  adapt(now);
}

void Playout::adapt(Timestamp now) {
  const Duration least = hears_ ? std::max(options_.least, options_.sound_lead) : options_.least;
  Duration wanted = least;
  for (const auto& [id, stream] : streams_) {
    const std::size_t count = std::min(stream.count, stream.latenesses.size());
    if (count == 0) continue;
    std::array<Duration, std::tuple_size_v<decltype(stream.latenesses)>> sorted = stream.latenesses;
    const std::size_t nth = (count - 1) * 92 / 100;
    std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(nth), sorted.begin() + static_cast<std::ptrdiff_t>(count));
    wanted = std::max(wanted, sorted[nth] + kMargin + (stream.audio ? options_.sound_lead / 2 : Duration::zero()));
  }
  wanted = std::min(wanted, options_.most);
  const Duration step = (now - adapted_) * (delay_ > kLong ? kShrinkLong : kShrink) / 100;
  adapted_ = now;
  delay_ = wanted >= delay_ ? wanted : std::max(wanted, delay_ - step);
}

Playout::Kept Playout::push(Timestamp now, const FrameHeader& header, std::uint32_t frame) {
  auto found = streams_.find(header.stream);
  if (found == streams_.end()) {
    if (streams_.size() >= kMaxStreams) return Kept::kFull;
    found = streams_.emplace(header.stream, Stream{}).first;
    found->second.audio = header.type == FrameType::kAudio;
    hears_ |= found->second.audio;
  }
  Stream& stream = found->second;
  ++frames_;
  observe(now, stream, header.timestamp);
  Kept kept = Kept::kYes;
  if (waiting_ >= kMaxFrames || bytes_ + header.payload > kMaxBytes) kept = Kept::kFull;
  else if (stream.given > header.timestamp) kept = Kept::kLate;  // Its picture is out already, or this is no clock that goes forward.
  else if (!stream.frames.empty() && stream.frames.back().timestamp > header.timestamp) kept = Kept::kLate;
  else if (!stream.audio && !stream.layers.decodable(header)) kept = Kept::kBroken;
  if (!stream.audio) {
    if (kept == Kept::kYes) stream.layers.taken(header);
    if (kept == Kept::kYes && header.key) stream.wants_key = false;
    if (kept != Kept::kYes) stream.layers.dropped(header);
    if (stream.layers.broken(header.spatial)) stream.wants_key = true;
  }
  if (kept != Kept::kYes) return kept;
  stream.frames.push_back({header.timestamp, frame, header.payload, header.spatial, now, frames_});
  ++waiting_;
  bytes_ += header.payload;
  return kept;
}

Playout::Due Playout::next(Timestamp now) {
  for (auto& [id, stream] : streams_) {
    if (stream.frames.empty()) continue;
    const Waiting frame = stream.frames.front();
    if (std::max(dueOf(stream, frame), wholeAt(stream)) > now) continue;
    stream.frames.pop_front();
    --waiting_;
    bytes_ -= frame.bytes;
    stream.given = frame.timestamp + 1;
    Due due{Action::kHear, frame.frame, id, frame.timestamp, dueAt(frame.timestamp)};
    if (!stream.audio) {
      const auto newer = std::find_if(stream.frames.begin(), stream.frames.end(), [&](const Waiting& it) { return it.timestamp > frame.timestamp; });
      due.action = newer != stream.frames.end() && dueOf(stream, *newer) <= now ? Action::kDecode : Action::kShow;
      // The other layers of this picture come with the next calls.
      if (!stream.frames.empty() && stream.frames.front().timestamp == frame.timestamp) stream.given = frame.timestamp;
      else stream.top = frame.spatial;
    }
    return due;
  }
  return {};
}

Timestamp Playout::deadline() const {
  Timestamp least = kNever;
  for (const auto& [id, stream] : streams_) {
    if (!stream.frames.empty()) least = std::min(least, std::max(dueOf(stream, stream.frames.front()), wholeAt(stream)));
  }
  return least;
}

void Playout::removeStream(std::uint16_t stream, std::vector<std::uint32_t>& dropped) {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  for (const Waiting& frame : found->second.frames) {
    dropped.push_back(frame.frame);
    --waiting_;
    bytes_ -= frame.bytes;
  }
  streams_.erase(found);
  hears_ = std::any_of(streams_.begin(), streams_.end(), [](const auto& entry) { return entry.second.audio; });
}

int Playout::keyFrameNeeded(Timestamp now) {
  for (auto& [id, stream] : streams_) {
    if (!stream.wants_key || (stream.asked && now - stream.asked_at < kAskEvery)) continue;
    stream.wants_key = false;
    stream.asked = true;
    stream.asked_at = now;
    return id;
  }
  return -1;
}

}  // namespace tessera::relay
