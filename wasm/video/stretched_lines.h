// SPDX-License-Identifier: Apache-2.0
// Small planes at full width: their rows are stretched once for all rows of the frame that lie between the same two of them.
#pragma once

#include <cstdint>
#include <vector>

#include "wasm/base/simd.h"
#include "wasm/video/small_plane.h"
#include "wasm/video/stretch.h"

namespace tessera::video {

// A row of the frame, between two stretched rows; null: there is none.
struct Line {
  const std::int16_t* base = nullptr;
  const std::int16_t* step = nullptr;
  std::int16_t weight = 0;
};

// Sixteen values of a line of ValueLines: base + step * weight, the weight in Q15, rounded.
TESSERA_ALWAYS_INLINE Wide valuesOf(const Line& line, int x) {
  const v128_t weight = wasm_i16x8_splat(line.weight);
  const auto eight = [&](int at) TESSERA_INLINE_LAMBDA {
    return wasm_i16x8_add(wasm_v128_load(line.base + at), wasm_i16x8_q15mulr_sat(wasm_v128_load(line.step + at), weight));
  };
  return {eight(x), eight(x + 8)};
}

// Sixteen pixels of a line of PixelLines: (base + step * weight) >> 8, in 16 bits without a sign that wrap around.
TESSERA_ALWAYS_INLINE v128_t pixelsOf(const Line& line, int x) {
  const v128_t weight = wasm_i16x8_splat(line.weight);
  const auto eight = [&](int at) TESSERA_INLINE_LAMBDA {
    return wasm_u16x8_shr(wasm_i16x8_add(wasm_v128_load(line.base + at), wasm_i16x8_mul(wasm_v128_load(line.step + at), weight)), 8);
  };
  return wasm_u8x16_narrow_i16x8(eight(x), eight(x + 8));
}

// The rows of one plane for valuesOf, where blocks of sixteen want them. Differences must fit 16 bits.
class ValueLines {
 public:
  // A new frame whose rows have `width` values. Allocates when that grew.
  void start(int width);
  // Row y, of which the plane's rows span `factor` (1, 2, 4 or 8). `wanted` says of each block, as it is for all rows between
  // the same two of the plane, whether it is kUnsure: others hold nothing. Calls go downwards; valid until the next.
  Line at(const SmallPlane& plane, int factor, int y, const std::uint8_t* wanted);

 private:
  int width_ = 0;
  int first_ = -1;
  std::vector<std::int16_t> base_;
  std::vector<std::int16_t> step_;
};

// The rows of one plane of Q6 of 0..255 for pixelsOf, everywhere.
class PixelLines {
 public:
  // As in ValueLines.
  void start(int width);
  Line at(const SmallPlane& plane, int factor, int y);

 private:
  void stretch(const SmallPlane& plane, int factor, int row);

  int width_ = 0;
  int first_ = -1;
  int last_ = -1;  // the row that last_line_ holds
  std::vector<std::int16_t> last_line_;  // Q4
  std::vector<std::int16_t> base_;
  std::vector<std::int16_t> step_;
};

}  // namespace tessera::video
