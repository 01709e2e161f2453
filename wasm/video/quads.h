// SPDX-License-Identifier: Apache-2.0
// Small float pictures with four values a pixel (one SIMD vector): packing, columns, and box filtering row by row.
#pragma once

#include <vector>

#include "wasm/base/simd.h"
#include "wasm/video/frame.h"

namespace tessera::video {

// width * height pixels of four floats, rows without padding; three spare pixels behind the last, so that four can be read
// from any.
struct QuadImage {
  std::vector<float> data;
  int width = 0;
  int height = 0;

  // Allocates when the size changed.
  void resize(int new_width, int new_height);
  float* row(int y) { return data.data() + static_cast<std::ptrdiff_t>(y) * width * 4; }
  const float* row(int y) const { return data.data() + static_cast<std::ptrdiff_t>(y) * width * 4; }
};

// The first rows of three planes of one width to (y, u, v, 1), values 0..255.
void packQuads(Plane y, Plane u, Plane v, float* out);

// Half of each side, rounded up: every pixel is the mean of 2 x 2, of what there is of them at the edges. Allocates when the
// size changed.
void halveQuads(const QuadImage& in, QuadImage& out);

// Four pixels of quads as a vector for each of the four values, and back.
struct QuadColumns {
  v128_t a;
  v128_t b;
  v128_t c;
  v128_t d;
};

TESSERA_ALWAYS_INLINE QuadColumns transposed(v128_t p0, v128_t p1, v128_t p2, v128_t p3) {
  const v128_t low01 = wasm_i32x4_shuffle(p0, p1, 0, 4, 1, 5);
  const v128_t low23 = wasm_i32x4_shuffle(p2, p3, 0, 4, 1, 5);
  const v128_t high01 = wasm_i32x4_shuffle(p0, p1, 2, 6, 3, 7);
  const v128_t high23 = wasm_i32x4_shuffle(p2, p3, 2, 6, 3, 7);
  return {wasm_i64x2_shuffle(low01, low23, 0, 2), wasm_i64x2_shuffle(low01, low23, 1, 3),
          wasm_i64x2_shuffle(high01, high23, 0, 2), wasm_i64x2_shuffle(high01, high23, 1, 3)};
}

TESSERA_ALWAYS_INLINE QuadColumns loadColumns(const float* quads) {
  return transposed(wasm_v128_load(quads), wasm_v128_load(quads + 4), wasm_v128_load(quads + 8), wasm_v128_load(quads + 12));
}

TESSERA_ALWAYS_INLINE void storeColumns(const QuadColumns& columns, float* quads) {
  const QuadColumns rows = transposed(columns.a, columns.b, columns.c, columns.d);
  wasm_v128_store(quads, rows.a);
  wasm_v128_store(quads + 4, rows.b);
  wasm_v128_store(quads + 8, rows.c);
  wasm_v128_store(quads + 12, rows.d);
}

// Mean filter with a fractional radius, fed row by row and giving its result row by row, so that filters in a chain keep
// only the rows they need. The window reaches `radius` samples to each side, its outermost samples counting for the
// fraction. Outside the picture there is nothing, and the mean is over what there is.
class BoxRows {
 public:
  // A new picture. Allocates when a size or the radius changed. radius >= 0.
  void start(int width, int height, float radius);
  // Rows that go in before the first comes out.
  int latency() const { return whole_ + 1; }
  // Takes the next row (width quads; null behind the last) and gives the one `latency` rows above it (width quads and three
  // spare ones, valid until the next push); null while there is none.
  const float* push(const float* row);

 private:
  float* ring(int y) { return rows_.data() + static_cast<std::ptrdiff_t>(y % kept_) * width_ * 4; }
  void filterAcross(const float* row, float* out);

  int width_ = 0;
  int height_ = 0;
  float radius_ = -1.0f;
  int whole_ = 0;
  float fraction_ = 0.0f;
  int next_ = 0;
  int kept_ = 1;
  std::vector<float> padded_row_;
  std::vector<float> column_sums_;
  std::vector<float> inverse_x_;
  std::vector<float> inverse_y_;
  std::vector<float> rows_;
  std::vector<float> out_;
  std::vector<float> nothing_;  // a row outside the picture
};

// The radius for which `passes` box filters in a row have the variance of a Gaussian of `sigma` samples.
// (Gwosdek, Grewenig, Bruhn, Weickert: Theoretical foundations of Gaussian convolution by extended box filtering, 2011.)
float boxRadiusFor(float sigma, int passes);

}  // namespace tessera::video
