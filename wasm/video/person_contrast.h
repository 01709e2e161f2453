// SPDX-License-Identifier: Apache-2.0
// How the person's colours differ from the room's around the outline: what takes the old room out of half-covered pixels.
#pragma once

#include <span>
#include <vector>

#include "wasm/video/quads.h"
#include "wasm/video/small_plane.h"

namespace tessera::video {

// Pixels at the outline show share * person + (1 - share) * room. With the mean colours of both nearby, what the person
// alone would show is pixel + (1 - share) * (person - room): without it, a bright room would glow around whoever is laid
// over a dark picture, and the reverse. (After Forte: Approximate fast foreground colour estimation, 2021.)
class PersonContrast {
 public:
  // `picture` holds (y, u, v, 1), each sample spanning `factor` luma pixels; `mask` has one value in 0..1 for each of its
  // pixels. Allocates when a size changed, never otherwise.
  void run(const QuadImage& picture, int factor, std::span<const float> mask);
  // Person minus room in Q6, -16320..16320, on the picture's grid; 0 where one of them is not near.
  const SoftPicture& result() const { return result_; }

 private:
  BoxRows person_;
  BoxRows room_;
  std::vector<float> person_row_;
  std::vector<float> room_row_;
  SoftPicture result_;
};

}  // namespace tessera::video
