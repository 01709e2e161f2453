// SPDX-License-Identifier: Apache-2.0
// Small rows of fixed-point samples stretched across a full row, sixteen places at a time: bilinear with centred samples.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "wasm/base/simd.h"

namespace tessera::video {

// Two neighbouring rows of a SmallPlane, to be mixed and then stretched across the full row. Differences must fit 16 bits.
struct SoftRow {
  const std::int16_t* first = nullptr;  // with a sample at -1 and sixteen spare ones behind; null: there is none
  const std::int16_t* second = nullptr;
  std::int16_t weight = 0;  // of the second, Q15
  int factor = 1;           // full-size samples that each spans: 1, 2, 4 or 8
};

// Sixteen 16-bit values.
struct Wide {
  v128_t low;
  v128_t high;
};

// For eight neighbouring outputs at a factor of 2, 4 or 8: which input (counted from the one left of the first output's own)
// lies to the left and right of each, as bytes to swizzle, and the right one's weight in Q15.
struct StretchPattern {
  alignas(16) std::array<std::uint8_t, 16> left;
  alignas(16) std::array<std::uint8_t, 16> right;
  alignas(16) std::array<std::int16_t, 8> weight;
};

// `skipped`: inputs that lie before those.
constexpr StretchPattern makeStretchPattern(int factor, int skipped) {
  StretchPattern pattern{};
  for (int i = 0; i < 8; ++i) {
    // Position in halves of an output step: (2 i + 1 - factor) / (2 factor), one more for the sample on the left.
    const int numerator = 2 * i + 1 - factor + 2 * factor;
    const int index = numerator / (2 * factor) + skipped;
    const auto lane = static_cast<std::size_t>(i);
    pattern.left[2 * lane] = static_cast<std::uint8_t>(2 * index);
    pattern.left[2 * lane + 1] = static_cast<std::uint8_t>(2 * index + 1);
    pattern.right[2 * lane] = static_cast<std::uint8_t>(2 * index + 2);
    pattern.right[2 * lane + 1] = static_cast<std::uint8_t>(2 * index + 3);
    pattern.weight[lane] = static_cast<std::int16_t>((numerator - (index - skipped) * 2 * factor) * 32768 / (2 * factor));
  }
  return pattern;
}

// By factor / 4; the second of each is for the eight outputs behind, from the same samples (at a factor of 2 from the next ones).
inline constexpr StretchPattern kStretchPatterns[3][2] = {
    {makeStretchPattern(2, 0), makeStretchPattern(2, 0)},
    {makeStretchPattern(4, 0), makeStretchPattern(4, 2)},
    {makeStretchPattern(8, 0), makeStretchPattern(8, 1)},
};

// a + (b - a) * weight, rounded.
TESSERA_ALWAYS_INLINE v128_t between(v128_t a, v128_t b, v128_t weight) {
  return wasm_i16x8_add(a, wasm_i16x8_q15mulr_sat(wasm_i16x8_sub(b, a), weight));
}

TESSERA_ALWAYS_INLINE v128_t stretchedBy(const StretchPattern& pattern, v128_t samples) {
  return between(wasm_i8x16_swizzle(samples, wasm_v128_load(pattern.left.data())),
                 wasm_i8x16_swizzle(samples, wasm_v128_load(pattern.right.data())), wasm_v128_load(pattern.weight.data()));
}

// The places x to x + 15 of the full row; x is a multiple of sixteen. `samplesAt(i)` gives eight samples of the small row from
// the i-th on.
template <typename SamplesAt>
TESSERA_ALWAYS_INLINE Wide stretchedFrom(int factor, int x, SamplesAt samplesAt) {
  if (factor == 1) return {samplesAt(x), samplesAt(x + 8)};
  const auto& patterns = kStretchPatterns[factor >> 2];
  const v128_t samples = samplesAt(x / factor - 1);
  const v128_t behind = factor == 2 ? samplesAt(x / 2 + 3) : samples;
  return {stretchedBy(patterns[0], samples), stretchedBy(patterns[1], behind)};
}

TESSERA_ALWAYS_INLINE Wide stretched(const std::int16_t* row, int factor, int x) {
  return stretchedFrom(factor, x, [&](int at) TESSERA_INLINE_LAMBDA { return wasm_v128_load(row + at); });
}

TESSERA_ALWAYS_INLINE Wide stretched(const SoftRow& row, int x) {
  const v128_t weight = wasm_i16x8_splat(row.weight);
  return stretchedFrom(row.factor, x, [&](int at) TESSERA_INLINE_LAMBDA { return between(wasm_v128_load(row.first + at), wasm_v128_load(row.second + at), weight); });
}

}  // namespace tessera::video
