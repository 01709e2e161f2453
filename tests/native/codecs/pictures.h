// SPDX-License-Identifier: Apache-2.0
// Pictures and sound made by arithmetic alone, the same on every machine.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "codecs/vpx/video_types.h"

namespace tessera::test {

// A textured scene that moves by (2, 1) pixels a frame, with a block that moves the other way and a little noise.
inline std::vector<std::uint8_t> makePicture(Resolution size, int index) {
  std::vector<std::uint8_t> out(vpx::i420Size(size));
  std::uint32_t noise = 0x9e3779b9U * static_cast<std::uint32_t>(index + 1);
  std::size_t at = 0;
  for (int plane = 0; plane < 3; ++plane) {
    const int width = plane ? vpx::chromaSize(size.width) : size.width;
    const int height = plane ? vpx::chromaSize(size.height) : size.height;
    const int unit = plane ? 1 : 2;
    const int left = (width / 2 + width - (unit * 3 * index) % width) % width;
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const int u = x + unit * index;
        const int v = y + unit * index / 2;
        int value = plane ? 128 + ((u / 8 + v / 16) % 32) - 16 : 60 + (u * 3 / 4 + v / 2) % 96 + ((u / 8) ^ (v / 8)) % 24;
        if (x >= left && x < left + width / 6 && y > height / 3 && y < height * 2 / 3) value = plane ? 90 + plane * 30 : 200 - (y % 16);
        noise = noise * 1664525U + 1013904223U;
        value += static_cast<int>(noise >> 30) - 1;
        out[at++] = static_cast<std::uint8_t>(value < 0 ? 0 : value > 255 ? 255 : value);
      }
    }
  }
  return out;
}

inline std::uint64_t hashBytes(std::uint64_t hash, const std::uint8_t* bytes, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) hash = (hash ^ bytes[i]) * 1099511628211ULL;
  return hash;
}
inline constexpr std::uint64_t kHashStart = 14695981039346656037ULL;

inline std::vector<std::uint8_t> pack(const vpx::I420View& view) {
  std::vector<std::uint8_t> out;
  for (std::size_t plane = 0; plane < 3; ++plane) {
    const int width = plane ? vpx::chromaSize(view.resolution.width) : view.resolution.width;
    const int height = plane ? vpx::chromaSize(view.resolution.height) : view.resolution.height;
    for (int y = 0; y < height; ++y) {
      const std::uint8_t* row = view.planes[plane] + static_cast<std::ptrdiff_t>(y) * view.strides[plane];
      out.insert(out.end(), row, row + width);
    }
  }
  return out;
}

// Peak signal-to-noise ratio of the luma of two packed pictures, in dB.
inline double lumaPsnr(const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b, Resolution size) {
  double sum = 0;
  for (std::int64_t i = 0; i < size.pixels(); ++i) {
    const double d = double(a[static_cast<std::size_t>(i)]) - b[static_cast<std::size_t>(i)];
    sum += d * d;
  }
  return sum == 0 ? 99 : 10 * std::log10(255.0 * 255.0 * static_cast<double>(size.pixels()) / sum);
}

}  // namespace tessera::test
