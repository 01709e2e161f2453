// SPDX-License-Identifier: Apache-2.0
// Scaling of planes: box reduction by powers of two for every frame, area/bilinear resampling and quarter turns for pictures.
#pragma once

#include <vector>

#include "wasm/video/frame.h"

namespace tessera::video {

// Each output sample is the rounded mean of a `factor` x `factor` block (factor 1, 2, 4 or 8), of what there is of it at
// the right and bottom edges. `out` must be ceil(in / factor) in both directions.
void reducePlane(Plane in, int factor, MutablePlane out);

// A rectangle of an input plane, in samples; may lie between samples.
struct SourceRect {
  float x = 0;
  float y = 0;
  float width = 0;
  float height = 0;
};

// Fills `out` with `rect` of `in`: the mean of the covered area where it shrinks, bilinear where it grows, decided for
// each direction on its own. `rect` must lie within `in`. Allocates; meant for pictures, not for every frame.
void resamplePlane(Plane in, const SourceRect& rect, MutablePlane out);

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
