// SPDX-License-Identifier: Apache-2.0
// Two box means, one over each side of the outline, and their difference.
#include "wasm/video/person_contrast.h"

#include <algorithm>

#include "wasm/video/weighted.h"

namespace tessera::video {
namespace {

// Half-width of the windows in samples of the coarse grid.
constexpr float kRadius = 3.0f;
// Weight (mean over the window) from which on a side's colour is trusted fully.
constexpr float kTrusted = 0.05f;

}  // namespace

void PersonContrast::run(const QuadImage& picture, int factor, std::span<const float> mask) {
  const int step = 2 * factor <= kLargestFactor ? 2 : 1;
  const int width = (picture.width + step - 1) / step;
  const int height = (picture.height + step - 1) / step;
  result_.factor = factor * step;
  result_.resize(width, height);
  person_row_.resize(static_cast<std::size_t>(width + 3) * 4);
  room_row_.resize(person_row_.size());
  // Only what is surely on one side speaks for it.
  const auto weighBy = [&](float sign) {
    return [&, sign](int y, float* weights) {
      const float* here = mask.data() + static_cast<std::ptrdiff_t>(y) * picture.width;
      for (int x = 0; x < picture.width; ++x) weights[x] = std::max(0.0f, sign * (2.0f * here[x] - 1.0f));
    };
  };

  person_.start(width, height, kRadius);
  room_.start(width, height, kRadius);
  const int latency = person_.latency();
  const v128_t least = wasm_f32x4_splat(1e-6f);
  const v128_t most = wasm_f32x4_splat(16320.0f);
  for (int y = 0; y < height + latency; ++y) {
    if (y < height) {
      weightedRow(picture, step, y, weighBy(1.0f), weights_, person_row_.data());
      weightedRow(picture, step, y, weighBy(-1.0f), weights_, room_row_.data());
    }
    const float* person = person_.push(y < height ? person_row_.data() : nullptr);
    const float* room = room_.push(y < height ? room_row_.data() : nullptr);
    const int target = y - latency;
    if (target < 0) continue;
    for (int x = 0; x < width; ++x, person += 4, room += 4) {
      const v128_t trust = wasm_f32x4_splat(64.0f * std::min(1.0f, std::min(person[3], room[3]) / (kTrusted * static_cast<float>(step * step))));
      const v128_t a = wasm_v128_load(person);
      const v128_t b = wasm_v128_load(room);
      const v128_t mean_a = wasm_f32x4_div(a, wasm_f32x4_pmax(wasm_f32x4_splat(person[3]), least));
      const v128_t mean_b = wasm_f32x4_div(b, wasm_f32x4_pmax(wasm_f32x4_splat(room[3]), least));
      v128_t difference = wasm_f32x4_mul(wasm_f32x4_sub(mean_a, mean_b), trust);
      difference = wasm_f32x4_pmin(wasm_f32x4_pmax(difference, wasm_f32x4_neg(most)), most);
      const v128_t whole = wasm_i32x4_trunc_sat_f32x4(difference);
      result_.y.row(target)[x] = static_cast<std::int16_t>(wasm_i32x4_extract_lane(whole, 0));
      result_.u.row(target)[x] = static_cast<std::int16_t>(wasm_i32x4_extract_lane(whole, 1));
      result_.v.row(target)[x] = static_cast<std::int16_t>(wasm_i32x4_extract_lane(whole, 2));
    }
  }
  result_.finishEdges();
}

}  // namespace tessera::video
