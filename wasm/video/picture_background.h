// SPDX-License-Identifier: Apache-2.0
// A picture as background: fitted once to the frame's size, turn and colours, then only read.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "wasm/video/frame.h"
#include "wasm/video/soft_background.h"

namespace tessera::video {

// kCover fills the frame and cuts what sticks out; kContain shows all of the picture, on black.
enum class Fit : std::uint8_t { kCover, kContain };

class PictureBackground {
 public:
  // Copies the picture: `rgba` has size.width * size.height * 4 bytes, opaque, upright.
  Result<void> set(std::span<const std::uint8_t> rgba, Resolution size, Fit fit);
  // Fits it to frames of this stored size, turn and colour. Works and allocates only when one of them, or the picture,
  // changed. `factor`: luma pixels that a sample of the softened picture spans.
  void fitTo(Resolution frame, Rotation rotation, ColorSpace color, int factor);

  const I420View& view() const { return view_; }
  // The picture far out of focus: the light it throws.
  const SoftPicture& light() const { return soft_.result(); }

 private:
  std::vector<std::uint8_t> rgba_;
  Resolution size_{};
  Fit fit_ = Fit::kCover;

  bool fitted_ = false;
  Resolution frame_{};
  Rotation rotation_ = Rotation::k0;
  ColorSpace color_;
  std::vector<std::uint8_t> pixels_;
  I420View view_{};
  SoftBackground soft_;
};

}  // namespace tessera::video
