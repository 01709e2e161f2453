// SPDX-License-Identifier: Apache-2.0
// Eight rows are weighed into one, then each output is the dot product of eight samples of it.
#include "wasm/video/mix/resample.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "wasm/base/simd.h"
#include "wasm/video/scale.h"

namespace tessera::video {
namespace {

constexpr int kOne = 1 << 14;
constexpr int kHalf = kOne / 2;

// Keys' cubic with a = -0.5.
float cubic(float x) {
  const float t = std::fabs(x);
  if (t < 1.0f) return (1.5f * t - 2.5f) * t * t + 1.0f;
  if (t < 2.0f) return ((-0.5f * t + 2.5f) * t - 4.0f) * t + 2.0f;
  return 0.0f;
}

std::uint8_t rounded(int sum) { return static_cast<std::uint8_t>(std::clamp((sum + kHalf) >> 14, 0, 255)); }

v128_t weightPair(const std::int16_t* weights) {
  const auto low = static_cast<std::uint16_t>(weights[0]);
  const auto high = static_cast<std::uint32_t>(static_cast<std::uint16_t>(weights[1])) << 16;
  return wasm_i32x4_splat(static_cast<std::int32_t>(high | low));
}

v128_t rounded(v128_t sums) { return wasm_i32x4_shr(wasm_i32x4_add(sums, wasm_i32x4_splat(kHalf)), 14); }

// Sums of neighbouring lanes: a's two, then b's.
v128_t pairSums(v128_t a, v128_t b) {
  return wasm_i32x4_add(wasm_i32x4_shuffle(a, b, 0, 2, 4, 6), wasm_i32x4_shuffle(a, b, 1, 3, 5, 7));
}

}  // namespace

void tabulate(int limit, float start, float extent, int count, std::vector<Tap>& taps) {
  taps.resize(static_cast<std::size_t>(count));
  const float step = extent / static_cast<float>(count);
  const float spread = std::clamp(step, 1.0f, 2.0f);
  for (int i = 0; i < count; ++i) {
    const float middle = start + step * (static_cast<float>(i) + 0.5f) - 0.5f;
    const int begin = static_cast<int>(std::floor(middle - 2.0f * spread)) + 1;
    Tap& tap = taps[static_cast<std::size_t>(i)];
    tap.first = std::clamp(begin, 0, std::max(0, limit - kTaps));
    std::array<float, kTaps> exact{};
    float total = 0.0f;
    for (int k = 0; k < kTaps; ++k) {
      const float weight = cubic((static_cast<float>(begin + k) - middle) / spread);
      const int at = std::clamp(begin + k, 0, limit - 1) - tap.first;
      exact[static_cast<std::size_t>(std::clamp(at, 0, kTaps - 1))] += weight;
      total += weight;
    }
    int sum = 0;
    std::size_t largest = 0;
    for (std::size_t k = 0; k < exact.size(); ++k) {
      tap.weights[k] = static_cast<std::int16_t>(std::lround(exact[k] / total * static_cast<float>(kOne)));
      sum += tap.weights[k];
      if (tap.weights[k] > tap.weights[largest]) largest = k;
    }
    tap.weights[largest] = static_cast<std::int16_t>(tap.weights[largest] + kOne - sum);
  }
}

const std::vector<Tap>& Resampler::Tables::get(int limit, float start, float extent, int count) {
  for (const Table& known : tables_) {
    if (known.limit == limit && known.start == start && known.extent == extent && known.count == count) return known.taps;
  }
  Table& made = tables_[next_];
  next_ = (next_ + 1) % tables_.size();
  made.limit = limit;
  made.start = start;
  made.extent = extent;
  made.count = count;
  tabulate(limit, start, extent, count, made.taps);
  return made.taps;
}

void Resampler::mixRows(Plane in, const Tap& tap, int from, int to) {
  const std::uint8_t* rows[kTaps];
  for (int k = 0; k < kTaps; ++k) rows[k] = in.row(std::min(tap.first + k, in.height - 1));
  // Rows without weight, at the beginning or the end, are not read.
  int first = 0;
  int last = kTaps;
  while (first + 2 < last && tap.weights[static_cast<std::size_t>(first)] == 0 && tap.weights[static_cast<std::size_t>(first) + 1] == 0) first += 2;
  while (last - 2 > first && tap.weights[static_cast<std::size_t>(last) - 1] == 0 && tap.weights[static_cast<std::size_t>(last) - 2] == 0) last -= 2;
  std::uint8_t* const out = row_.data();
  const auto block = [&](int x) TESSERA_INLINE_LAMBDA {
    v128_t sums[4] = {wasm_i32x4_splat(0), wasm_i32x4_splat(0), wasm_i32x4_splat(0), wasm_i32x4_splat(0)};
    for (int k = first; k < last; k += 2) {
      const v128_t a = wasm_v128_load(rows[k] + x);
      const v128_t b = wasm_v128_load(rows[k + 1] + x);
      const v128_t low = wasm_i8x16_shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const v128_t high = wasm_i8x16_shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      const v128_t weights = weightPair(tap.weights.data() + k);
      sums[0] = wasm_i32x4_add(sums[0], wasm_i32x4_dot_i16x8(wasm_u16x8_extend_low_u8x16(low), weights));
      sums[1] = wasm_i32x4_add(sums[1], wasm_i32x4_dot_i16x8(wasm_u16x8_extend_high_u8x16(low), weights));
      sums[2] = wasm_i32x4_add(sums[2], wasm_i32x4_dot_i16x8(wasm_u16x8_extend_low_u8x16(high), weights));
      sums[3] = wasm_i32x4_add(sums[3], wasm_i32x4_dot_i16x8(wasm_u16x8_extend_high_u8x16(high), weights));
    }
    wasm_v128_store(out + x, wasm_u8x16_narrow_i16x8(wasm_i16x8_narrow_i32x4(rounded(sums[0]), rounded(sums[1])),
                                                     wasm_i16x8_narrow_i32x4(rounded(sums[2]), rounded(sums[3]))));
  };
  if (to - from >= 16) {
    for (int x = from; x + 16 < to; x += 16) block(x);
    // The last block ends where the row does, over what was done before.
    block(to - 16);
    return;
  }
  for (int x = from; x < to; ++x) {
    int sum = 0;
    for (int k = 0; k < kTaps; ++k) sum += rows[k][x] * tap.weights[static_cast<std::size_t>(k)];
    out[x] = rounded(sum);
  }
}

void Resampler::mixColumns(const std::vector<Tap>& across, std::uint8_t* out, int count) {
  const std::uint8_t* const row = row_.data();
  const auto product = [&](int i) TESSERA_INLINE_LAMBDA {
    const Tap& tap = across[static_cast<std::size_t>(i)];
    return wasm_i32x4_dot_i16x8(wasm_u16x8_load8x8(row + tap.first), wasm_v128_load(tap.weights.data()));
  };
  const auto four = [&](int i) TESSERA_INLINE_LAMBDA {
    return rounded(pairSums(pairSums(product(i), product(i + 1)), pairSums(product(i + 2), product(i + 3))));
  };
  int x = 0;
  for (; x + 8 <= count; x += 8) {
    const v128_t words = wasm_i16x8_narrow_i32x4(four(x), four(x + 4));
    wasm_v128_store64_lane(out + x, wasm_u8x16_narrow_i16x8(words, words), 0);
  }
  for (; x < count; ++x) {
    const Tap& tap = across[static_cast<std::size_t>(x)];
    int sum = 0;
    for (int k = 0; k < kTaps; ++k) sum += row[tap.first + k] * tap.weights[static_cast<std::size_t>(k)];
    out[x] = rounded(sum);
  }
}

void Resampler::run(Plane in, SourceRect rect, MutablePlane out) {
  halving_.run(in, rect, out.width, out.height);
  const bool same = static_cast<float>(out.width) == rect.width && static_cast<float>(out.height) == rect.height &&
                    rect.x == std::floor(rect.x) && rect.y == std::floor(rect.y);
  if (same) {
    for (int y = 0; y < out.height; ++y) {
      std::memcpy(out.row(y), in.row(y + static_cast<int>(rect.y)) + static_cast<int>(rect.x), static_cast<std::size_t>(out.width));
    }
    return;
  }
  const std::vector<Tap>& across = across_.get(in.width, rect.x, rect.width, out.width);
  const std::vector<Tap>& down = down_.get(in.height, rect.y, rect.height, out.height);
  // Taps read eight samples even where the plane is narrower.
  const auto room = static_cast<std::size_t>(in.width) + kTaps;
  if (row_.size() < room) row_.resize(room);
  const int from = across.front().first;
  const int to = std::min(in.width, across.back().first + kTaps);
  for (int y = 0; y < out.height; ++y) {
    mixRows(in, down[static_cast<std::size_t>(y)], from, to);
    mixColumns(across, out.row(y), out.width);
  }
}

void Resampler::run(const I420View& in, SourceRect rect, const MutableI420View& out) {
  run(in.y, rect, out.y);
  const SourceRect half{rect.x / 2, rect.y / 2, rect.width / 2, rect.height / 2};
  run(in.u, half, out.u);
  run(in.v, half, out.v);
}

}  // namespace tessera::video
