// SPDX-License-Identifier: Apache-2.0
// From a small upright picture to the model's RGB input, and from the model's mask back to that picture's grid.
#pragma once

#include <span>
#include <vector>

#include "wasm/video/quads.h"

namespace tessera::video {

// How a picture of any shape is laid into the model's fixed input. It fills the input when that stretches it by no more
// than kMaxStretch in one direction; otherwise it is stretched by that much and centred, with its edges repeated.
// Sizes are in pixels. `prepare` allocates when a size changed; the other calls never allocate.
class ModelInput {
 public:
  static constexpr float kMaxStretch = 1.4f;

  void prepare(Resolution picture, Resolution input);

  // `picture` holds (y, u, v, 1) in 0..255. Writes input.width * input.height * 3 floats in 0..1, interleaved RGB;
  // `rgb` must have room for one float more than that.
  void fill(const QuadImage& picture, ColorSpace color, std::span<float> rgb) const;

  // Reads a mask on the input's grid at the place of every pixel of the picture, bilinear. `out`: picture.width * height.
  void readMask(std::span<const float> mask, std::span<float> out);

 private:
  // A position between two samples of one axis.
  struct Tap {
    int first;
    int second;
    float weight;  // of the second
  };
  static void tabulate(std::vector<Tap>& taps, int output, int limit, float start, float step);

  Resolution picture_{};
  Resolution input_{};
  std::vector<Tap> input_x_;
  std::vector<Tap> input_y_;
  std::vector<Tap> picture_x_;
  std::vector<Tap> picture_y_;
  std::vector<float> row_;
};

}  // namespace tessera::video
