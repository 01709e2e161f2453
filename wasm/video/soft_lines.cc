// SPDX-License-Identifier: Apache-2.0
// Two stretched lines and their difference, kept while the frame's rows lie between them.
#include "wasm/video/soft_lines.h"

#include <cstddef>

#include "wasm/video/stretch.h"

namespace tessera::video {

void SoftLines::start(int width) {
  width_ = (width + 15) / 16 * 16;
  first_ = last_ = -1;
  const auto count = static_cast<std::size_t>(width_);
  for (auto* line : {&last_line_, &base_, &step_}) {
    if (line->size() < count) line->resize(count);
  }
}

// The last line becomes the base, and what has to be added for the line of `row` the step. Sixteen steps of Q4 are one of Q8,
// and half a pixel more rounds.
void SoftLines::stretch(const SmallPlane& plane, int factor, int row) {
  const SoftRow from{plane.row(row), plane.row(row), 0, factor};
  const v128_t half = wasm_i16x8_splat(2);
  const v128_t rounding = wasm_i16x8_splat(128);
  for (int x = 0; x < width_; x += 16) {
    const Wide q6 = stretched(from, x);
    const auto eight = [&](v128_t wide, int at) TESSERA_INLINE_LAMBDA {
      const v128_t line = wasm_i16x8_shr(wasm_i16x8_add(wide, half), 2);
      const v128_t before = wasm_v128_load(last_line_.data() + at);
      wasm_v128_store(base_.data() + at, wasm_i16x8_add(wasm_i16x8_shl(before, 4), rounding));
      wasm_v128_store(step_.data() + at, wasm_i16x8_sub(line, before));
      wasm_v128_store(last_line_.data() + at, line);
    };
    eight(q6.low, x);
    eight(q6.high, x + 8);
  }
  last_ = row;
}

SoftLine SoftLines::at(const SmallPlane& plane, int factor, int y) {
  const RowPlace place = placeOf(y, factor, plane.height);
  if (place.first != first_) {
    if (place.first != last_) stretch(plane, factor, place.first);
    stretch(plane, factor, place.second);
    first_ = place.first;
  }
  return {base_.data(), step_.data(), static_cast<std::int16_t>(place.weight >> 11)};
}

}  // namespace tessera::video
