// SPDX-License-Identifier: Apache-2.0
// Fitting a picture: colours, cover or contain, and turning it with the frame.
#include "wasm/video/picture_background.h"

#include <algorithm>
#include <cstring>

#include "wasm/video/convert.h"
#include "wasm/video/scale.h"

namespace tessera::video {
namespace {

constexpr float kLightStrength = 1.0f;

void fill(MutablePlane plane, std::uint8_t value) {
  for (int y = 0; y < plane.height; ++y) std::memset(plane.row(y), value, static_cast<std::size_t>(plane.width));
}

// The part of a frame from an even place on.
MutableI420View part(const MutableI420View& view, int x, int y, Resolution size) {
  const auto of = [](MutablePlane plane, int left, int top, int width, int height) {
    return MutablePlane{plane.row(top) + left, width, height, plane.stride};
  };
  return {of(view.y, x, y, size.width, size.height), of(view.u, x / 2, y / 2, halfUp(size.width), halfUp(size.height)),
          of(view.v, x / 2, y / 2, halfUp(size.width), halfUp(size.height)), view.color};
}

}  // namespace

void PictureBackground::set(std::vector<std::uint8_t>& bytes, const FrameLayout& layout) {
  bytes_.swap(bytes);
  layout_ = layout;
  fitted_ = false;
}

void PictureBackground::fitTo(Resolution frame, Rotation rotation, ColorSpace color, Fit fit, int factor) {
  if (fitted_ && frame == frame_ && rotation == rotation_ && color == color_ && fit == fit_) return;
  fitted_ = true;
  lit_ = false;
  frame_ = frame;
  rotation_ = rotation;
  color_ = color;
  fit_ = fit;
  factor_ = factor;

  FrameLayout picture_layout = layout_;
  // Packed pixels are converted to the frame's colours at once; planes come in their own.
  if (isPacked(layout_.format)) picture_layout.color = color;
  const I420View picture = toI420(bytes_, picture_layout, converted_);

  const bool is_turned = rotation != Rotation::k0;
  const Resolution upright = turned(frame, rotation);
  const auto bytes = packedFrameSize(PixelFormat::kI420, frame);
  pixels_.resize(bytes);
  if (is_turned) upright_.resize(bytes);
  FrameLayout layout = packedLayout(PixelFormat::kI420, upright);
  layout.color = picture.color;
  const MutableI420View fitted = mutableI420View(is_turned ? upright_ : pixels_, layout);

  const auto width = static_cast<float>(picture.y.width);
  const auto height = static_cast<float>(picture.y.height);
  const float scale_x = static_cast<float>(upright.width) / width;
  const float scale_y = static_cast<float>(upright.height) / height;
  if (fit == Fit::kCover) {
    const float scale = std::max(scale_x, scale_y);
    const float seen_width = std::min(width, static_cast<float>(upright.width) / scale);
    const float seen_height = std::min(height, static_cast<float>(upright.height) / scale);
    zoom_.run(picture, {(width - seen_width) / 2, (height - seen_height) / 2, seen_width, seen_height}, fitted);
  } else {
    const YuvColor black = yuvOf(0, 0, 0, picture.color);
    fill(fitted.y, black.y);
    fill(fitted.u, black.u);
    fill(fitted.v, black.v);
    const float scale = std::min(scale_x, scale_y);
    const Resolution seen{std::clamp(static_cast<int>(width * scale + 0.5f), 1, upright.width), std::clamp(static_cast<int>(height * scale + 0.5f), 1, upright.height)};
    const auto even = [](int margin) { return margin / 2 & ~1; };
    zoom_.run(picture, {0, 0, width, height}, part(fitted, even(upright.width - seen.width), even(upright.height - seen.height), seen));
  }
  if (picture.color != color) recolor(fitted, color);

  FrameLayout target_layout = packedLayout(PixelFormat::kI420, frame);
  target_layout.color = color;
  const MutableI420View target = mutableI420View(pixels_, target_layout);
  if (is_turned) {
    // The frame is turned upright by whoever shows it, so the picture is turned the other way here.
    rotatePlane(fitted.y, opposite(rotation), target.y);
    rotatePlane(fitted.u, opposite(rotation), target.u);
    rotatePlane(fitted.v, opposite(rotation), target.v);
  }
  view_ = target;
}

const SoftPicture& PictureBackground::light() {
  if (!lit_) {
    reduceToQuads(view_, factor_, small_, quads_);
    soft_.run(quads_, factor_, {}, kLightStrength);
    lit_ = true;
  }
  return soft_.result();
}

}  // namespace tessera::video
