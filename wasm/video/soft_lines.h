// SPDX-License-Identifier: Apache-2.0
// The blurred room at full width: each row of the small picture is stretched once, for all rows of the frame that it is part of.
#pragma once

#include <cstdint>
#include <vector>

#include "wasm/base/simd.h"
#include "wasm/video/small_plane.h"

namespace tessera::video {

// A row of the frame: pixel i is (base[i] + step[i] * weight) >> 8, in 16 bits without a sign that wrap around.
struct SoftLine {
  const std::int16_t* base = nullptr;
  const std::int16_t* step = nullptr;
  std::int16_t weight = 0;
};

// Sixteen pixels of the line.
TESSERA_ALWAYS_INLINE v128_t pixelsOf(const SoftLine& line, int x) {
  const v128_t weight = wasm_i16x8_splat(line.weight);
  const auto eight = [&](int at) TESSERA_INLINE_LAMBDA {
    return wasm_u16x8_shr(wasm_i16x8_add(wasm_v128_load(line.base + at), wasm_i16x8_mul(wasm_v128_load(line.step + at), weight)), 8);
  };
  return wasm_u8x16_narrow_i16x8(eight(x), eight(x + 8));
}

// The lines of one plane, from the top to the bottom of a frame.
class SoftLines {
 public:
  // A new frame whose rows have `width` pixels. Allocates when that grew.
  void start(int width);
  // Row y, of which the plane's rows span `factor` (1, 2, 4 or 8); its values are Q6 of 0..255. Calls go downwards. Whole
  // blocks of sixteen pixels, valid until the next call.
  SoftLine at(const SmallPlane& plane, int factor, int y);

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
