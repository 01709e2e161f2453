// SPDX-License-Identifier: Apache-2.0
// The guided filter's local linear model, streamed by rows.
#include "wasm/video/guided_mask.h"

#include <algorithm>
#include <cstring>

namespace tessera::video {
namespace {

v128_t clamped(v128_t value, float low, float high) {
  return wasm_f32x4_pmin(wasm_f32x4_pmax(value, wasm_f32x4_splat(low)), wasm_f32x4_splat(high));
}

// Four values times `scale`, limited to the slopes' range, as 16-bit words.
void storeFixed(v128_t value, float scale, std::int16_t* out) {
  const v128_t limited = clamped(value, -GuidedMask::kLimit, GuidedMask::kLimit);
  const v128_t whole = wasm_i32x4_trunc_sat_f32x4(wasm_f32x4_nearest(wasm_f32x4_mul(limited, wasm_f32x4_splat(scale))));
  wasm_v128_store64_lane(out, wasm_i16x8_narrow_i32x4(whole, whole), 0);
}

constexpr float kLumaUnit = 1.0f / 255.0f;

}  // namespace

void GuidedMask::run(const QuadImage& picture, std::span<const float> mask) {
  const int width = picture.width;
  const int height = picture.height;
  row_.resize(width, 1);
  slope_.resize(width, height);
  offset_.resize(width, height);
  certainty_.resize(slope_.data.size());
  count_ = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  small_.resize(count_ + 3);
  mask_row_.resize(static_cast<std::size_t>(width) + 3);

  const v128_t unit = wasm_f32x4_splat(kLumaUnit);
  const v128_t epsilon = wasm_f32x4_splat(kEpsilon);
  const v128_t zero = wasm_f32x4_splat(0.0f);
  first_.start(width, height, kRadius);
  second_.start(width, height, kRadius);
  const int latency = first_.latency();
  float* const row = row_.data.data();
  for (int y = 0; y < height + 2 * latency; ++y) {
    if (y < height) {
      std::memcpy(mask_row_.data(), mask.data() + static_cast<std::ptrdiff_t>(y) * width, static_cast<std::size_t>(width) * sizeof(float));
      const float* from = picture.row(y);
      for (int x = 0; x < width; x += 4) {
        const v128_t luma = wasm_f32x4_mul(loadColumns(from + 4 * x).a, unit);
        const v128_t values = wasm_v128_load(mask_row_.data() + x);
        storeColumns({luma, values, wasm_f32x4_mul(luma, values), wasm_f32x4_mul(luma, luma)}, row + 4 * x);
      }
    }
    const float* means = first_.push(y < height ? row : nullptr);
    if (y < latency) continue;
    if (means != nullptr) {
      for (int x = 0; x < width; x += 4) {
        const QuadColumns mean = loadColumns(means + 4 * x);
        const v128_t covariance = wasm_f32x4_sub(mean.c, wasm_f32x4_mul(mean.a, mean.b));
        const v128_t variance = wasm_f32x4_pmax(zero, wasm_f32x4_sub(mean.d, wasm_f32x4_mul(mean.a, mean.a)));
        const v128_t slope = wasm_f32x4_div(covariance, wasm_f32x4_add(variance, epsilon));
        storeColumns({slope, wasm_f32x4_sub(mean.b, wasm_f32x4_mul(slope, mean.a)), zero, zero}, row + 4 * x);
      }
    }
    const float* fitted = second_.push(means != nullptr ? row : nullptr);
    if (fitted != nullptr) finishRow(picture.row(y - 2 * latency), fitted, y - 2 * latency);
  }
  slope_.finishEdges();
  offset_.finishEdges();
}

void GuidedMask::finishRow(const float* picture, const float* means, int y) {
  const int width = slope_.width;
  float* const small = small_.data() + static_cast<std::ptrdiff_t>(y) * width;
  std::uint8_t* const certainty = certainty_.data() + static_cast<std::ptrdiff_t>(y) * slope_.stride + 1;
  const v128_t unit = wasm_f32x4_splat(kLumaUnit);
  for (int x = 0; x < width; x += 4) {
    const QuadColumns mean = loadColumns(means + 4 * x);
    storeFixed(mean.a, 2048.0f, slope_.row(y) + x);
    storeFixed(mean.b, 255.0f * 8.0f, offset_.row(y) + x);
    const v128_t luma = wasm_f32x4_mul(loadColumns(picture + 4 * x).a, unit);
    wasm_v128_store(small + x, clamped(wasm_f32x4_add(wasm_f32x4_mul(mean.a, luma), mean.b), 0.0f, 1.0f));
    // The line's values at the darkest and at the brightest.
    const v128_t bright = wasm_f32x4_add(mean.a, mean.b);
    const v128_t room = wasm_f32x4_le(wasm_f32x4_pmax(mean.b, bright), wasm_f32x4_splat(kSureRoom));
    const v128_t person = wasm_f32x4_ge(wasm_f32x4_pmin(mean.b, bright), wasm_f32x4_splat(kSurePerson));
    const v128_t is = wasm_v128_bitselect(wasm_i32x4_splat(kRoom), wasm_v128_bitselect(wasm_i32x4_splat(kPerson), wasm_i32x4_splat(kUnsure), person), room);
    const v128_t words = wasm_u16x8_narrow_i32x4(is, is);
    wasm_v128_store32_lane(certainty + x, wasm_u8x16_narrow_i16x8(words, words), 0);
  }
}

void GuidedMask::touch(int x, int y) { certainty_[static_cast<std::size_t>(y) * static_cast<std::size_t>(slope_.stride) + static_cast<std::size_t>(x) + 1] |= kRoom; }

void GuidedMask::finishCertainty() {
  for (int y = 0; y < slope_.height; ++y) {
    std::uint8_t* const samples = certainty_.data() + static_cast<std::ptrdiff_t>(y) * slope_.stride + 1;
    samples[-1] = samples[0];
    std::memset(samples + slope_.width, samples[slope_.width - 1], 16);
  }
}

}  // namespace tessera::video
