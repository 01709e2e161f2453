// SPDX-License-Identifier: Apache-2.0
// Box reduction of planes by powers of two, and quarter turns.
#pragma once

#include <vector>

#include "wasm/video/frame.h"
#include "wasm/video/quads.h"

namespace tessera::video {

// Each output sample is the rounded mean of a `factor` x `factor` block (factor 1, 2, 4 or 8), of what there is of it at
// the right and bottom edges. `out` must be ceil(in / factor) in both directions.
void reducePlane(Plane in, int factor, MutablePlane out);

// A small picture of (y, u, v, 1): luma reduced by `factor` (2, 4 or 8), chroma by half of it. `work` is memory to work in.
// Allocates when a size grows.
void reduceToQuads(const I420View& frame, int factor, std::vector<std::uint8_t>& work, QuadImage& out);

// Turns `in` clockwise by `rotation` into `out`, whose sides must match.
void rotatePlane(Plane in, Rotation rotation, MutablePlane out);

// The same for a plane of four floats a sample (width * height * 4 floats, no padding).
void rotateQuads(const float* in, int in_width, int in_height, Rotation rotation, float* out);
// The same for one float a sample.
void rotateFloats(const float* in, int in_width, int in_height, Rotation rotation, float* out);

constexpr Resolution turned(Resolution size, Rotation rotation) {
  return rotation == Rotation::k90 || rotation == Rotation::k270 ? Resolution{size.height, size.width} : size;
}
constexpr Rotation opposite(Rotation rotation) {
  return static_cast<Rotation>((360 - static_cast<int>(rotation)) % 360);
}

}  // namespace tessera::video
