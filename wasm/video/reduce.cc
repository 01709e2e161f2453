// SPDX-License-Identifier: Apache-2.0
// Box reduction by powers of two, eight outputs at a time.
#include <algorithm>
#include <cstring>

#include "wasm/base/simd.h"
#include "wasm/video/scale.h"

namespace tessera::video {
namespace {

// The mean of a block that may stick out over the right or bottom edge.
std::uint8_t blockMean(Plane in, int factor, int x, int y) {
  const int x_end = std::min(x + factor, in.width);
  const int y_end = std::min(y + factor, in.height);
  int sum = 0;
  for (int row = y; row < y_end; ++row) {
    for (int column = x; column < x_end; ++column) sum += in.row(row)[column];
  }
  const int count = (x_end - x) * (y_end - y);
  return static_cast<std::uint8_t>((sum + count / 2) / count);
}

// The sums of `kFactor` rows, added up in pairs of columns: eight of them for sixteen columns.
template <int kFactor>
v128_t columnPairs(const std::uint8_t* p, std::ptrdiff_t stride) {
  v128_t sum = wasm_u16x8_extadd_pairwise_u8x16(wasm_v128_load(p));
  for (int row = 1; row < kFactor; ++row) {
    sum = wasm_i16x8_add(sum, wasm_u16x8_extadd_pairwise_u8x16(wasm_v128_load(p + row * stride)));
  }
  return sum;
}

// Sums of neighbouring 16-bit lanes of two vectors, as eight 16-bit lanes. Sums stay below 32768 here.
v128_t pairSums(v128_t a, v128_t b) {
  return wasm_i16x8_add(wasm_i16x8_shuffle(a, b, 0, 2, 4, 6, 8, 10, 12, 14),
                        wasm_i16x8_shuffle(a, b, 1, 3, 5, 7, 9, 11, 13, 15));
}

v128_t rounded(v128_t sums, int shift) {
  return wasm_u16x8_shr(wasm_i16x8_add(sums, wasm_i16x8_splat(static_cast<std::int16_t>(1 << (shift - 1)))), shift);
}

// Eight outputs from 8 * kFactor columns.
template <int kFactor>
void reduceEight(const std::uint8_t* p, std::ptrdiff_t stride, std::uint8_t* out) {
  v128_t sums;
  if constexpr (kFactor == 2) {
    sums = rounded(columnPairs<2>(p, stride), 2);
  } else if constexpr (kFactor == 4) {
    sums = rounded(pairSums(columnPairs<4>(p, stride), columnPairs<4>(p + 16, stride)), 4);
  } else {
    const v128_t left = pairSums(columnPairs<8>(p, stride), columnPairs<8>(p + 16, stride));
    const v128_t right = pairSums(columnPairs<8>(p + 32, stride), columnPairs<8>(p + 48, stride));
    sums = rounded(pairSums(left, right), 6);
  }
  wasm_v128_store64_lane(out, wasm_u8x16_narrow_i16x8(sums, sums), 0);
}

template <int kFactor>
void reduceBy(Plane in, MutablePlane out) {
  for (int y = 0; y < out.height; ++y) {
    std::uint8_t* row = out.row(y);
    int x = 0;
    if ((y + 1) * kFactor <= in.height) {
      const std::uint8_t* source = in.row(y * kFactor);
      for (; (x + 8) * kFactor <= in.width; x += 8) reduceEight<kFactor>(source + x * kFactor, in.stride, row + x);
    }
    for (; x < out.width; ++x) row[x] = blockMean(in, kFactor, x * kFactor, y * kFactor);
  }
}

}  // namespace

void reducePlane(Plane in, int factor, MutablePlane out) {
  switch (factor) {
    case 2: return reduceBy<2>(in, out);
    case 4: return reduceBy<4>(in, out);
    case 8: return reduceBy<8>(in, out);
    default:
      for (int y = 0; y < out.height; ++y) std::memcpy(out.row(y), in.row(y), static_cast<std::size_t>(out.width));
  }
}

void reduceToQuads(const I420View& frame, int factor, std::vector<std::uint8_t>& work, QuadImage& out) {
  const int width = (frame.y.width + factor - 1) / factor;
  out.resize(width, (frame.y.height + factor - 1) / factor);
  work.resize(static_cast<std::size_t>(width) * 3);
  for (int y = 0; y < out.height; ++y) {
    // One row of each plane at a time: it is packed while it is still near.
    const auto row = [&](Plane plane, int by, int index) {
      const Plane rows{plane.row(y * by), plane.width, std::min(by, plane.height - y * by), plane.stride};
      const MutablePlane target{work.data() + static_cast<std::ptrdiff_t>(index) * width, width, 1, width};
      reducePlane(rows, by, target);
      return Plane(target);
    };
    packQuads(row(frame.y, factor, 0), row(frame.u, factor / 2, 1), row(frame.v, factor / 2, 2), out.row(y));
  }
}

}  // namespace tessera::video
