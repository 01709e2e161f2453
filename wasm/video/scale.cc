// SPDX-License-Identifier: Apache-2.0
// Quarter turns.
#include "wasm/video/scale.h"

#include <cstring>

namespace tessera::video {
namespace {

// Calls put(in_index, out_index) for every sample of a quarter turn.
template <typename Put>
void forEachTurned(int width, int height, Rotation rotation, Put put) {
  const int out_width = rotation == Rotation::k90 || rotation == Rotation::k270 ? height : width;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      int out_x = x;
      int out_y = y;
      if (rotation == Rotation::k90) {
        out_x = height - 1 - y;
        out_y = x;
      } else if (rotation == Rotation::k180) {
        out_x = width - 1 - x;
        out_y = height - 1 - y;
      } else if (rotation == Rotation::k270) {
        out_x = y;
        out_y = width - 1 - x;
      }
      put(x, y, out_x, out_y, out_width);
    }
  }
}

}  // namespace

void rotatePlane(Plane in, Rotation rotation, MutablePlane out) {
  forEachTurned(in.width, in.height, rotation,
                [&](int x, int y, int out_x, int out_y, int) { out.row(out_y)[out_x] = in.row(y)[x]; });
}

void rotateQuads(const float* in, int in_width, int in_height, Rotation rotation, float* out) {
  forEachTurned(in_width, in_height, rotation, [&](int x, int y, int out_x, int out_y, int out_width) {
    std::memcpy(out + (static_cast<std::ptrdiff_t>(out_y) * out_width + out_x) * 4,
                in + (static_cast<std::ptrdiff_t>(y) * in_width + x) * 4, 4 * sizeof(float));
  });
}

void rotateFloats(const float* in, int in_width, int in_height, Rotation rotation, float* out) {
  forEachTurned(in_width, in_height, rotation, [&](int x, int y, int out_x, int out_y, int out_width) {
    out[static_cast<std::ptrdiff_t>(out_y) * out_width + out_x] = in[static_cast<std::ptrdiff_t>(y) * in_width + x];
  });
}

}  // namespace tessera::video
