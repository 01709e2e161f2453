// SPDX-License-Identifier: Apache-2.0
// Two box means, one over each side of the outline, and their difference.
#include "wasm/video/person_contrast.h"

#include <algorithm>

namespace tessera::video {
namespace {

// Half-width of the windows in luma pixels.
constexpr float kRadius = 24.0f;
// Weight (mean over the window) from which on a side's colour is trusted fully, and below which not at all.
constexpr float kTrusted = 0.05f;
constexpr float kLeast = 1e-4f;

}  // namespace

void PersonContrast::run(const QuadImage& picture, int factor, std::span<const float> mask) {
  const int width = picture.width;
  const int height = picture.height;
  result_.factor = factor;
  result_.resize(width, height);
  person_row_.resize(static_cast<std::size_t>(width + 3) * 4);
  room_row_.resize(person_row_.size());
  const float radius = kRadius / static_cast<float>(factor);
  person_.start(width, height, radius);
  room_.start(width, height, radius);
  const int latency = person_.latency();
  const v128_t most = wasm_f32x4_splat(16320.0f);
  for (int y = 0; y < height + latency; ++y) {
    if (y < height) {
      // Only what is surely on one side speaks for it.
      const float* const here = mask.data() + static_cast<std::ptrdiff_t>(y) * width;
      const float* const from = picture.row(y);
      for (int x = 0; x < width; ++x) {
        const float side = 2.0f * here[x] - 1.0f;
        const v128_t pixel = wasm_v128_load(from + 4 * x);
        wasm_v128_store(person_row_.data() + 4 * x, wasm_f32x4_mul(pixel, wasm_f32x4_splat(std::max(side, 0.0f))));
        wasm_v128_store(room_row_.data() + 4 * x, wasm_f32x4_mul(pixel, wasm_f32x4_splat(std::max(-side, 0.0f))));
      }
    }
    const float* person = person_.push(y < height ? person_row_.data() : nullptr);
    const float* room = room_.push(y < height ? room_row_.data() : nullptr);
    const int target = y - latency;
    if (target < 0) continue;
    std::int16_t* const py = result_.y.row(target);
    std::int16_t* const pu = result_.u.row(target);
    std::int16_t* const pv = result_.v.row(target);
    for (int x = 0; x < width; ++x, person += 4, room += 4) {
      const float weight = std::min(person[3], room[3]);
      if (weight < kLeast) {
        py[x] = pu[x] = pv[x] = 0;
        continue;
      }
      const v128_t mean_person = wasm_f32x4_div(wasm_v128_load(person), wasm_f32x4_splat(person[3]));
      const v128_t mean_room = wasm_f32x4_div(wasm_v128_load(room), wasm_f32x4_splat(room[3]));
      const v128_t trust = wasm_f32x4_splat(64.0f * std::min(1.0f, weight / kTrusted));
      v128_t difference = wasm_f32x4_mul(wasm_f32x4_sub(mean_person, mean_room), trust);
      difference = wasm_f32x4_pmin(wasm_f32x4_pmax(difference, wasm_f32x4_neg(most)), most);
      const v128_t whole = wasm_i32x4_trunc_sat_f32x4(difference);
      py[x] = static_cast<std::int16_t>(wasm_i32x4_extract_lane(whole, 0));
      pu[x] = static_cast<std::int16_t>(wasm_i32x4_extract_lane(whole, 1));
      pv[x] = static_cast<std::int16_t>(wasm_i32x4_extract_lane(whole, 2));
    }
  }
  result_.finishEdges();
}

}  // namespace tessera::video
