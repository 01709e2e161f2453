// SPDX-License-Identifier: Apache-2.0
// Reads VP8 and VP9 frame headers, joins and splits superframes.
#include "codecs/vpx/bitstream.h"

#include <algorithm>
#include <cstddef>

namespace tessera::vpx {
namespace {

class BitReader {
 public:
  explicit BitReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  int read(int count) {
    int value = 0;
    for (; count > 0; --count, ++at_) {
      const std::size_t byte = at_ / 8;
      if (byte >= bytes_.size()) {
        ended_ = true;
        return 0;
      }
      value = value * 2 + ((bytes_[byte] >> (7 - at_ % 8)) & 1);
    }
    return value;
  }
  bool ended() const { return ended_; }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
  bool ended_ = false;
};

Error noFrame(const char* why) { return {ErrorCode::kInvalidMessage, why}; }

Result<FrameHeader> checkSize(FrameHeader header) {
  const Resolution r = header.resolution;
  if (r.empty()) return noFrame("the keyframe has no size");
  if (r.width > kMaxDimension || r.height > kMaxDimension) return Error{ErrorCode::kTooLarge, "the picture is larger than 4096 in one direction"};
  return header;
}

Result<FrameHeader> inspectVp8(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < 3) return noFrame("a VP8 frame has 3 bytes at least");
  FrameHeader header;
  header.is_key = (bytes[0] & 1) == 0;
  if (!header.is_key) return header;
  if (bytes.size() < 10) return noFrame("a VP8 keyframe has 10 bytes at least");
  if (bytes[3] != 0x9d || bytes[4] != 0x01 || bytes[5] != 0x2a) return noFrame("the VP8 start code is missing");
  header.resolution = {(bytes[6] | bytes[7] << 8) & 0x3fff, (bytes[8] | bytes[9] << 8) & 0x3fff};
  return checkSize(header);
}

Result<FrameHeader> inspectVp9(std::span<const std::uint8_t> bytes) {
  BitReader reader(bytes);
  if (reader.read(2) != 2) return noFrame("the VP9 frame marker is missing");
  const int low = reader.read(1);
  const int profile = low + 2 * reader.read(1);
  if (profile == 3) reader.read(1);
  if (reader.read(1)) return reader.ended() ? Result<FrameHeader>(noFrame("the VP9 frame is cut short")) : FrameHeader{};
  FrameHeader header;
  header.is_key = reader.read(1) == 0;
  reader.read(2);  // show_frame, error_resilient_mode
  if (reader.ended()) return noFrame("the VP9 frame is cut short");
  if (profile > 1) return Error{ErrorCode::kUnsupported, "VP9 with more than 8 bits is not supported"};
  if (!header.is_key) return header;
  if (reader.read(24) != 0x498342) return noFrame("the VP9 start code is missing");
  const int colour_space = reader.read(3);
  if (colour_space != 7) {
    reader.read(1);
    if (profile == 1) return Error{ErrorCode::kUnsupported, "only VP9 4:2:0 is supported"};
  } else {
    return Error{ErrorCode::kUnsupported, "only VP9 4:2:0 is supported"};
  }
  const int width = reader.read(16) + 1;
  const int height = reader.read(16) + 1;
  if (reader.ended()) return noFrame("the VP9 keyframe is cut short");
  header.resolution = {width, height};
  return checkSize(header);
}

}  // namespace

Result<FrameHeader> inspectFrame(VideoCodec codec, std::span<const std::uint8_t> bytes) {
  return codec == VideoCodec::kVp8 ? inspectVp8(bytes) : inspectVp9(bytes);
}

std::vector<std::uint8_t> joinSuperframe(std::span<const std::span<const std::uint8_t>> frames) {
  std::vector<std::uint8_t> out;
  std::size_t largest = 0;
  for (const auto& frame : frames) {
    out.insert(out.end(), frame.begin(), frame.end());
    largest = std::max(largest, frame.size());
  }
  if (frames.size() < 2) return out;
  int bytes = 1;
  while (bytes < 4 && largest >> (8 * bytes)) ++bytes;
  const auto marker = static_cast<std::uint8_t>(0xc0 | (bytes - 1) << 3 | static_cast<int>(frames.size() - 1));
  out.push_back(marker);
  for (const auto& frame : frames) {
    for (int i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(frame.size() >> (8 * i)));
  }
  out.push_back(marker);
  return out;
}

Result<std::vector<std::span<const std::uint8_t>>> splitSuperframe(std::span<const std::uint8_t> bytes) {
  std::vector<std::span<const std::uint8_t>> frames;
  const std::uint8_t marker = bytes.empty() ? std::uint8_t{0} : bytes.back();
  if ((marker & 0xe0) != 0xc0) {
    frames.push_back(bytes);
    return frames;
  }
  const auto count = static_cast<std::size_t>(marker & 7) + 1;
  const auto width = static_cast<std::size_t>(marker >> 3 & 3) + 1;
  const std::size_t index = 2 + count * width;
  if (bytes.size() < index || bytes[bytes.size() - index] != marker) {
    frames.push_back(bytes);
    return frames;
  }
  std::size_t at = 0;
  const std::size_t end = bytes.size() - index;
  for (std::size_t frame = 0; frame < count; ++frame) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < width; ++i) size |= static_cast<std::size_t>(bytes[end + 1 + frame * width + i]) << (8 * i);
    if (size > end - at) return noFrame("the superframe's index names more bytes than there are");
    if (size) frames.push_back(bytes.subspan(at, size));
    at += size;
  }
  return frames;
}

}  // namespace tessera::vpx
