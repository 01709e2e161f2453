// SPDX-License-Identifier: Apache-2.0
// Packing into quads and the running-sum box filter over their rows.
#include "wasm/video/quads.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace tessera::video {
namespace {

v128_t widen4(const std::uint8_t* p) {
  return wasm_f32x4_convert_u32x4(wasm_u32x4_extend_low_u16x8(wasm_u16x8_extend_low_u8x16(wasm_v128_load32_zero(p))));
}

// What 1 is divided by for the mean of the window around each of `size` places: how much of it lies within.
void tabulate(std::vector<float>& inverse, int size, int whole, float fraction) {
  inverse.resize(static_cast<std::size_t>(size));
  for (int at = 0; at < size; ++at) {
    float sum = static_cast<float>(std::min(size - 1, at + whole) - std::max(0, at - whole) + 1);
    if (at - whole - 1 >= 0) sum += fraction;
    if (at + whole + 1 < size) sum += fraction;
    inverse[static_cast<std::size_t>(at)] = 1.0f / sum;
  }
}

}  // namespace

void QuadImage::resize(int new_width, int new_height) {
  if (new_width == width && new_height == height) return;
  width = new_width;
  height = new_height;
  data.assign((static_cast<std::size_t>(width) * static_cast<std::size_t>(height) + 3) * 4, 0.0f);
}

void packQuads(Plane y, Plane u, Plane v, float* out) {
  const v128_t one = wasm_f32x4_splat(1.0f);
  int x = 0;
  for (; x + 4 <= y.width; x += 4, out += 16) storeColumns({widen4(y.data + x), widen4(u.data + x), widen4(v.data + x), one}, out);
  for (; x < y.width; ++x, out += 4) {
    out[0] = y.data[x];
    out[1] = u.data[x];
    out[2] = v.data[x];
    out[3] = 1.0f;
  }
}

void halveQuads(const QuadImage& in, QuadImage& out) {
  out.resize((in.width + 1) / 2, (in.height + 1) / 2);
  const v128_t quarter = wasm_f32x4_splat(0.25f);
  for (int y = 0; y < out.height; ++y) {
    const float* top = in.row(2 * y);
    const float* bottom = in.row(std::min(2 * y + 1, in.height - 1));
    float* const row = out.row(y);
    for (int x = 0; x < out.width; ++x) {
      const int left = 8 * x;
      const int right = 4 * std::min(2 * x + 1, in.width - 1);
      const v128_t upper = wasm_f32x4_add(wasm_v128_load(top + left), wasm_v128_load(top + right));
      const v128_t lower = wasm_f32x4_add(wasm_v128_load(bottom + left), wasm_v128_load(bottom + right));
      wasm_v128_store(row + 4 * x, wasm_f32x4_mul(wasm_f32x4_add(upper, lower), quarter));
    }
  }
}

void BoxRows::start(int width, int height, float radius) {
  next_ = 0;
  const bool same = width == width_ && height == height_ && radius == radius_;
  if (!same) {
    width_ = width;
    height_ = height;
    radius_ = radius;
    whole_ = static_cast<int>(radius);
    fraction_ = radius - static_cast<float>(whole_);
    kept_ = std::min(2 * whole_ + 3, height);
    padded_row_.assign(static_cast<std::size_t>(width + 2 * (whole_ + 1)) * 4, 0.0f);
    rows_.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(kept_) * 4, 0.0f);
    out_.assign(static_cast<std::size_t>(width + 3) * 4, 0.0f);
    nothing_.assign(static_cast<std::size_t>(width) * 4, 0.0f);
    tabulate(inverse_x_, width, whole_, fraction_);
    tabulate(inverse_y_, height, whole_, fraction_);
  }
  column_sums_.assign(static_cast<std::size_t>(width) * 4, 0.0f);
}

void BoxRows::filterAcross(const float* row, float* out) {
  // The row lies between zeros on either side, so that the window never needs a check.
  const int pad = whole_ + 1;
  float* const middle = padded_row_.data() + static_cast<std::ptrdiff_t>(pad) * 4;
  std::memcpy(middle, row, static_cast<std::size_t>(width_) * 4 * sizeof(float));
  const v128_t fraction = wasm_f32x4_splat(fraction_);
  v128_t sum = wasm_f32x4_splat(0.0f);
  for (int x = 0; x <= std::min(whole_, width_ - 1); ++x) sum = wasm_f32x4_add(sum, wasm_v128_load(middle + x * 4));
  const float* left = padded_row_.data();                              // sample x - whole - 1
  const float* right = middle + static_cast<std::ptrdiff_t>(pad) * 4;  // sample x + whole + 1
  for (int x = 0; x < width_; ++x, left += 4, right += 4, out += 4) {
    const v128_t entering = wasm_v128_load(right);
    const v128_t outer = wasm_f32x4_add(wasm_v128_load(left), entering);
    const v128_t total = wasm_f32x4_add(sum, wasm_f32x4_mul(outer, fraction));
    wasm_v128_store(out, wasm_f32x4_mul(total, wasm_v128_load32_splat(&inverse_x_[static_cast<std::size_t>(x)])));
    sum = wasm_f32x4_add(sum, wasm_f32x4_sub(entering, wasm_v128_load(left + 4)));
  }
}

const float* BoxRows::push(const float* row) {
  const int newest = next_++;
  const float* entering = nothing_.data();
  if (row != nullptr && newest < height_) {
    float* const filtered = ring(newest);
    filterAcross(row, filtered);
    entering = filtered;
  }
  const int floats = width_ * 4;
  float* const sums = column_sums_.data();
  const int y = newest - latency();
  if (y < 0) {
    for (int i = 0; i < floats; i += 4) wasm_v128_store(sums + i, wasm_f32x4_add(wasm_v128_load(sums + i), wasm_v128_load(entering + i)));
    return nullptr;
  }
  if (y >= height_) return nullptr;
  const float* const above = y - whole_ - 1 >= 0 ? ring(y - whole_ - 1) : nothing_.data();
  const float* const leaving = y - whole_ >= 0 ? ring(y - whole_) : nothing_.data();
  float* const out = out_.data();
  const v128_t inverse = wasm_f32x4_splat(inverse_y_[static_cast<std::size_t>(y)]);
  const v128_t fraction = wasm_f32x4_splat(fraction_);
  for (int i = 0; i < floats; i += 4) {
    const v128_t sum = wasm_v128_load(sums + i);
    const v128_t in = wasm_v128_load(entering + i);
    const v128_t outer = wasm_f32x4_add(in, wasm_v128_load(above + i));
    wasm_v128_store(out + i, wasm_f32x4_mul(wasm_f32x4_add(sum, wasm_f32x4_mul(outer, fraction)), inverse));
    wasm_v128_store(sums + i, wasm_f32x4_add(sum, wasm_f32x4_sub(in, wasm_v128_load(leaving + i))));
  }
  return out;
}

float boxRadiusFor(float sigma, int passes) {
  const float variance = sigma * sigma / static_cast<float>(passes);
  const float whole = std::floor(0.5f * (std::sqrt(12.0f * variance + 1.0f) - 1.0f));
  const float next = whole + 1.0f;
  const float fraction = (2.0f * whole + 1.0f) * (whole * next - 3.0f * variance) / (6.0f * (variance - next * next));
  return whole + std::clamp(fraction, 0.0f, 0.999f);
}

}  // namespace tessera::video
