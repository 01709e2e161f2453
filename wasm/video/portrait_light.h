// SPDX-License-Identifier: Apache-2.0
// Gentle light on the person: lifts a dark face, and falls off from it.
#pragma once

#include <span>

#include "wasm/video/people.h"
#include "wasm/video/quads.h"
#include "wasm/video/small_plane.h"

namespace tessera::video {

class PortraitLight {
 public:
  // Forgets how bright the person was.
  void reset() { fresh_ = true; }
  // `picture` holds (y, u, v, 1), `mask` a value in 0..1 for each of its pixels, `people` the box around everybody in it, in
  // shares of it as it is stored; `rotation` turns it upright. amount 0..1.
  // Allocates when the size changed, never otherwise.
  void run(const QuadImage& picture, ColorRange range, std::span<const float> mask, const Share& people, Rotation rotation, float amount);
  // How much each place is lifted, Q15, up to 0.48; see RowJob.
  const SmallPlane& lift() const { return lift_; }

 private:
  bool fresh_ = true;
  float level_ = 0.0f;  // of the person's luma, 0..1, steadied
  SmallPlane lift_;
};

}  // namespace tessera::video
