// SPDX-License-Identifier: Apache-2.0
// Fuzzes both video decoders: a stream of frames cut from the input, each whole, damaged or of any bytes.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "codecs/vpx/video_decoder.h"

using namespace tessera::vpx;

namespace {

// Touches every sample, so that a view that reaches outside is found.
unsigned sum(const I420View& view) {
  unsigned total = 0;
  for (std::size_t plane = 0; plane < 3; ++plane) {
    const int width = plane ? chromaSize(view.resolution.width) : view.resolution.width;
    const int height = plane ? chromaSize(view.resolution.height) : view.resolution.height;
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) total += view.planes[plane][static_cast<std::ptrdiff_t>(y) * view.strides[plane] + x];
    }
  }
  return total;
}

// Large pictures take long and show nothing that small ones do not.
bool isLarge(VideoCodec codec, const std::uint8_t* data, std::size_t size) {
  if (codec == VideoCodec::kVp8) return size >= 10 && !(data[0] & 1) && ((data[7] & 0x3f) > 0 || (data[9] & 0x3f) > 0);
  return size >= 10 && (data[0] & 0xfc) == 0x80 && (data[4] & 0x0f) + (data[5] & 0xf0) + (data[6] & 0x0f) + (data[7] & 0xf0) > 0x0f;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const VideoCodec codec = data[0] & 1 ? VideoCodec::kVp9 : VideoCodec::kVp8;
  auto decoder = VideoDecoder::create({codec, (data[0] & 2) != 0, data[0] & 4 ? 0 : 7});
  if (!decoder) std::abort();
  ++data;
  --size;
  volatile unsigned seen = 0;
  for (int frames = 0; size > 2 && frames < 16; ++frames) {
    const std::size_t length = std::min<std::size_t>(static_cast<std::size_t>(data[0] | data[1] << 8), size - 2);
    data += 2;
    size -= 2;
    if (!isLarge(codec, data, length)) {
      auto view = decoder.value()->decode({data, length});
      if (view && view.value()) seen = seen + sum(*view.value());
    }
    data += length;
    size -= length;
  }
  return 0;
}
