// SPDX-License-Identifier: Apache-2.0
// Brings pictures in the formats that browsers hand out into I420.
#include "codecs/vpx/import.h"

#include <algorithm>
#include <cstring>

namespace tessera::vpx {
namespace {

void fromNv12(std::span<const std::uint8_t> in, Resolution size, std::span<std::uint8_t> out) {
  const auto luma = static_cast<std::size_t>(size.pixels());
  std::memcpy(out.data(), in.data(), luma);
  const std::size_t chroma = (i420Size(size) - luma) / 2;
  const std::uint8_t* uv = in.data() + luma;
  std::uint8_t* u = out.data() + luma;
  std::uint8_t* v = u + chroma;
  for (std::size_t i = 0; i < chroma; ++i) {
    u[i] = uv[2 * i];
    v[i] = uv[2 * i + 1];
  }
}

// BT.601, limited range, in 8 bits of fraction.
template <int kRed, int kBlue>
void fromRgb(std::span<const std::uint8_t> in, Resolution size, std::span<std::uint8_t> out) {
  const int width = size.width;
  std::uint8_t* y_plane = out.data();
  for (std::int64_t i = 0; i < size.pixels(); ++i) {
    const std::uint8_t* p = in.data() + 4 * i;
    y_plane[i] = static_cast<std::uint8_t>((66 * p[kRed] + 129 * p[1] + 25 * p[kBlue] + 128 + (16 << 8)) >> 8);
  }
  const int chroma_width = chromaSize(width);
  const int chroma_height = chromaSize(size.height);
  std::uint8_t* u = y_plane + size.pixels();
  std::uint8_t* v = u + static_cast<std::ptrdiff_t>(chroma_width) * chroma_height;
  for (int cy = 0; cy < chroma_height; ++cy) {
    const std::uint8_t* top = in.data() + static_cast<std::ptrdiff_t>(2 * cy) * width * 4;
    const std::uint8_t* bottom = 2 * cy + 1 < size.height ? top + static_cast<std::ptrdiff_t>(width) * 4 : top;
    for (int cx = 0; cx < chroma_width; ++cx) {
      const int left = 8 * cx;
      const int right = 2 * cx + 1 < width ? left + 4 : left;
      const auto mean = [&](int c) { return (top[left + c] + top[right + c] + bottom[left + c] + bottom[right + c] + 2) >> 2; };
      const int r = mean(kRed);
      const int g = mean(1);
      const int b = mean(kBlue);
      *u++ = static_cast<std::uint8_t>((-38 * r - 74 * g + 112 * b + 128 + (128 << 8)) >> 8);
      *v++ = static_cast<std::uint8_t>((112 * r - 94 * g - 18 * b + 128 + (128 << 8)) >> 8);
    }
  }
}

}  // namespace

std::size_t pictureSize(PixelFormat format, Resolution resolution) {
  return format == PixelFormat::kI420 || format == PixelFormat::kNv12 ? i420Size(resolution) : static_cast<std::size_t>(resolution.pixels()) * 4;
}

void toI420(PixelFormat format, std::span<const std::uint8_t> in, Resolution resolution, std::span<std::uint8_t> out) {
  switch (format) {
    case PixelFormat::kI420: std::copy(in.begin(), in.end(), out.begin()); break;
    case PixelFormat::kNv12: fromNv12(in, resolution, out); break;
    case PixelFormat::kRgba: fromRgb<0, 2>(in, resolution, out); break;
    case PixelFormat::kBgra: fromRgb<2, 0>(in, resolution, out); break;
  }
}

}  // namespace tessera::vpx
