// SPDX-License-Identifier: Apache-2.0
// Counting along rows and columns.
#include "wasm/video/people.h"

#include <algorithm>

namespace tessera::video {
namespace {

// A row or column is somebody's from this share of its length on.
constexpr float kLeastShare = 0.025f;

struct Extent {
  int first = -1;
  int last = -1;
};

template <typename Count>
Extent extentOf(int places, int length, Count count) {
  Extent extent;
  for (int i = 0; i < places; ++i) {
    if (static_cast<float>(count(i)) <= kLeastShare * static_cast<float>(length)) continue;
    if (extent.first < 0) extent.first = i;
    extent.last = i;
  }
  return extent;
}

}  // namespace

Share findPeople(std::span<const float> mask, Resolution size) {
  const auto person = [&](int x, int y) { return mask[static_cast<std::size_t>(y) * static_cast<std::size_t>(size.width) + static_cast<std::size_t>(x)] > 0.5f ? 1 : 0; };
  const Extent down = extentOf(size.height, size.width, [&](int y) {
    int sum = 0;
    for (int x = 0; x < size.width; ++x) sum += person(x, y);
    return sum;
  });
  const Extent across = extentOf(size.width, size.height, [&](int x) {
    int sum = 0;
    for (int y = 0; y < size.height; ++y) sum += person(x, y);
    return sum;
  });
  if (down.first < 0 || across.first < 0) return {0, 0, 0, 0};
  const auto width = static_cast<float>(size.width);
  const auto height = static_cast<float>(size.height);
  return {static_cast<float>(across.first) / width, static_cast<float>(down.first) / height,
          static_cast<float>(across.last - across.first + 1) / width, static_cast<float>(down.last - down.first + 1) / height};
}

Share storedShare(const Share& upright, Rotation rotation) {
  const float right = 1.0f - upright.x - upright.width;
  const float bottom = 1.0f - upright.y - upright.height;
  switch (rotation) {
    case Rotation::k90: return {upright.y, right, upright.height, upright.width};
    case Rotation::k180: return {right, bottom, upright.width, upright.height};
    case Rotation::k270: return {bottom, upright.x, upright.height, upright.width};
    default: return upright;
  }
}

}  // namespace tessera::video
