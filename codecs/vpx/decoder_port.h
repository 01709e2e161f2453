// SPDX-License-Identifier: Apache-2.0
// The video decoder as a worker sees it: plain values, and addresses in the module's memory.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "codecs/vpx/video_decoder.h"

namespace tessera::vpx {

// The outcome of one decode: an error code (empty on success), and the picture (I420) or width 0 where there is none.
struct DecodedPicture {
  std::string code;
  std::string message;
  int width = 0;
  int height = 0;
  std::uint32_t y = 0;  // addresses, valid until the next call
  std::uint32_t u = 0;
  std::uint32_t v = 0;
  int y_stride = 0;
  int uv_stride = 0;
};

class DecoderPort {
 public:
  // Starts anew. Gives an error code, empty on success.
  std::string configure(VideoCodec codec, bool key_frames_only, int max_spatial_index);
  // Where the next frame's bytes are to be written.
  std::uint32_t input(std::uint32_t size);
  DecodedPicture decode();
  void setKeyFramesOnly(bool on);

 private:
  std::unique_ptr<VideoDecoder> decoder_;
  std::vector<std::uint8_t> input_;
};

}  // namespace tessera::vpx
