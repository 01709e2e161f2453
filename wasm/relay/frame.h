// SPDX-License-Identifier: Apache-2.0
// The frames that the relay's sockets carry: a header of twenty bytes, then the encoded media (js/server/RELAY.md).
//
//   0      version, 1
//   1      type
//   2..3   stream, given out by the server, unique in its room
//   4      layer: bits 0..2 spatial index, bits 4..6 temporal index, the others 0
//   5      flags, see FrameHeader; unknown ones are 0
//   6..7   0
//   8..15  timestamp: microseconds on the sender's clock, below 2^53; all streams of a sender share one clock
//   16..19 bytes of payload that follow and end the message
// Numbers are big-endian.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "wasm/base/result.h"

namespace tessera::relay {

inline constexpr std::uint8_t kVersion = 1;
inline constexpr std::size_t kHeaderBytes = 20;
inline constexpr std::uint32_t kMaxVideoBytes = 1u << 20;
inline constexpr std::uint32_t kMaxAudioBytes = 8192;
inline constexpr int kSpatialLayers = 4;
inline constexpr int kTemporalLayers = 4;
inline constexpr std::uint64_t kMaxTimestamp = (std::uint64_t{1} << 53) - 1;

enum class FrameType : std::uint8_t {
  kVideo = 1,            // one layer of one picture
  kAudio = 2,            // one Opus packet
  kAcknowledgement = 3,  // stream, layer and timestamp of the newest media frame received; payload: microseconds it has been here, 4 bytes
  kKeyFrameRequest = 4,  // no payload; timestamp 0
};

struct FrameHeader {
  FrameType type = FrameType::kVideo;
  std::uint16_t stream = 0;
  std::uint8_t spatial = 0;
  std::uint8_t temporal = 0;
  bool key = false;           // flag 1: needs no earlier picture, only lower spatial layers of its own
  bool switching = false;     // flag 2: needs only pictures of lower temporal layers, and lower spatial layers of its own
  bool unreferenced = false;  // flag 4: no later picture needs it
  std::uint64_t timestamp = 0;
  std::uint32_t payload = 0;  // bytes

  bool media() const { return type == FrameType::kVideo || type == FrameType::kAudio; }
  bool operator==(const FrameHeader&) const = default;
};

using HeaderBytes = std::array<std::uint8_t, kHeaderBytes>;

// Reads the header of a message of `size` bytes; `bytes` are its first ones, at least min(size, kHeaderBytes) of them.
// Errors: kUnsupported for another version; kTooLarge for a payload above its type's limit; kInvalidMessage for a message that is
// shorter or longer than its header says, and for values that this version does not know.
Result<FrameHeader> parseFrame(std::span<const std::uint8_t> bytes, std::size_t size);

// The reverse. Values out of range are a fault of the caller's; what is written then does not parse.
HeaderBytes writeFrame(const FrameHeader& header);

}  // namespace tessera::relay
