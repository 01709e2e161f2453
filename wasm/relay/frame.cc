// SPDX-License-Identifier: Apache-2.0
// Reads and writes the header of relay frames.
#include "wasm/relay/frame.h"

namespace tessera::relay {
namespace {

constexpr std::uint8_t kKeyFlag = 1;
constexpr std::uint8_t kSwitchingFlag = 2;
constexpr std::uint8_t kUnreferencedFlag = 4;
constexpr std::uint32_t kAcknowledgementBytes = 4;

std::uint64_t read(std::span<const std::uint8_t> bytes, std::size_t at, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[at + i];
  return value;
}

void write(HeaderBytes& bytes, std::size_t at, std::size_t count, std::uint64_t value) {
  for (std::size_t i = 0; i < count; ++i) bytes[at + i] = static_cast<std::uint8_t>(value >> 8 * (count - 1 - i));
}

Error invalid(const char* what) { return Error{ErrorCode::kInvalidMessage, what}; }

// How much payload a type may have, from least to most.
struct Range {
  std::uint32_t least, most;
};
constexpr Range payloadOf(FrameType type) {
  switch (type) {
    case FrameType::kVideo: return {1, kMaxVideoBytes};
    case FrameType::kAudio: return {1, kMaxAudioBytes};
    case FrameType::kAcknowledgement: return {kAcknowledgementBytes, kAcknowledgementBytes};
    case FrameType::kKeyFrameRequest: return {0, 0};
  }
  return {0, 0};
}

}  // namespace

Result<FrameHeader> parseFrame(std::span<const std::uint8_t> bytes, std::size_t size) {
  if (size == 0 || bytes.empty()) return invalid("The message is empty.");
  if (bytes[0] != kVersion) return Error{ErrorCode::kUnsupported, "The frame has another version of the relay's format than 1."};
  if (size < kHeaderBytes || bytes.size() < kHeaderBytes) return invalid("The message is shorter than a frame's header.");
  if (bytes[1] < 1 || bytes[1] > 4) return invalid("The frame's type is unknown.");
  FrameHeader header;
  header.type = static_cast<FrameType>(bytes[1]);
  header.stream = static_cast<std::uint16_t>(read(bytes, 2, 2));
  header.spatial = bytes[4] & 7;
  header.temporal = bytes[4] >> 4 & 7;
  header.key = (bytes[5] & kKeyFlag) != 0;
  header.switching = (bytes[5] & kSwitchingFlag) != 0;
  header.unreferenced = (bytes[5] & kUnreferencedFlag) != 0;
  header.timestamp = read(bytes, 8, 8);
  header.payload = static_cast<std::uint32_t>(read(bytes, 16, 4));
  if ((bytes[4] & 0x88) != 0 || bytes[5] > 7 || read(bytes, 6, 2) != 0) return invalid("Bits that version 1 leaves 0 are set.");
  if (header.spatial >= kSpatialLayers || header.temporal >= kTemporalLayers) return invalid("The frame's layer is out of range.");
  if (header.type == FrameType::kAudio && (bytes[4] != 0 || bytes[5] != 0)) return invalid("Audio has neither layers nor flags.");
  if (!header.media() && bytes[5] != 0) return invalid("Only video has flags.");
  if (header.timestamp > kMaxTimestamp) return invalid("The frame's timestamp is out of range.");
  const auto [least, most] = payloadOf(header.type);
  if (header.payload > most) return Error{ErrorCode::kTooLarge, "The frame's payload is above the limit of its type."};
  if (header.payload < least) return invalid("The frame's payload is missing.");
  if (size != kHeaderBytes + header.payload) return invalid("The message is not as long as its header says.");
  return header;
}

HeaderBytes writeFrame(const FrameHeader& header) {
  HeaderBytes bytes{};
  bytes[0] = kVersion;
  bytes[1] = static_cast<std::uint8_t>(header.type);
  write(bytes, 2, 2, header.stream);
  bytes[4] = static_cast<std::uint8_t>(header.spatial | header.temporal << 4);
  bytes[5] = static_cast<std::uint8_t>((header.key ? kKeyFlag : 0) | (header.switching ? kSwitchingFlag : 0) | (header.unreferenced ? kUnreferencedFlag : 0));
  write(bytes, 8, 8, header.timestamp);
  write(bytes, 16, 4, header.payload);
  return bytes;
}

}  // namespace tessera::relay
