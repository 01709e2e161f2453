// SPDX-License-Identifier: Apache-2.0
// Motion-aware smoothing and the guided filter's local linear model.
#include "wasm/video/mask.h"

#include <algorithm>
#include <cmath>

#include "wasm/base/simd.h"

namespace tessera::video {
namespace {

// Luma changes (0..1) up to the first count as noise, from the second on as full motion.
constexpr float kStill = 0.025f;
constexpr float kMoving = 0.09f;
// The share of the new value on a still pixel: when the model is undecided, and what certainty adds.
constexpr float kShareUnsure = 0.2f;
constexpr float kShareSure = 0.3f;
// A sure change of the mask itself counts as motion from this difference on.
constexpr float kSureChange = 0.5f;

// Four pixels of quads, a vector for each of the four values.
struct Columns {
  v128_t a;
  v128_t b;
  v128_t c;
  v128_t d;
};

Columns columnsOf(const float* quads) {
  const v128_t p0 = wasm_v128_load(quads);
  const v128_t p1 = wasm_v128_load(quads + 4);
  const v128_t p2 = wasm_v128_load(quads + 8);
  const v128_t p3 = wasm_v128_load(quads + 12);
  const v128_t low01 = wasm_i32x4_shuffle(p0, p1, 0, 4, 1, 5);
  const v128_t low23 = wasm_i32x4_shuffle(p2, p3, 0, 4, 1, 5);
  const v128_t high01 = wasm_i32x4_shuffle(p0, p1, 2, 6, 3, 7);
  const v128_t high23 = wasm_i32x4_shuffle(p2, p3, 2, 6, 3, 7);
  return {wasm_i64x2_shuffle(low01, low23, 0, 2), wasm_i64x2_shuffle(low01, low23, 1, 3),
          wasm_i64x2_shuffle(high01, high23, 0, 2), wasm_i64x2_shuffle(high01, high23, 1, 3)};
}

void storeColumns(const Columns& columns, float* quads) {
  const v128_t low_ab = wasm_i32x4_shuffle(columns.a, columns.b, 0, 4, 1, 5);
  const v128_t high_ab = wasm_i32x4_shuffle(columns.a, columns.b, 2, 6, 3, 7);
  const v128_t low_cd = wasm_i32x4_shuffle(columns.c, columns.d, 0, 4, 1, 5);
  const v128_t high_cd = wasm_i32x4_shuffle(columns.c, columns.d, 2, 6, 3, 7);
  wasm_v128_store(quads, wasm_i64x2_shuffle(low_ab, low_cd, 0, 2));
  wasm_v128_store(quads + 4, wasm_i64x2_shuffle(low_ab, low_cd, 1, 3));
  wasm_v128_store(quads + 8, wasm_i64x2_shuffle(high_ab, high_cd, 0, 2));
  wasm_v128_store(quads + 12, wasm_i64x2_shuffle(high_ab, high_cd, 1, 3));
}

v128_t clamped(v128_t value, float low, float high) {
  return wasm_f32x4_pmin(wasm_f32x4_pmax(value, wasm_f32x4_splat(low)), wasm_f32x4_splat(high));
}

// Four values times `scale`, limited to the slopes' range, as 16-bit words.
void storeFixed(v128_t value, float scale, std::int16_t* out) {
  const v128_t limited = clamped(value, -GuidedMask::kLimit, GuidedMask::kLimit);
  const v128_t whole = wasm_i32x4_trunc_sat_f32x4(wasm_f32x4_nearest(wasm_f32x4_mul(limited, wasm_f32x4_splat(scale))));
  wasm_v128_store64_lane(out, wasm_i16x8_narrow_i32x4(whole, whole), 0);
}

}  // namespace

void TemporalMask::reset(Resolution size) {
  size_ = size;
  fresh_ = true;
  const auto count = static_cast<std::size_t>(size.pixels());
  values_.assign(count, 0.0f);
  luma_.assign(count, 0.0f);
  change_.assign(count, 0.0f);
  motion_.assign(count, 0.0f);
}

void TemporalMask::update(std::span<const float> rgb, std::span<const float> mask) {
  const std::size_t count = values_.size();
  for (std::size_t i = 0; i < count; ++i) {
    const float* p = rgb.data() + i * 3;
    const float luma = 0.25f * p[0] + 0.625f * p[1] + 0.125f * p[2];
    change_[i] = std::fabs(luma - luma_[i]);
    luma_[i] = luma;
  }
  if (fresh_) {
    std::copy(mask.begin(), mask.begin() + static_cast<std::ptrdiff_t>(count), values_.begin());
    fresh_ = false;
    return;
  }
  // The largest change within one pixel to each side: first down, then across while mixing.
  const auto width = static_cast<std::size_t>(size_.width);
  const auto height = static_cast<std::size_t>(size_.height);
  for (std::size_t y = 0; y < height; ++y) {
    const float* here = change_.data() + y * width;
    const float* above = y > 0 ? here - width : here;
    const float* below = y + 1 < height ? here + width : here;
    float* target = motion_.data() + y * width;
    for (std::size_t x = 0; x < width; ++x) target[x] = std::max(here[x], std::max(above[x], below[x]));
  }
  for (std::size_t y = 0; y < height; ++y) {
    const float* motion = motion_.data() + y * width;
    for (std::size_t x = 0; x < width; ++x) {
      const std::size_t at = y * width + x;
      const float widest = std::max(motion[x], std::max(motion[x > 0 ? x - 1 : x], motion[x + 1 < width ? x + 1 : x]));
      const float moving = std::clamp((widest - kStill) / (kMoving - kStill), 0.0f, 1.0f);
      const float fresh = mask[at];
      const float old = values_[at];
      const float sure = std::fabs(2.0f * fresh - 1.0f);
      const float flipped = std::clamp((std::fabs(fresh - old) * sure - kSureChange) * 4.0f, 0.0f, 1.0f);
      const float still_share = kShareUnsure + kShareSure * sure;
      const float share = still_share + (1.0f - still_share) * std::max(moving, flipped);
      values_[at] = old + (fresh - old) * share;
    }
  }
}

void SmallPlane::resize(int new_width, int new_height) {
  if (new_width == width && new_height == height) return;
  width = new_width;
  height = new_height;
  stride = width + 1 + 16;
  data.assign(static_cast<std::size_t>(stride) * static_cast<std::size_t>(height), 0);
}

void SmallPlane::finishEdges() {
  for (int y = 0; y < height; ++y) {
    std::int16_t* const samples = row(y);
    samples[-1] = samples[0];
    std::fill(samples + width, samples + width + 16, samples[width - 1]);
  }
}

void GuidedMask::run(const QuadImage& picture, std::span<const float> mask) {
  moments_.resize(picture.width, picture.height);
  means_.resize(picture.width, picture.height);
  slope_.resize(picture.width, picture.height);
  offset_.resize(picture.width, picture.height);
  const auto count = static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height);
  small_.resize(count);

