// SPDX-License-Identifier: Apache-2.0
// The blurred background: the room without the person, blurred at reduced size.
#pragma once

#include <span>
#include <vector>

#include "wasm/video/quads.h"
#include "wasm/video/small_plane.h"

namespace tessera::video {

// Blurs a small picture with each pixel weighted by how surely it is not the person, and divides by the blurred weights,
// so that nothing of the person bleeds into the room around it. Where there is only person (never shown), what lies
// there is blurred as it is.
class SoftBackground {
 public:
  // `strength` 0..1 sets the Gaussian's sigma, continuously, from 0.8 % to 5 % of the picture's shorter side.
  // `picture` holds (y, u, v, 1), each sample spanning `factor` luma pixels; `mask` (may be empty: no person) has one
  // value in 0..1 for each of its pixels. Allocates when a size or the strength changed, never otherwise.
  void run(const QuadImage& picture, int factor, std::span<const float> mask, float strength);
  const SoftPicture& result() const { return result_; }

  // Sigma in full-size pixels for a picture whose shorter side has `short_side` pixels.
  static float sigmaFor(float strength, int short_side);

 private:
  static constexpr int kPasses = 3;

  BoxRows boxes_[kPasses];
  std::vector<float> widened_;
  std::vector<float> weights_;
  std::vector<float> row_;
  SoftPicture result_;
};

}  // namespace tessera::video
