// SPDX-License-Identifier: Apache-2.0
// Where in the picture people are.
#pragma once

#include <span>

#include "wasm/base/units.h"
#include "wasm/video/frame.h"

namespace tessera::video {

// A rectangle in shares of a picture's width and height.
struct Share {
  float x = 0;
  float y = 0;
  float width = 1;
  float height = 1;
  bool operator==(const Share&) const = default;
};

// The smallest box around everybody in `mask` (size.width * size.height values in 0..1); specks do not count. Width and
// height are 0 where there is nobody.
Share findPeople(std::span<const float> mask, Resolution size);

// The place in the stored picture of a rectangle of the upright one.
Share storedShare(const Share& upright, Rotation rotation);

}  // namespace tessera::video
