// SPDX-License-Identifier: Apache-2.0
// Turns numbers into the relay's types. What comes from JavaScript is brought into range, never trusted.
#include "wasm/relay/port.h"

#include <algorithm>
#include <array>

namespace tessera::relay {
namespace {

// Not a number counts as the least.
std::int64_t whole(double value, double least, double most) { return static_cast<std::int64_t>(value >= least ? std::min(value, most) : least); }

Timestamp timeOf(double now) { return Timestamp::micros(whole(now * 1000, 0, 1e15)); }

std::uint64_t timestampOf(double value) { return static_cast<std::uint64_t>(whole(value, 0, static_cast<double>(kMaxTimestamp))); }

}  // namespace

std::string FramePort::read(std::uint32_t w0, std::uint32_t w1, std::uint32_t w2, std::uint32_t w3, std::uint32_t w4, std::uint32_t size) {
  HeaderBytes bytes{};
  const std::array<std::uint32_t, 5> words = {w0, w1, w2, w3, w4};
  for (std::size_t i = 0; i < kHeaderBytes; ++i) bytes[i] = static_cast<std::uint8_t>(words[i / 4] >> 8 * (3 - i % 4));
  const auto parsed = parseFrame(bytes, size);
  if (!parsed) {
    message_ = parsed.error().message;
    return std::string(toString(parsed.error().code));
  }
  header_ = parsed.value();
  return {};
}

void FramePort::setVideo(int stream, int spatial, int temporal, bool key, bool switching, bool unreferenced, double timestamp, int payload) {
  header_ = {FrameType::kVideo,
             static_cast<std::uint16_t>(stream),
             static_cast<std::uint8_t>(std::clamp(spatial, 0, kSpatialLayers - 1)),
             static_cast<std::uint8_t>(std::clamp(temporal, 0, kTemporalLayers - 1)),
             key,
             switching,
             unreferenced,
             timestampOf(timestamp),
             static_cast<std::uint32_t>(payload)};
}

void FramePort::setAudio(int stream, double timestamp, int payload) {
  header_ = {};
  header_.type = FrameType::kAudio;
  header_.stream = static_cast<std::uint16_t>(stream);
  header_.timestamp = timestampOf(timestamp);
  header_.payload = static_cast<std::uint32_t>(payload);
}

void FramePort::setAcknowledgement(const FramePort& media) {
  header_ = {};
  header_.type = FrameType::kAcknowledgement;
  header_.stream = media.header_.stream;
  header_.spatial = media.header_.spatial;
  header_.temporal = media.header_.temporal;
  header_.timestamp = media.header_.timestamp;
  header_.payload = 4;
}

void FramePort::setKeyFrameRequest(int stream) {
  header_ = {};
  header_.type = FrameType::kKeyFrameRequest;
  header_.stream = static_cast<std::uint16_t>(stream);
}

std::uint32_t FramePort::word(int index) const {
  const HeaderBytes bytes = writeFrame(header_);
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | bytes[static_cast<std::size_t>(std::clamp(index, 0, 4) * 4 + i)];
  return value;
}

Timestamp ForwarderPort::at(double now) { return last_ = std::max(last_, timeOf(now)); }

bool ForwarderPort::acknowledged(double now, const FramePort& frame, double held) {
  return forwarder_.acknowledged(at(now), frame.header(), Duration::micros(whole(held, 0, 4e9)));
}

double ForwarderPort::limit() const {
  const DataRate limit = forwarder_.limit();
  return limit >= kNoLimit ? -1 : static_cast<double>(limit.toBitsPerSecond());
}

Timestamp PlayoutPort::at(double now) { return last_ = std::max(last_, timeOf(now)); }

int PlayoutPort::next(double now) {
  due_ = playout_.next(at(now));
  return static_cast<int>(due_.action);
}

double PlayoutPort::deadline() const {
  const Timestamp deadline = playout_.deadline();
  return deadline > Timestamp::micros(1'000'000'000'000'000) ? -1 : static_cast<double>(deadline.toMicros()) / 1000;
}

int PlayoutPort::removeStream(int stream) {
  dropped_.clear();
  playout_.removeStream(static_cast<std::uint16_t>(stream), dropped_);
  return static_cast<int>(dropped_.size());
}

double PlayoutPort::place(double timestamp, int samples) {
  if (!sound_.started()) return -1;
  return static_cast<double>(sound_.place(playout_.dueAt(timestampOf(timestamp)), std::max(0, samples)));
}

}  // namespace tessera::relay
