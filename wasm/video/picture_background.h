// SPDX-License-Identifier: Apache-2.0
// A picture, or a film's frame after frame, as background: fitted to the camera's size, turn and colours, then only read.
#pragma once

#include <cstdint>
#include <vector>

#include "wasm/video/frame.h"
#include "wasm/video/soft_background.h"
#include "wasm/video/zoom.h"

namespace tessera::video {

// kCover fills the frame and cuts what sticks out; kContain shows all of the picture, on black.
enum class Fit : std::uint8_t { kCover, kContain };

class PictureBackground {
 public:
  // Takes the picture out of `bytes`, which `layout` must be valid for, and leaves an older one's memory there. Any format;
  // upright, whatever layout.rotation says.
  void set(std::vector<std::uint8_t>& bytes, const FrameLayout& layout);

  // Fits it to frames of this stored size, turn and colour. Works only when one of them, or the picture, changed; allocates
  // only when a size grew. `factor`: luma pixels that a sample of the softened picture spans. There must be a picture.
  void fitTo(Resolution frame, Rotation rotation, ColorSpace color, Fit fit, int factor);

  const I420View& view() const { return view_; }
  // The picture far out of focus: the light it throws. Made when first asked for.
  const SoftPicture& light();

 private:
  std::vector<std::uint8_t> bytes_;
  FrameLayout layout_{};

  bool fitted_ = false;
  bool lit_ = false;
  Resolution frame_{};
  Rotation rotation_ = Rotation::k0;
  ColorSpace color_;
  Fit fit_ = Fit::kCover;
  int factor_ = 2;
  std::vector<std::uint8_t> converted_;
  std::vector<std::uint8_t> upright_;
  std::vector<std::uint8_t> pixels_;
  I420View view_{};
  Zoom zoom_;
  std::vector<std::uint8_t> small_;
  QuadImage quads_;
  SoftBackground soft_;
};

}  // namespace tessera::video
