// SPDX-License-Identifier: Apache-2.0
// A real-time VP8 or VP9 encoder with temporal, spatial and simulcast layers, constant bitrate, no look-ahead and one thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "codecs/vpx/scalability.h"
#include "codecs/vpx/video_types.h"
#include "wasm/base/result.h"
#include "wasm/base/units.h"

namespace tessera::vpx {

enum class VideoContent : std::uint8_t { kCamera, kScreen };

struct VideoEncoderConfig {
  VideoCodec codec = VideoCodec::kVp9;
  Resolution resolution;  // of the input and of the top layer; 16..4096 each way, and 16 at least in the smallest layer
  DataRate bitrate = DataRate::kilobitsPerSecond(1000);  // all layers together
  double framerate = 30;  // 1..120, what the rate control expects; timestamps may differ
  Scalability scalability;  // VP8 has no spatial layers but simulcast
  VideoContent content = VideoContent::kCamera;
  int speed = -1;  // 5..9 for VP9, 1..16 for VP8, larger is faster and worse; -1 lets the resolution decide
  bool may_drop = false;  // lets the rate control drop frames that would overflow its buffer; they are counted
};

// One frame of one layer.
struct EncodedFrame {
  std::span<const std::uint8_t> bytes;  // valid until the encoder's next call
  Timestamp timestamp;      // of the picture
  std::int64_t id = 0;      // counts up over all layers since the encoder was made
  int spatial_index = 0;    // 0 is the smallest
  int temporal_index = 0;   // 0 is always needed
  bool is_key = false;      // decodable without any other frame
  bool is_reference = true; // false: losing it harms no later frame
  bool ends_picture = false; // the last of this picture's frames
  std::array<std::int64_t, 2> dependencies{};  // ids of the frames that must be decoded before
  int dependency_count = 0;
  Resolution resolution;
};

struct VideoEncoderStats {
  std::int64_t pictures = 0;  // given to encode()
  std::int64_t dropped = 0;   // of these, those that gave no frame at all
};

class VideoEncoder {
 public:
  // Errors: kInvalidArgument for values outside the ranges above, kUnsupported for layers that the codec lacks, kOutOfMemory.
  static Result<std::unique_ptr<VideoEncoder>> create(const VideoEncoderConfig& config);
  virtual ~VideoEncoder() = default;

  // Encodes one picture of the configured resolution and gives its frames, lowest layer first; none when it was dropped.
  // The frames stay valid until the next call. The rate control wants timestamps that increase and bears those that do not. Errors: kInvalidArgument, kInternal.
  virtual Result<std::span<const EncodedFrame>> encode(const I420View& picture, Timestamp timestamp, bool force_key) = 0;

  // Takes effect with the next picture. Errors: kInvalidArgument.
  virtual Result<void> setRates(DataRate bitrate, double framerate) = 0;

  virtual VideoEncoderStats stats() const = 0;
};

}  // namespace tessera::vpx
