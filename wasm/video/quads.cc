// SPDX-License-Identifier: Apache-2.0
// Packing into quads and the running-sum box filter over them.
#include "wasm/video/quads.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "wasm/base/simd.h"

namespace tessera::video {
namespace {

v128_t widen4(const std::uint8_t* p) {
  return wasm_f32x4_convert_u32x4(wasm_u32x4_extend_low_u16x8(wasm_u16x8_extend_low_u8x16(wasm_v128_load32_zero(p))));
}

// How much of the window around `at` lies within 0..size-1.
float coverage(int at, int size, int whole, float fraction) {
  const int from = std::max(0, at - whole);
  const int to = std::min(size - 1, at + whole);
  float sum = static_cast<float>(to - from + 1);
  if (at - whole - 1 >= 0) sum += fraction;
  if (at + whole + 1 < size) sum += fraction;
  return sum;
}

}  // namespace

void QuadImage::resize(int new_width, int new_height) {
  if (new_width == width && new_height == height) return;
  width = new_width;
  height = new_height;
  data.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 4, 0.0f);
}

void packQuads(Plane y, Plane u, Plane v, QuadImage& out) {
  const v128_t one = wasm_f32x4_splat(1.0f);
  for (int row = 0; row < out.height; ++row) {
    const std::uint8_t* py = y.row(row);
    const std::uint8_t* pu = u.row(row);
    const std::uint8_t* pv = v.row(row);
    float* target = out.row(row);
    int x = 0;
    for (; x + 4 <= out.width; x += 4, target += 16) {
      const v128_t a = widen4(py + x);
      const v128_t b = widen4(pu + x);
      const v128_t c = widen4(pv + x);
      const v128_t ab_low = wasm_i32x4_shuffle(a, b, 0, 4, 1, 5);
      const v128_t ab_high = wasm_i32x4_shuffle(a, b, 2, 6, 3, 7);
      const v128_t c1_low = wasm_i32x4_shuffle(c, one, 0, 4, 1, 5);
      const v128_t c1_high = wasm_i32x4_shuffle(c, one, 2, 6, 3, 7);
      wasm_v128_store(target, wasm_i64x2_shuffle(ab_low, c1_low, 0, 2));
      wasm_v128_store(target + 4, wasm_i64x2_shuffle(ab_low, c1_low, 1, 3));
      wasm_v128_store(target + 8, wasm_i64x2_shuffle(ab_high, c1_high, 0, 2));
      wasm_v128_store(target + 12, wasm_i64x2_shuffle(ab_high, c1_high, 1, 3));
    }
    for (; x < out.width; ++x, target += 4) {
      target[0] = py[x];
      target[1] = pu[x];
      target[2] = pv[x];
      target[3] = 1.0f;
    }
  }
}

void BoxFilter::prepare(int width, int height, float radius) {
  if (width == width_ && height == height_ && radius == radius_) return;
  width_ = width;
  height_ = height;
  radius_ = radius;
  whole_ = static_cast<int>(radius);
  fraction_ = radius - static_cast<float>(whole_);
  padded_row_.assign(static_cast<std::size_t>(width + 2 * (whole_ + 1)) * 4, 0.0f);
  column_sums_.assign(static_cast<std::size_t>(width) * 4, 0.0f);
  rows_.resize(width, height);
  inverse_x_.resize(static_cast<std::size_t>(width));
  inverse_y_.resize(static_cast<std::size_t>(height));
  for (int x = 0; x < width; ++x) inverse_x_[static_cast<std::size_t>(x)] = 1.0f / coverage(x, width, whole_, fraction_);
  for (int y = 0; y < height; ++y) inverse_y_[static_cast<std::size_t>(y)] = 1.0f / coverage(y, height, whole_, fraction_);
}

