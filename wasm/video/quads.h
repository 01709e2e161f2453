// SPDX-License-Identifier: Apache-2.0
// Small float pictures with four values a pixel (one SIMD vector): packing, the model's input, and box filtering.
#pragma once

#include <span>
#include <vector>

#include "wasm/video/frame.h"

namespace tessera::video {

// width * height pixels of four floats, rows without padding.
struct QuadImage {
  std::vector<float> data;
  int width = 0;
  int height = 0;

  void resize(int new_width, int new_height);
  float* row(int y) { return data.data() + static_cast<std::ptrdiff_t>(y) * width * 4; }
  const float* row(int y) const { return data.data() + static_cast<std::ptrdiff_t>(y) * width * 4; }
};

// Three planes of one size to (y, u, v, 1), values 0..255. `out` must have the planes' size.
void packQuads(Plane y, Plane u, Plane v, QuadImage& out);

// Mean filter with a fractional radius: the window reaches `radius` samples to each side, its outermost samples counting
// for the fraction. Outside the picture there is nothing, and the mean is over what there is.
// After the first call with a size and radius, calls with them again allocate nothing.
class BoxFilter {
 public:
  // `in` and `out` must be different pictures of the same size. radius >= 0.
  void run(const QuadImage& in, QuadImage& out, float radius);

 private:
  void prepare(int width, int height, float radius);

  int width_ = 0;
  int height_ = 0;
  float radius_ = -1.0f;
  int whole_ = 0;
  float fraction_ = 0.0f;
  std::vector<float> padded_row_;
  std::vector<float> column_sums_;
  std::vector<float> inverse_x_;
  std::vector<float> inverse_y_;
  QuadImage rows_;
};

// The radius for which `passes` box filters in a row have the variance of a Gaussian of `sigma` samples.
// (Gwosdek, Grewenig, Bruhn, Weickert: Theoretical foundations of Gaussian convolution by extended box filtering, 2011.)
float boxRadiusFor(float sigma, int passes);

}  // namespace tessera::video
