// SPDX-License-Identifier: Apache-2.0
// One input of a mixed picture: its newest frame, scaled when it or its tile has changed, and the rectangle it moves along.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "wasm/base/result.h"
#include "wasm/video/convert.h"
#include "wasm/video/frame.h"
#include "wasm/video/mix/layout.h"
#include "wasm/video/mix/resample.h"
#include "wasm/video/mix/sprite.h"

namespace tessera::video {

// Red, green and blue, 0..255.
struct TileColor {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
  bool operator==(const TileColor&) const = default;
};

class Tile {
 public:
  explicit Tile(int key) : key_(key) {}

  int key() const { return key_; }

  // --- the picture ---

  // A buffer of `size` bytes for the next frame; its old content is lost when the frame there has not been drawn yet.
  std::span<std::uint8_t> input(std::size_t size);
  // The frame that was written there. kInvalidArgument: the layout does not fit the buffer, and the frame before stays gone.
  Result<void> setFrame(const FrameLayout& layout);
  void clearFrame() { has_frame_ = false; }
  bool hasFrame() const { return has_frame_; }
  // The frame's colours; packed pixels have none of their own, since they are converted anyway.
  std::optional<ColorSpace> frameColor() const { return has_frame_ && !isPacked(layout_.format) ? std::optional(layout_.color) : std::nullopt; }
  // width / height as it is shown; 16:9 without a frame.
  double aspect() const;

  // Whether all of the picture is shown, with `color` beside it, instead of filling the tile.
  bool contain = false;
  TileColor color;
  Sprite label;  // on the lower left
  Sprite mark;   // in the middle while there is no frame

  // Draws it into the rectangle `at` of `out`, whose sides are even: the picture scaled as before if neither it nor the
  // rectangle's size has changed, the label, or the mark on the colour.
  void draw(const MutableI420View& out, Rect at, Resampler& resampler);

  // --- the way from one rectangle to the next ---

  // From where it is at `now` to `target`, within `duration`; a tile that was nowhere grows from its middle.
  void moveTo(Rect target, Timestamp now, Duration duration);
  Rect target() const { return target_; }
  // Where it is; eased at both ends.
  Rect at(Timestamp now) const;
  bool moving(Timestamp now) const { return now < arrival_; }

 private:
  void scale(Resolution tile, ColorSpace color_space, Resampler& resampler);

  int key_;
  std::vector<std::uint8_t> bytes_;
  std::vector<std::uint8_t> converted_;
  FrameLayout layout_{};
  bool has_frame_ = false;

  // The picture at the size it has in a tile of `scaled_for_`.
  bool scaled_ = false;
  Resolution scaled_for_{};
  bool scaled_contain_ = false;
  ColorSpace scaled_color_;
  std::vector<std::uint8_t> small_;
  std::vector<std::uint8_t> upright_;
  I420View picture_{};

  bool placed_ = false;
  Rect origin_{};
  Rect target_{};
  Timestamp departure_;
  Timestamp arrival_;
};

// Fills the rectangle, of even sides, with one colour.
void fillRect(const MutableI420View& out, Rect rect, YuvColor color);

}  // namespace tessera::video
