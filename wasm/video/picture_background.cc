// SPDX-License-Identifier: Apache-2.0
// Fitting a picture: colour conversion, cover or contain, and turning it with the frame.
#include "wasm/video/picture_background.h"

#include <algorithm>
#include <cstring>

#include "wasm/video/convert.h"
#include "wasm/video/scale.h"
#include "wasm/video/video_error.h"

namespace tessera::video {
namespace {

constexpr float kLightStrength = 1.0f;

void fill(MutablePlane plane, std::uint8_t value) {
  for (int y = 0; y < plane.height; ++y) std::memset(plane.row(y), value, static_cast<std::size_t>(plane.width));
}

// The part of `plane` from (x, y), of the given size.
MutablePlane part(MutablePlane plane, int x, int y, int width, int height) {
  return {plane.row(y) + x, width, height, plane.stride};
}

// Lays one plane of the picture into one plane of the frame.
void place(Plane picture, Fit fit, MutablePlane out) {
  const float scale_x = static_cast<float>(out.width) / static_cast<float>(picture.width);
  const float scale_y = static_cast<float>(out.height) / static_cast<float>(picture.height);
  if (fit == Fit::kCover) {
    const float scale = std::max(scale_x, scale_y);
    const float width = std::min(static_cast<float>(picture.width), static_cast<float>(out.width) / scale);
    const float height = std::min(static_cast<float>(picture.height), static_cast<float>(out.height) / scale);
    resamplePlane(picture,
                  {(static_cast<float>(picture.width) - width) / 2, (static_cast<float>(picture.height) - height) / 2,
                   width, height},
                  out);
    return;
  }
  const float scale = std::min(scale_x, scale_y);
  const int width = std::clamp(static_cast<int>(static_cast<float>(picture.width) * scale + 0.5f), 1, out.width);
  const int height = std::clamp(static_cast<int>(static_cast<float>(picture.height) * scale + 0.5f), 1, out.height);
  resamplePlane(picture, {0, 0, static_cast<float>(picture.width), static_cast<float>(picture.height)},
                part(out, (out.width - width) / 2, (out.height - height) / 2, width, height));
}

void small(Plane plane, int factor, int width, int height, std::vector<std::uint8_t>& into) {
  into.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  reducePlane(plane, factor, {into.data(), width, height, width});
}

}  // namespace

Result<void> PictureBackground::set(std::span<const std::uint8_t> rgba, Resolution size, Fit fit) {
  if (auto valid = validateSize(size); !valid.hasValue()) return valid;
  if (rgba.size() < packedFrameSize(PixelFormat::kRgba, size)) {
    return frameInvalid("the picture's buffer is smaller than its size says");
  }
  rgba_.assign(rgba.begin(), rgba.begin() + static_cast<std::ptrdiff_t>(packedFrameSize(PixelFormat::kRgba, size)));
  size_ = size;
  fit_ = fit;
  fitted_ = false;
  return {};
}

void PictureBackground::fitTo(Resolution frame, Rotation rotation, ColorSpace color, int factor) {
  if (fitted_ && frame == frame_ && rotation == rotation_ && color == color_) return;
  fitted_ = true;
  frame_ = frame;
  rotation_ = rotation;
  color_ = color;

  const FrameLayout picture_layout = packedLayout(PixelFormat::kI420, size_);
  std::vector<std::uint8_t> picture_bytes(packedFrameSize(PixelFormat::kI420, size_));
  MutableI420View picture = mutableI420View(picture_bytes, picture_layout);
  picture.color = color;
  packedToI420({rgba_.data(), size_.width * 4, size_.height, size_.width * 4}, false, picture);

  const Resolution upright = turned(frame, rotation);
  std::vector<std::uint8_t> upright_bytes(packedFrameSize(PixelFormat::kI420, upright));
  const MutableI420View fitted = mutableI420View(upright_bytes, packedLayout(PixelFormat::kI420, upright));
  const YuvColor black = yuvOf(0, 0, 0, color);
  fill(fitted.y, black.y);
  fill(fitted.u, black.u);
  fill(fitted.v, black.v);
  place(picture.y, fit_, fitted.y);
  place(picture.u, fit_, fitted.u);
  place(picture.v, fit_, fitted.v);

  FrameLayout layout = packedLayout(PixelFormat::kI420, frame);
  layout.color = color;
  pixels_.resize(packedFrameSize(PixelFormat::kI420, frame));
  const MutableI420View target = mutableI420View(pixels_, layout);
  // The frame is turned upright by whoever shows it, so the picture is turned the other way here.
  rotatePlane(fitted.y, opposite(rotation), target.y);
  rotatePlane(fitted.u, opposite(rotation), target.u);
  rotatePlane(fitted.v, opposite(rotation), target.v);
  view_ = target;

  const int width = (frame.width + factor - 1) / factor;
  const int height = (frame.height + factor - 1) / factor;
  std::vector<std::uint8_t> y;
  std::vector<std::uint8_t> u;
  std::vector<std::uint8_t> v;
  small(view_.y, factor, width, height, y);
  small(view_.u, factor / 2, width, height, u);
  small(view_.v, factor / 2, width, height, v);
  QuadImage quads;
  quads.resize(width, height);
  packQuads({y.data(), width, height, width}, {u.data(), width, height, width}, {v.data(), width, height, width}, quads);
  soft_.run(quads, factor, {}, kLightStrength);
}

}  // namespace tessera::video
