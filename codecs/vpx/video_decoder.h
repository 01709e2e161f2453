// SPDX-License-Identifier: Apache-2.0
// A VP8 or VP9 decoder that takes any subset of layers, reports damage as a typed error and goes on at the next keyframe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "codecs/vpx/video_types.h"
#include "wasm/base/result.h"

namespace tessera::vpx {

struct VideoDecoderConfig {
  VideoCodec codec = VideoCodec::kVp9;
  bool key_frames_only = false;  // for thumbnails: other frames are passed over at no cost
  int max_spatial_index = 7;     // VP9: of a superframe, frames above this are not decoded
};

struct VideoDecoderStats {
  std::int64_t decoded = 0;  // frames or superframes that gave a picture
  std::int64_t skipped = 0;  // passed over: waiting for a keyframe, or not a keyframe in key_frames_only
  std::int64_t failed = 0;
};

class VideoDecoder {
 public:
  // Errors: kInvalidArgument, kOutOfMemory.
  static Result<std::unique_ptr<VideoDecoder>> create(const VideoDecoderConfig& config);
  virtual ~VideoDecoder() = default;

  // Decodes one frame or one VP9 superframe. Gives its highest picture, valid until the next call, or none where the frame
  // shows nothing or was passed over: after the start and after an error, frames are passed over up to the next keyframe.
  // Errors: kInvalidMessage for damaged bytes, kUnsupported, kTooLarge, kOutOfMemory.
  virtual Result<std::optional<I420View>> decode(std::span<const std::uint8_t> bytes) = 0;

  virtual void setKeyFramesOnly(bool on) = 0;
  virtual VideoDecoderStats stats() const = 0;
};

}  // namespace tessera::vpx
