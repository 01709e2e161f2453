// SPDX-License-Identifier: Apache-2.0
// From a small upright picture to the model's RGB input, and from the model's mask back to that picture's grid.
#pragma once

#include <span>
#include <vector>

#include "wasm/video/people.h"
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
  void fill(const QuadImage& picture, ColorSpace color, std::span<float> rgb);

  // Reads a mask on the input's grid at the place of every pixel of a picture of `crop`, bilinear. The crop's picture has
  // the whole picture's size. `out`: picture.width * height.
  void readMask(std::span<const float> mask, const Share& crop, std::span<float> out);

  // The part of the picture that a part of the input shows.
  Share inPicture(const Share& in_input) const;

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
  float scale_x_ = 1.0f;  // input pixels for a pixel of the picture
  float scale_y_ = 1.0f;
  float margin_x_ = 0.0f;  // input pixels beside the picture
  float margin_y_ = 0.0f;
  Share crop_{0, 0, 0, 0};
  std::vector<Tap> input_x_;
  std::vector<Tap> input_y_;
  std::vector<Tap> picture_x_;
  std::vector<Tap> picture_y_;
  std::vector<float> row_;  // between the two halves of a bilinear sample: of the picture in RGB quads, or of the mask
};

}  // namespace tessera::video
