// SPDX-License-Identifier: Apache-2.0
// A small picture with an alpha channel that is laid over frames: a name, a mark, initials.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "wasm/video/frame.h"
#include "wasm/video/mix/layout.h"

namespace tessera::video {

// out[i] = (over[i] * alpha[i] + out[i] * (255 - alpha[i])) / 255, rounded.
void blendRow(const std::uint8_t* over, const std::uint8_t* alpha, std::uint8_t* out, int count);

class Sprite {
 public:
  // Four bytes a pixel, rows packed, colours not multiplied by alpha (as ImageData has them). `rgba` must hold
  // width * height * 4 bytes; an empty size makes an empty sprite. Allocates when the size grows.
  void set(std::span<const std::uint8_t> rgba, Resolution size, ColorSpace color);

  bool empty() const { return size_.empty(); }
  Resolution size() const { return size_; }
  ColorSpace color() const { return frame_.color; }

  // Lays it over `out` with its upper left corner at (x, y), both even; what lies outside `clip`, even and inside `out`, is left.
  void draw(const MutableI420View& out, int x, int y, Rect clip) const;

 private:
  Resolution size_{};
  std::vector<std::uint8_t> bytes_;
  I420View frame_{};
  Plane alpha_{};
  Plane half_alpha_{};  // means of 2 x 2, for chroma
};

}  // namespace tessera::video
