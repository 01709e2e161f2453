// SPDX-License-Identifier: Apache-2.0
// Two stretched lines and their difference, kept while the frame's rows lie between them.
#include "wasm/video/stretched_lines.h"

#include <cstddef>

#include "wasm/video/guided_mask.h"

namespace tessera::video {
namespace {

constexpr int kBlock = 16;

int wholeBlocks(int width) { return (width + kBlock - 1) / kBlock * kBlock; }

void grow(std::vector<std::int16_t>& line, int width) {
  if (line.size() < static_cast<std::size_t>(width)) line.resize(static_cast<std::size_t>(width));
}

}  // namespace

void ValueLines::start(int width) {
  width_ = wholeBlocks(width);
  first_ = -1;
  grow(base_, width_);
  grow(step_, width_);
}

Line ValueLines::at(const SmallPlane& plane, int factor, int y, const std::uint8_t* wanted) {
  const RowPlace place = placeOf(y, factor, plane.height);
  if (place.first != first_) {
    first_ = place.first;
    for (int x = 0; x < width_; x += kBlock) {
      if (wanted[x / kBlock] != kUnsure) continue;
      const Wide from = stretched(plane.row(place.first), factor, x);
      const Wide to = stretched(plane.row(place.second), factor, x);
      wasm_v128_store(base_.data() + x, from.low);
      wasm_v128_store(base_.data() + x + 8, from.high);
      wasm_v128_store(step_.data() + x, wasm_i16x8_sub(to.low, from.low));
      wasm_v128_store(step_.data() + x + 8, wasm_i16x8_sub(to.high, from.high));
    }
  }
  return {base_.data(), step_.data(), place.weight};
}

void PixelLines::start(int width) {
  width_ = wholeBlocks(width);
  first_ = last_ = -1;
  for (auto* line : {&last_line_, &base_, &step_}) grow(*line, width_);
}

// The last line becomes the base, and what has to be added for the line of `row` the step. Sixteen steps of Q4 are one of Q8,
// and half a pixel more rounds.
void PixelLines::stretch(const SmallPlane& plane, int factor, int row) {
  const std::int16_t* const from = plane.row(row);
  const v128_t half = wasm_i16x8_splat(2);
  const v128_t rounding = wasm_i16x8_splat(128);
  for (int x = 0; x < width_; x += kBlock) {
    const Wide q6 = stretched(from, factor, x);
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

Line PixelLines::at(const SmallPlane& plane, int factor, int y) {
  const RowPlace place = placeOf(y, factor, plane.height);
  if (place.first != first_) {
    if (place.first != last_) stretch(plane, factor, place.first);
    stretch(plane, factor, place.second);
    first_ = place.first;
  }
  return {base_.data(), step_.data(), static_cast<std::int16_t>(place.weight >> 11)};
}

}  // namespace tessera::video