  // Pictures narrower than a vector hold no edge worth fitting to: their mask is taken as it is.
  if (picture.width < 4) return takeAsIs(picture, mask);
  const v128_t unit = wasm_f32x4_splat(1.0f / 255.0f);
  const v128_t epsilon = wasm_f32x4_splat(kEpsilon);
  const v128_t zero = wasm_f32x4_splat(0.0f);
  const auto four = [&](std::size_t i, auto work) { work(picture.data.data() + i * 4, moments_.data.data() + i * 4, means_.data.data() + i * 4, i); };
  const auto each = [&](auto work) {
    std::size_t i = 0;
    for (; i + 4 <= count; i += 4) four(i, work);
    // The last few pixels again, so that no vector reaches past the end.
    if (i < count && count >= 4) four(count - 4, work);
  };
  each([&](const float* from, float* moments, const float*, std::size_t i) {
    const v128_t luma = wasm_f32x4_mul(columnsOf(from).a, unit);
    const v128_t values = wasm_v128_load(mask.data() + i);
    storeColumns({luma, values, wasm_f32x4_mul(luma, values), wasm_f32x4_mul(luma, luma)}, moments);
  });
  box_.run(moments_, means_, kRadius);
  each([&](const float*, float* moments, const float* means, std::size_t) {
    const Columns mean = columnsOf(means);
    const v128_t covariance = wasm_f32x4_sub(mean.c, wasm_f32x4_mul(mean.a, mean.b));
    const v128_t variance = wasm_f32x4_pmax(zero, wasm_f32x4_sub(mean.d, wasm_f32x4_mul(mean.a, mean.a)));
    const v128_t slope = wasm_f32x4_div(covariance, wasm_f32x4_add(variance, epsilon));
    storeColumns({slope, wasm_f32x4_sub(mean.b, wasm_f32x4_mul(slope, mean.a)), zero, zero}, moments);
  });
  box_.run(moments_, means_, kRadius);
  for (int y = 0; y < picture.height; ++y) {
    const float* from = picture.row(y);
    const float* means = means_.row(y);
    float* small = small_.data() + static_cast<std::ptrdiff_t>(y) * picture.width;
    std::int16_t* slopes = slope_.row(y);
    std::int16_t* offsets = offset_.row(y);
    const auto at = [&](int x) {
      const Columns mean = columnsOf(means + 4 * x);
      storeFixed(mean.a, 2048.0f, slopes + x);
      storeFixed(mean.b, 255.0f * 8.0f, offsets + x);
      const v128_t luma = wasm_f32x4_mul(columnsOf(from + 4 * x).a, unit);
      wasm_v128_store(small + x, clamped(wasm_f32x4_add(wasm_f32x4_mul(mean.a, luma), mean.b), 0.0f, 1.0f));
    };
    int x = 0;
    for (; x + 4 <= picture.width; x += 4) at(x);
    if (x < picture.width) at(picture.width - 4);
  }
  slope_.finishEdges();
  offset_.finishEdges();
}

void GuidedMask::takeAsIs(const QuadImage& picture, std::span<const float> mask) {
  std::copy(mask.begin(), mask.begin() + static_cast<std::ptrdiff_t>(small_.size()), small_.begin());
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      slope_.row(y)[x] = 0;
      offset_.row(y)[x] = static_cast<std::int16_t>(mask[static_cast<std::size_t>(y) * static_cast<std::size_t>(picture.width) + static_cast<std::size_t>(x)] * 2040.0f + 0.5f);
    }
  }
  slope_.finishEdges();
  offset_.finishEdges();
}

}  // namespace tessera::video
