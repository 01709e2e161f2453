// SPDX-License-Identifier: Apache-2.0
// Plain definitions of what the mixing kernels compute, one sample at a time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "wasm/video/mix/resample.h"

namespace tessera::video::test {

inline Plane planeOf(const std::vector<std::uint8_t>& bytes, int width, int height) { return {bytes.data(), width, height, width}; }
inline MutablePlane planeOf(std::vector<std::uint8_t>& bytes, int width, int height) { return {bytes.data(), width, height, width}; }
inline std::vector<std::uint8_t> room(int width, int height) { return std::vector<std::uint8_t>(static_cast<std::size_t>(width * height)); }

// One sample at a time: columns first, then rows, with the taps of tabulate().
inline std::vector<std::uint8_t> reference(Plane in, SourceRect rect, int width, int height) {
  std::vector<Tap> across;
  std::vector<Tap> down;
  tabulate(in.width, rect.x, rect.width, width, across);
  tabulate(in.height, rect.y, rect.height, height, down);
  const auto rounded = [](int sum) { return std::clamp((sum + 8192) >> 14, 0, 255); };
  auto out = room(width, height);
  for (int y = 0; y < height; ++y) {
    const Tap& vertical = down[static_cast<std::size_t>(y)];
    std::vector<int> row(static_cast<std::size_t>(in.width));
    for (int x = 0; x < in.width; ++x) {
      int sum = 0;
      for (int k = 0; k < kTaps; ++k) sum += vertical.weights[static_cast<std::size_t>(k)] * in.row(std::min(vertical.first + k, in.height - 1))[x];
      row[static_cast<std::size_t>(x)] = rounded(sum);
    }
    for (int x = 0; x < width; ++x) {
      const Tap& tap = across[static_cast<std::size_t>(x)];
      int sum = 0;
      for (int k = 0; k < kTaps; ++k) sum += tap.weights[static_cast<std::size_t>(k)] * row[static_cast<std::size_t>(std::min(tap.first + k, in.width - 1))];
      out[static_cast<std::size_t>(y * width + x)] = static_cast<std::uint8_t>(rounded(sum));
    }
  }
  return out;
}

}  // namespace tessera::video::test
