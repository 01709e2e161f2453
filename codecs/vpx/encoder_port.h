// SPDX-License-Identifier: Apache-2.0
// The video encoder as a worker sees it: plain values, and addresses in the module's memory.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "codecs/vpx/import.h"
#include "codecs/vpx/video_encoder.h"

namespace tessera::vpx {

// `code` is empty on success.
struct Outcome {
  std::string code;
  std::string message;
};

// A range of the module's memory.
struct Bytes {
  std::uint32_t address = 0;
  std::uint32_t size = 0;
};

struct EncoderSettings {
  VideoCodec codec = VideoCodec::kVp9;
  int width = 0;
  int height = 0;
  double bitrate = 0;    // bits per second
  double framerate = 30;
  std::string scalability_mode;
  VideoContent content = VideoContent::kCamera;
  int speed = -1;
  bool may_drop = false;
};

// One frame of one layer; `bytes` are valid until the next call. Times in microseconds, ids as EncodedFrame's.
struct FrameInfo {
  Bytes bytes;
  double id = 0;
  int spatial_index = 0;
  int temporal_index = 0;
  bool is_key = false;
  bool is_reference = true;
  int width = 0;
  int height = 0;
  int dependency_count = 0;
  double dependency0 = 0;
  double dependency1 = 0;
};

class EncoderPort {
 public:
  // Starts anew. What was encoded before has no bearing on what comes.
  Outcome configure(const EncoderSettings& settings);
  Outcome setRates(double bitrate, double framerate);

  // Where the next picture is to be written, tightly packed, in this format and of the configured size.
  Bytes input(PixelFormat format);
  // Encodes what was written. `timestamp` in microseconds.
  Outcome encode(double timestamp, bool key);

  // Of the last picture: frames of all layers, lowest first; 0 when it was dropped.
  int frameCount() const { return static_cast<int>(frames_.size()); }
  FrameInfo frame(int index) const;
  // All of them as one piece, a superframe if they are several (VP9 layers, not simulcast).
  Bytes picture();

 private:
  std::unique_ptr<VideoEncoder> encoder_;
  Resolution resolution_;
  PixelFormat format_ = PixelFormat::kI420;
  std::vector<std::uint8_t> input_;
  std::vector<std::uint8_t> converted_;
  std::vector<std::uint8_t> joined_;
  std::span<const EncodedFrame> frames_;
};

}  // namespace tessera::vpx