void BoxFilter::run(const QuadImage& in, QuadImage& out, float radius) {
  prepare(in.width, in.height, radius);
  const int pad = whole_ + 1;
  const v128_t fraction = wasm_f32x4_splat(fraction_);

  // Across: the row lies between `pad` zeros on either side, so that the window never needs a check.
  float* const middle = padded_row_.data() + static_cast<std::ptrdiff_t>(pad) * 4;
  for (int y = 0; y < height_; ++y) {
    std::memcpy(middle, in.row(y), static_cast<std::size_t>(width_) * 4 * sizeof(float));
    v128_t sum = wasm_f32x4_splat(0.0f);
    for (int x = 0; x <= std::min(whole_, width_ - 1); ++x) sum = wasm_f32x4_add(sum, wasm_v128_load(middle + x * 4));
    const float* left = padded_row_.data();                                  // sample x - whole - 1
    const float* right = middle + static_cast<std::ptrdiff_t>(pad) * 4;      // sample x + whole + 1
    float* target = rows_.row(y);
    for (int x = 0; x < width_; ++x) {
      // The far right of the window lies in the padding once x + pad >= width.
      const v128_t entering = wasm_v128_load(right);
      const v128_t outer = wasm_f32x4_add(wasm_v128_load(left), entering);
      const v128_t total = wasm_f32x4_add(sum, wasm_f32x4_mul(outer, fraction));
      wasm_v128_store(target, wasm_f32x4_mul(total, wasm_v128_load32_splat(&inverse_x_[static_cast<std::size_t>(x)])));
      sum = wasm_f32x4_add(sum, wasm_f32x4_sub(entering, wasm_v128_load(left + 4)));
      left += 4;
      right += 4;
      target += 4;
    }
  }

  // Down: one running sum for each column.
  const int floats = width_ * 4;
  float* const sums = column_sums_.data();
  std::fill(column_sums_.begin(), column_sums_.end(), 0.0f);
  const auto accumulate = [&](int y) {
    const float* row = rows_.row(y);
    for (int i = 0; i < floats; i += 4) wasm_v128_store(sums + i, wasm_f32x4_add(wasm_v128_load(sums + i), wasm_v128_load(row + i)));
  };
  for (int y = 0; y <= std::min(whole_, height_ - 1); ++y) accumulate(y);
  const v128_t zero = wasm_f32x4_splat(0.0f);
  for (int y = 0; y < height_; ++y) {
    const float* above = y - whole_ - 1 >= 0 ? rows_.row(y - whole_ - 1) : nullptr;
    const float* below = y + whole_ + 1 < height_ ? rows_.row(y + whole_ + 1) : nullptr;
    const float* leaving = y - whole_ >= 0 ? rows_.row(y - whole_) : nullptr;
    const v128_t inverse = wasm_f32x4_splat(inverse_y_[static_cast<std::size_t>(y)]);
    float* target = out.row(y);
    for (int i = 0; i < floats; i += 4) {
      const v128_t sum = wasm_v128_load(sums + i);
      const v128_t entering = below != nullptr ? wasm_v128_load(below + i) : zero;
      const v128_t outer = wasm_f32x4_add(above != nullptr ? wasm_v128_load(above + i) : zero, entering);
      wasm_v128_store(target + i, wasm_f32x4_mul(wasm_f32x4_add(sum, wasm_f32x4_mul(outer, fraction)), inverse));
      const v128_t gone = leaving != nullptr ? wasm_v128_load(leaving + i) : zero;
      wasm_v128_store(sums + i, wasm_f32x4_add(sum, wasm_f32x4_sub(entering, gone)));
    }
  }
}

float boxRadiusFor(float sigma, int passes) {
  const float variance = sigma * sigma / static_cast<float>(passes);
  const float whole = std::floor(0.5f * (std::sqrt(12.0f * variance + 1.0f) - 1.0f));
  const float next = whole + 1.0f;
  const float fraction = (2.0f * whole + 1.0f) * (whole * next - 3.0f * variance) / (6.0f * (variance - next * next));
  return whole + std::clamp(fraction, 0.0f, 0.999f);
}

}  // namespace tessera::video
