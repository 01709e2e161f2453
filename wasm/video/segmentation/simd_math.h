// SPDX-License-Identifier: Apache-2.0
// Activation functions on four floats at once, and loops that are none once compiled.
#pragma once

#include <type_traits>
#include <utility>

#include "wasm/base/simd.h"
#include "wasm/video/segmentation/model.h"

namespace tessera::video::segmentation {

/** Calls f with the constants 0 to kCount - 1: values indexed by them stay in registers, however the file is optimised. */
template <int kCount, typename F>
TESSERA_ALWAYS_INLINE void unrolled(F f) {
  [&]<int... kIndex>(std::integer_sequence<int, kIndex...>) TESSERA_INLINE_LAMBDA {
    (f(std::integral_constant<int, kIndex>{}), ...);
  }(std::make_integer_sequence<int, kCount>{});
}

// pmin and pmax are one instruction on x86, where min and max need several for their NaN rules. With a NaN they give their
// first argument, so the value to be clamped goes second: a NaN becomes the bound.

TESSERA_ALWAYS_INLINE v128_t relu(v128_t x) { return wasm_f32x4_pmax(wasm_f32x4_splat(0.0F), x); }

/** x * clamp(x + 3, 0, 6) / 6 */
TESSERA_ALWAYS_INLINE v128_t hardSwish(v128_t x) {
  const v128_t scaled = wasm_f32x4_add(wasm_f32x4_mul(x, wasm_f32x4_splat(1.0F / 6.0F)), wasm_f32x4_splat(0.5F));
  return wasm_f32x4_mul(x, wasm_f32x4_pmin(wasm_f32x4_splat(1.0F), wasm_f32x4_pmax(wasm_f32x4_splat(0.0F), scaled)));
}

/** e^x for x in [-87, 87], relative error below 3e-7: 2^n * a polynomial in the remainder, |remainder| <= ln(2) / 2. */
TESSERA_ALWAYS_INLINE v128_t exponential(v128_t x) {
  const v128_t n = wasm_f32x4_nearest(wasm_f32x4_mul(x, wasm_f32x4_splat(1.44269504F)));
  // ln(2) in two parts, so that the product with n is exact in the first.
  v128_t r = wasm_f32x4_sub(x, wasm_f32x4_mul(n, wasm_f32x4_splat(0.693359375F)));
  r = wasm_f32x4_sub(r, wasm_f32x4_mul(n, wasm_f32x4_splat(-2.12194440e-4F)));
  v128_t p = wasm_f32x4_splat(1.0F / 720.0F);
  for (const float c : {1.0F / 120.0F, 1.0F / 24.0F, 1.0F / 6.0F, 0.5F, 1.0F, 1.0F}) {
    p = multiplyAdd(p, r, wasm_f32x4_splat(c));
  }
  const v128_t exponent = wasm_i32x4_add(wasm_i32x4_trunc_sat_f32x4(n), wasm_i32x4_splat(127));
  return wasm_f32x4_mul(p, wasm_i32x4_shl(exponent, 23));
}

/** 1 / (1 + e^-x) */
TESSERA_ALWAYS_INLINE v128_t sigmoid(v128_t x) {
  const v128_t bounded = wasm_f32x4_pmin(wasm_f32x4_splat(87.0F), wasm_f32x4_pmax(wasm_f32x4_splat(-87.0F), x));
  const v128_t one = wasm_f32x4_splat(1.0F);
  return wasm_f32x4_div(one, wasm_f32x4_add(one, exponential(wasm_f32x4_neg(bounded))));
}

}  // namespace tessera::video::segmentation
