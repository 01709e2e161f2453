// SPDX-License-Identifier: Apache-2.0
// Makes a smaller I420 picture, for simulcast.
#include "codecs/vpx/scale.h"

#include <algorithm>

namespace tessera::vpx {
namespace {

void halvePlane(const std::uint8_t* in, int stride, int in_width, int in_height, std::uint8_t* out, int width, int height) {
  for (int y = 0; y < height; ++y) {
    const std::uint8_t* top = in + static_cast<std::ptrdiff_t>(2 * y) * stride;
    const std::uint8_t* bottom = 2 * y + 1 < in_height ? top + stride : top;
    std::uint8_t* row = out + static_cast<std::ptrdiff_t>(y) * width;
    const int whole = std::min(width, in_width / 2);
    for (int x = 0; x < whole; ++x) {
      row[x] = static_cast<std::uint8_t>((top[2 * x] + top[2 * x + 1] + bottom[2 * x] + bottom[2 * x + 1] + 2) >> 2);
    }
    for (int x = whole; x < width; ++x) row[x] = static_cast<std::uint8_t>((top[in_width - 1] + bottom[in_width - 1] + 1) >> 1);
  }
}

}  // namespace

void halve(const I420View& picture, std::span<std::uint8_t> out) {
  const Resolution size = halved(picture.resolution);
  std::uint8_t* to = out.data();
  halvePlane(picture.planes[0], picture.strides[0], picture.resolution.width, picture.resolution.height, to, size.width, size.height);
  to += size.pixels();
  for (std::size_t plane = 1; plane < 3; ++plane) {
    const int width = chromaSize(size.width);
    const int height = chromaSize(size.height);
    halvePlane(picture.planes[plane], picture.strides[plane], chromaSize(picture.resolution.width), chromaSize(picture.resolution.height), to, width, height);
    to += static_cast<std::ptrdiff_t>(width) * height;
  }
}

}  // namespace tessera::vpx
