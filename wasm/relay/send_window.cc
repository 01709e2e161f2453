// SPDX-License-Identifier: Apache-2.0
// Keeps the frames that are not acknowledged yet, and the least round trip.
#include "wasm/relay/send_window.h"

#include <algorithm>

namespace tessera::relay {
namespace {

constexpr Duration kLeastKept = Duration::seconds(10);
constexpr Duration kUnknownRoundTrip = Duration::millis(100);
constexpr Duration kDeliveryWindow = Duration::seconds(1);

std::uint8_t layerOf(const FrameHeader& frame) { return static_cast<std::uint8_t>(frame.spatial | frame.temporal << 4); }

}  // namespace

void SendWindow::sent(Timestamp now, const FrameHeader& frame, std::size_t bytes) {
  under_way_.push_back({frame.timestamp, now, static_cast<std::uint32_t>(bytes), frame.stream, layerOf(frame)});
  bytes_under_way_ += bytes;
}

bool SendWindow::acknowledged(Timestamp now, const FrameHeader& acknowledgement, Duration held) {
  const auto found = std::find_if(under_way_.begin(), under_way_.end(), [&](const Sent& sent) {
    return sent.timestamp == acknowledgement.timestamp && sent.stream == acknowledgement.stream && sent.layer == layerOf(acknowledgement);
  });
  if (found == under_way_.end()) return false;
  const Duration round_trip = now - found->at - std::clamp(held, Duration::zero(), now - found->at);
  std::size_t bytes = 0;
  for (auto it = under_way_.begin(); it != found + 1; ++it) bytes += it->bytes;
  under_way_.erase(under_way_.begin(), found + 1);
  bytes_under_way_ -= bytes;
  deliveries_.push_back({now, bytes});
  while (deliveries_.front().at + kDeliveryWindow < now) deliveries_.pop_front();
  measure(now, round_trip);
  return true;
}

void SendWindow::measure(Timestamp now, Duration round_trip) {
  if (least_ == Duration::max()) least_since_ = now;
  if (now - least_since_ > kLeastKept) {
    least_before_ = least_;
    least_ = round_trip;
    least_since_ = now;
  }
  least_ = std::min(least_, round_trip);
  queueing_ = round_trip - baseRoundTrip();
}

Duration SendWindow::baseRoundTrip() const {
  const Duration least = std::min(least_, least_before_);
  return least == Duration::max() ? kUnknownRoundTrip : least;
}

Duration SendWindow::waiting(Timestamp now) const { return under_way_.empty() ? Duration::zero() : now - under_way_.front().at; }

Duration SendWindow::unacknowledged(Timestamp now) const { return std::max(Duration::zero(), waiting(now) - baseRoundTrip()); }

Duration SendWindow::lateness(Timestamp now) const {
  return under_way_.empty() ? Duration::zero() : std::max(queueing_, unacknowledged(now) - kAcknowledgeEvery);
}

DataRate SendWindow::delivered(Timestamp now) const {
  std::size_t bytes = 0;
  for (const Delivery& delivery : deliveries_) {
    if (delivery.at + kDeliveryWindow >= now) bytes += delivery.bytes;
  }
  return DataRate::bitsPerSecond(static_cast<std::int64_t>(bytes) * 8);
}

}  // namespace tessera::relay
