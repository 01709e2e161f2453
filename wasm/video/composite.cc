// SPDX-License-Identifier: Apache-2.0
// The row kernels: sixteen bytes or eight words at a time, the rest one by one with the same arithmetic.
#include "wasm/video/composite.h"

#include <algorithm>
#include <array>

#include "wasm/base/simd.h"

namespace tessera::video {
namespace {

std::int16_t roundingMultiply(int a, int b) { return static_cast<std::int16_t>((a * b + (1 << 14)) >> 15); }

std::int16_t saturate16(int value) { return static_cast<std::int16_t>(std::clamp(value, -32768, 32767)); }

// value / 255, rounded, for value in 0..65025.
std::uint8_t over255(unsigned value) {
  const unsigned t = value + 128;
  return static_cast<std::uint8_t>((t + (t >> 8)) >> 8);
}

v128_t over255(v128_t value) {
  const v128_t t = wasm_i16x8_add(value, wasm_i16x8_splat(128));
  return wasm_u16x8_shr(wasm_i16x8_add(t, wasm_u16x8_shr(t, 8)), 8);
}

v128_t products(v128_t a, v128_t b, v128_t c, v128_t d, bool high) {
  return high ? wasm_i16x8_add(wasm_u16x8_extmul_high_u8x16(a, b), wasm_u16x8_extmul_high_u8x16(c, d))
              : wasm_i16x8_add(wasm_u16x8_extmul_low_u8x16(a, b), wasm_u16x8_extmul_low_u8x16(c, d));
}

// For eight neighbouring outputs at `factor`: which input (counted from the one left of the first output's own) lies to
// the left and right of each, and the right one's weight in Q15.
struct StretchPattern {
  alignas(16) std::array<std::uint8_t, 16> left;
  alignas(16) std::array<std::uint8_t, 16> right;
  alignas(16) std::array<std::int16_t, 8> weight;
};

constexpr StretchPattern makePattern(int factor) {
  StretchPattern pattern{};
  for (int i = 0; i < 8; ++i) {
    // Position in halves of an output step: (2 i + 1 - factor) / (2 factor), one more for the sample on the left.
    const int numerator = 2 * i + 1 - factor + 2 * factor;
    const int index = numerator / (2 * factor);
    const auto lane = static_cast<std::size_t>(i);
    pattern.left[2 * lane] = static_cast<std::uint8_t>(2 * index);
    pattern.left[2 * lane + 1] = static_cast<std::uint8_t>(2 * index + 1);
    pattern.right[2 * lane] = static_cast<std::uint8_t>(2 * index + 2);
    pattern.right[2 * lane + 1] = static_cast<std::uint8_t>(2 * index + 3);
    pattern.weight[lane] = static_cast<std::int16_t>((numerator - index * 2 * factor) * 32768 / (2 * factor));
  }
  return pattern;
}

constexpr StretchPattern kByTwo = makePattern(2);
constexpr StretchPattern kByFour = makePattern(4);
constexpr StretchPattern kByEight = makePattern(8);

}  // namespace

void mixRows(const std::int16_t* a, const std::int16_t* b, std::int16_t weight, std::int16_t* out, int count) {
  const v128_t weights = wasm_i16x8_splat(weight);
  int i = 0;
  for (; i + 8 <= count; i += 8) {
    const v128_t from = wasm_v128_load(a + i);
    const v128_t difference = wasm_i16x8_sub(wasm_v128_load(b + i), from);
    wasm_v128_store(out + i, wasm_i16x8_add(from, wasm_i16x8_q15mulr_sat(difference, weights)));
  }
  for (; i < count; ++i) out[i] = static_cast<std::int16_t>(a[i] + roundingMultiply(b[i] - a[i], weight));
}

void stretchRow(const std::int16_t* in, int factor, std::int16_t* out, int count) {
  if (factor == 1) {
    std::copy(in, in + count, out);
    return;
  }
  const StretchPattern& pattern = factor == 2 ? kByTwo : factor == 4 ? kByFour : kByEight;
  const v128_t left = wasm_v128_load(pattern.left.data());
  const v128_t right = wasm_v128_load(pattern.right.data());
  const v128_t weight = wasm_v128_load(pattern.weight.data());
  const std::int16_t* source = in - 1;
  for (int i = 0; i < count; i += 8, source += 8 / factor) {
    const v128_t samples = wasm_v128_load(source);
    const v128_t from = wasm_i8x16_swizzle(samples, left);
    const v128_t difference = wasm_i16x8_sub(wasm_i8x16_swizzle(samples, right), from);
    wasm_v128_store(out + i, wasm_i16x8_add(from, wasm_i16x8_q15mulr_sat(difference, weight)));
  }
}

void maskRow(const std::uint8_t* luma, const std::int16_t* slope, const std::int16_t* offset, std::int16_t gain,
             std::uint8_t* out, int count) {
  constexpr std::int16_t kMiddle = 1020;  // 127.5 in Q3
  const v128_t middle = wasm_i16x8_splat(kMiddle);
  const v128_t gains = wasm_i16x8_splat(gain);
  const v128_t half = wasm_i16x8_splat(4);
  const auto eight = [&](v128_t luma16, int at) {
    const v128_t line = wasm_i16x8_q15mulr_sat(wasm_v128_load(slope + at), wasm_i16x8_shl(luma16, 7));
    const v128_t value = wasm_i16x8_add_sat(line, wasm_v128_load(offset + at));
    const v128_t pushed = wasm_i16x8_q15mulr_sat(wasm_i16x8_sub_sat(value, middle), gains);
    return wasm_i16x8_shr(wasm_i16x8_add_sat(wasm_i16x8_add_sat(value, pushed), half), 3);
  };
  int i = 0;
  for (; i + 16 <= count; i += 16) {
    const v128_t samples = wasm_v128_load(luma + i);
    wasm_v128_store(out + i, wasm_u8x16_narrow_i16x8(eight(wasm_u16x8_extend_low_u8x16(samples), i),
                                                     eight(wasm_u16x8_extend_high_u8x16(samples), i + 8)));
  }
  for (; i < count; ++i) {
    const int value = saturate16(roundingMultiply(slope[i], luma[i] << 7) + offset[i]);
    const int pushed = roundingMultiply(saturate16(value - kMiddle), gain);
    const int sharpened = saturate16(saturate16(value + pushed) + 4) >> 3;
    out[i] = static_cast<std::uint8_t>(std::clamp(sharpened, 0, 255));
  }
}

void blendRow(const std::uint8_t* over, const std::uint8_t* under, const std::uint8_t* mask, std::uint8_t* out, int count) {
  int i = 0;
  for (; i + 16 <= count; i += 16) {
    const v128_t m = wasm_v128_load(mask + i);
    const v128_t rest = wasm_v128_not(m);
    const v128_t a = wasm_v128_load(over + i);
    const v128_t b = wasm_v128_load(under + i);
    wasm_v128_store(out + i, wasm_u8x16_narrow_i16x8(over255(products(a, m, b, rest, false)),
                                                     over255(products(a, m, b, rest, true))));
  }
  for (; i < count; ++i) {
    out[i] = over255(static_cast<unsigned>(over[i] * mask[i] + under[i] * (255 - mask[i])));
  }
}

void narrowRow(const std::int16_t* in, std::uint8_t* out, int count) {
  const v128_t half = wasm_i16x8_splat(32);
  int i = 0;
  for (; i + 16 <= count; i += 16) {
    const v128_t low = wasm_i16x8_shr(wasm_i16x8_add_sat(wasm_v128_load(in + i), half), 6);
    const v128_t high = wasm_i16x8_shr(wasm_i16x8_add_sat(wasm_v128_load(in + i + 8), half), 6);
    wasm_v128_store(out + i, wasm_u8x16_narrow_i16x8(low, high));
  }
  for (; i < count; ++i) out[i] = static_cast<std::uint8_t>(std::clamp(saturate16(in[i] + 32) >> 6, 0, 255));
}

void halveMaskRows(const std::uint8_t* top, const std::uint8_t* bottom, std::uint8_t* out, int count) {
  const auto eight = [&](int at) {
    const v128_t sum = wasm_i16x8_add(wasm_u16x8_extadd_pairwise_u8x16(wasm_v128_load(top + 2 * at)),
                                      wasm_u16x8_extadd_pairwise_u8x16(wasm_v128_load(bottom + 2 * at)));
    return wasm_u16x8_shr(wasm_i16x8_add(sum, wasm_i16x8_splat(2)), 2);
  };
  int i = 0;
  for (; i + 16 <= count; i += 16) wasm_v128_store(out + i, wasm_u8x16_narrow_i16x8(eight(i), eight(i + 8)));
  for (; i < count; ++i) {
    out[i] = static_cast<std::uint8_t>((top[2 * i] + top[2 * i + 1] + bottom[2 * i] + bottom[2 * i + 1] + 2) >> 2);
  }
}

void scaleRow(const std::uint8_t* in, std::uint8_t amount, std::uint8_t* out, int count) {
  const v128_t amounts = wasm_i8x16_splat(static_cast<std::int8_t>(amount));
  int i = 0;
  for (; i + 16 <= count; i += 16) {
    const v128_t samples = wasm_v128_load(in + i);
    wasm_v128_store(out + i, wasm_u8x16_narrow_i16x8(over255(wasm_u16x8_extmul_low_u8x16(samples, amounts)),
                                                     over255(wasm_u16x8_extmul_high_u8x16(samples, amounts))));
  }
  for (; i < count; ++i) out[i] = over255(static_cast<unsigned>(in[i] * amount));
}

void lightenRow(const std::uint8_t* row, const std::uint8_t* light, const std::uint8_t* weight, std::uint8_t* out, int count) {
  int i = 0;
  for (; i + 16 <= count; i += 16) {
    const v128_t base = wasm_v128_load(row + i);
    const v128_t gain = wasm_u8x16_sub_sat(wasm_v128_load(light + i), base);
    const v128_t weights = wasm_v128_load(weight + i);
    const v128_t added = wasm_u8x16_narrow_i16x8(over255(wasm_u16x8_extmul_low_u8x16(gain, weights)),
                                                 over255(wasm_u16x8_extmul_high_u8x16(gain, weights)));
    wasm_v128_store(out + i, wasm_u8x16_add_sat(base, added));
  }
  for (; i < count; ++i) {
    const int gain = std::max(0, light[i] - row[i]);
    out[i] = static_cast<std::uint8_t>(row[i] + over255(static_cast<unsigned>(gain * weight[i])));
  }
}

}  // namespace tessera::video
