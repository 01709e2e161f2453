// SPDX-License-Identifier: Apache-2.0
// Sizes, padding and places of small planes.
#include "wasm/video/small_plane.h"

#include <algorithm>
#include <bit>

namespace tessera::video {

void SmallPlane::resize(int new_width, int new_height) {
  if (new_width == width && new_height == height) return;
  width = new_width;
  height = new_height;
  stride = width + 1 + 16;
  data.assign(static_cast<std::size_t>(stride) * static_cast<std::size_t>(height), 0);
}

void SmallPlane::finishEdges() {
  for (int y = 0; y < height; ++y) {
    std::int16_t* const samples = row(y);
    samples[-1] = samples[0];
    std::fill(samples + width, samples + width + 16, samples[width - 1]);
  }
}

void SoftPicture::resize(int width, int height) {
  y.resize(width, height);
  u.resize(width, height);
  v.resize(width, height);
}

void SoftPicture::finishEdges() {
  y.finishEdges();
  u.finishEdges();
  v.finishEdges();
}

RowPlace placeOf(int y, int factor, int small_height) {
  // In 2 * factor parts of a small row. Divisions would cost more than all the rest of a row's setting up.
  const int place = std::max(0, 2 * y + 1 - factor);
  const int bits = std::countr_zero(2u * static_cast<unsigned>(factor));
  const int first = std::min(place >> bits, small_height - 1);
  const int second = std::min(first + 1, small_height - 1);
  return {first, second, static_cast<std::int16_t>((place & ((1 << bits) - 1)) << (15 - bits))};
}

}  // namespace tessera::video
