// SPDX-License-Identifier: Apache-2.0
// Two rows are mixed into one, then eight outputs at a time are picked out of sixteen samples of it.
#include "wasm/video/zoom.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "wasm/base/simd.h"
#include "wasm/video/scale.h"

namespace tessera::video {
namespace {

// A place between samples in steps of 1/128, within 0..limit-1.
int placeAt(float start, float step, int i, int limit) {
  const float at = (start + step * (static_cast<float>(i) + 0.5f) - 0.5f) * 128.0f;
  return std::clamp(static_cast<int>(std::floor(at + 0.5f)), 0, (limit - 1) * 128);
}

v128_t mixed(v128_t a, v128_t b, v128_t weight) {
  const v128_t rest = wasm_i16x8_sub(wasm_i16x8_splat(128), weight);
  const v128_t sum = wasm_i16x8_add(wasm_i16x8_mul(a, rest), wasm_i16x8_mul(b, weight));
  return wasm_u16x8_shr(wasm_i16x8_add(sum, wasm_i16x8_splat(64)), 7);
}

}  // namespace

void Zoom::tabulate(int limit, float start, float step, int count) {
  groups_.resize(static_cast<std::size_t>(count + 7) / 8);
  int i = 0;
  for (Group& group : groups_) {
    for (int lane = 0; lane < 8; ++lane, ++i) {
      const int place = placeAt(start, step, std::min(i, count - 1), limit);
      if (lane == 0) group.first = place >> 7;
      // Steps of 2 at most keep eight outputs within sixteen samples.
      group.left[lane] = static_cast<std::uint8_t>((place >> 7) - group.first);
      group.weight[lane] = static_cast<std::uint16_t>(place & 127);
    }
    std::memset(group.left + 8, 0, 8);
  }
}

void Zoom::mixRow(const std::uint8_t* top, const std::uint8_t* bottom, int weight, int from, int to) {
  const v128_t weights = wasm_i16x8_splat(static_cast<std::int16_t>(weight));
  std::uint8_t* const out = row_.data();
  int x = from;
  for (; x + 16 <= to; x += 16) {
    const v128_t a = wasm_v128_load(top + x);
    const v128_t b = wasm_v128_load(bottom + x);
    wasm_v128_store(out + x, wasm_u8x16_narrow_i16x8(mixed(wasm_u16x8_extend_low_u8x16(a), wasm_u16x8_extend_low_u8x16(b), weights),
                                                     mixed(wasm_u16x8_extend_high_u8x16(a), wasm_u16x8_extend_high_u8x16(b), weights)));
  }
  for (; x < to; ++x) out[x] = static_cast<std::uint8_t>((top[x] * (128 - weight) + bottom[x] * weight + 64) >> 7);
}

void Halving::run(Plane& in, SourceRect& rect, int width, int height) {
  const auto needed = [&] { return std::max(rect.width / static_cast<float>(width), rect.height / static_cast<float>(height)) > 2.0f; };
  for (int i = 0; needed() && std::max(in.width, in.height) > 1; i ^= 1) {
    const int half_width = halfUp(in.width);
    const int half_height = halfUp(in.height);
    std::vector<std::uint8_t>& buffer = reduced_[i];
    const auto bytes = static_cast<std::size_t>(half_width) * static_cast<std::size_t>(half_height);
    if (buffer.size() < bytes) buffer.resize(bytes);
    const MutablePlane small{buffer.data(), half_width, half_height, half_width};
    reducePlane(in, 2, small);
    in = small;
    rect = {rect.x / 2, rect.y / 2, rect.width / 2, rect.height / 2};
  }
}

void Zoom::run(Plane in, SourceRect rect, MutablePlane out) {
  const auto step = [](float from, int to) { return from / static_cast<float>(to); };
  halving_.run(in, rect, out.width, out.height);
  tabulate(in.width, rect.x, step(rect.width, out.width), out.width);
  if (row_.size() < static_cast<std::size_t>(in.width) + 32) row_.resize(static_cast<std::size_t>(in.width) + 32);
  const int from = groups_.front().first;
  const int to = std::min(in.width, groups_.back().first + 17);
  for (int y = 0; y < out.height; ++y) {
    const int place = placeAt(rect.y, step(rect.height, out.height), y, in.height);
    mixRow(in.row(place >> 7), in.row(std::min((place >> 7) + 1, in.height - 1)), place & 127, from, to);
    std::memset(row_.data() + to, row_[static_cast<std::size_t>(to - 1)], 32);
    std::uint8_t* const target = out.row(y);
    int x = 0;
    for (const Group& group : groups_) {
      const std::uint8_t* source = row_.data() + group.first;
      const v128_t order = wasm_v128_load(group.left);
      const v128_t left = wasm_u16x8_extend_low_u8x16(wasm_i8x16_swizzle(wasm_v128_load(source), order));
      const v128_t right = wasm_u16x8_extend_low_u8x16(wasm_i8x16_swizzle(wasm_v128_load(source + 1), order));
      const v128_t words = mixed(left, right, wasm_v128_load(group.weight));
      const v128_t bytes = wasm_u8x16_narrow_i16x8(words, words);
      if (x + 8 <= out.width) {
        wasm_v128_store64_lane(target + x, bytes, 0);
      } else {
        std::uint8_t last[16];
        wasm_v128_store(last, bytes);
        std::memcpy(target + x, last, static_cast<std::size_t>(out.width - x));
      }
      x += 8;
    }
  }
}

void Zoom::run(const I420View& in, SourceRect rect, const MutableI420View& out) {
  run(in.y, rect, out.y);
  const SourceRect half{rect.x / 2, rect.y / 2, rect.width / 2, rect.height / 2};
  run(in.u, half, out.u);
  run(in.v, half, out.v);
}

}  // namespace tessera::video
