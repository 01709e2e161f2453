// SPDX-License-Identifier: Apache-2.0
// How an input is read as a stream for a video decoder: one byte of settings, then frames, each after its length in two bytes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "codecs/vpx/video_decoder.h"

namespace tessera::test {

// Touches every sample, so that a view that reaches outside is found.
inline unsigned sumOf(const vpx::I420View& view) {
  unsigned total = 0;
  for (std::size_t plane = 0; plane < 3; ++plane) {
    const int width = plane ? vpx::chromaSize(view.resolution.width) : view.resolution.width;
    const int height = plane ? vpx::chromaSize(view.resolution.height) : view.resolution.height;
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) total += view.planes[plane][static_cast<std::ptrdiff_t>(y) * view.strides[plane] + x];
    }
  }
  return total;
}

// Large pictures take long and show nothing that small ones do not.
inline bool isLarge(vpx::VideoCodec codec, const std::uint8_t* data, std::size_t size) {
  if (codec == vpx::VideoCodec::kVp8) return size >= 10 && !(data[0] & 1) && ((data[7] & 0x3f) > 0 || (data[9] & 0x3f) > 0);
  return size >= 10 && (data[0] & 0xfc) == 0x80 && (data[4] & 0x0f) + (data[5] & 0xf0) + (data[6] & 0x0f) + (data[7] & 0xf0) > 0x0f;
}

// Settings, by bits: 1 keyframes only from the start, 2 the lowest spatial layer only, 4 keyframes only after every third frame.
inline void decodeStream(vpx::VideoCodec codec, const std::uint8_t* data, std::size_t size) {
  if (size < 3) return;
  const unsigned settings = data[0];
  auto decoder = vpx::VideoDecoder::create({codec, (settings & 1) != 0, settings & 2 ? 0 : 7});
  if (!decoder) std::abort();
  ++data;
  --size;
  volatile unsigned seen = 0;
  for (int frames = 0; size > 2 && frames < 10; ++frames) {
    const std::size_t length = std::min<std::size_t>(static_cast<std::size_t>(data[0] | data[1] << 8), size - 2);
    data += 2;
    size -= 2;
    if (settings & 4) decoder.value()->setKeyFramesOnly(frames % 3 == 2);
    if (!isLarge(codec, data, length)) {
      auto view = decoder.value()->decode({data, length});
      if (view && view.value()) seen = seen + sumOf(*view.value());
    }
    data += length;
    size -= length;
  }
}

}  // namespace tessera::test
