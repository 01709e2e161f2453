// SPDX-License-Identifier: Apache-2.0
// Four samples at a time.
#include "wasm/audio/kernels.h"

#include <algorithm>

#include "wasm/base/simd.h"

namespace tessera::audio {

float energy(const float* in, int count) {
  v128_t sum = wasm_f32x4_splat(0.0f);
  for (int i = 0; i < count; i += 4) {
    const v128_t x = wasm_v128_load(in + i);
    sum = wasm_f32x4_add(sum, wasm_f32x4_mul(x, x));
  }
  return (wasm_f32x4_extract_lane(sum, 0) + wasm_f32x4_extract_lane(sum, 1)) +
         (wasm_f32x4_extract_lane(sum, 2) + wasm_f32x4_extract_lane(sum, 3));
}

float peak(const float* in, int count) {
  v128_t most = wasm_f32x4_splat(0.0f);
  for (int i = 0; i < count; i += 4) most = wasm_f32x4_pmax(most, wasm_f32x4_abs(wasm_v128_load(in + i)));
  return std::max(std::max(wasm_f32x4_extract_lane(most, 0), wasm_f32x4_extract_lane(most, 1)),
                  std::max(wasm_f32x4_extract_lane(most, 2), wasm_f32x4_extract_lane(most, 3)));
}

void add(const float* a, const float* b, float* out, int count) {
  for (int i = 0; i < count; i += 4) wasm_v128_store(out + i, wasm_f32x4_add(wasm_v128_load(a + i), wasm_v128_load(b + i)));
}

void ramp(const float* in, float from, float to, float* out, int count) {
  const v128_t start = wasm_f32x4_splat(from);
  const v128_t step = wasm_f32x4_splat((to - from) / static_cast<float>(count));
  const v128_t four = wasm_f32x4_splat(4.0f);
  // Multiplied anew for each sample rather than added up, so that rounding does not pile up and a level line stays level.
  v128_t index = wasm_f32x4_make(1.0f, 2.0f, 3.0f, 4.0f);
  for (int i = 0; i < count; i += 4) {
    const v128_t gain = wasm_f32x4_add(start, wasm_f32x4_mul(step, index));
    wasm_v128_store(out + i, wasm_f32x4_mul(wasm_v128_load(in + i), gain));
    index = wasm_f32x4_add(index, four);
  }
}

}  // namespace tessera::audio
