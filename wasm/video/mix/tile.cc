// SPDX-License-Identifier: Apache-2.0
// Scaling with a memory, and drawing inside a rectangle.
#include "wasm/video/mix/tile.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "wasm/video/scale.h"

namespace tessera::video {
namespace {

// Between a tile's edge and its label, in pixels.
constexpr int kLabelMargin = 8;

int evenBetween(int from, int to, double part) { return static_cast<int>(std::lround(from + (to - from) * part)) & ~1; }

// Of `from`, in samples of a frame as it is stored.
struct Cut {
  SourceRect from;
  Resolution size;  // of what becomes of it, even
};

Cut cutFor(Resolution frame, Resolution tile, bool contain) {
  const auto width = static_cast<float>(frame.width);
  const auto height = static_cast<float>(frame.height);
  const float across = static_cast<float>(tile.width) / width;
  const float down = static_cast<float>(tile.height) / height;
  if (contain) {
    const float scale = std::min(across, down);
    const auto side = [&](float length, int most) { return std::clamp((static_cast<int>(length * scale + 1.0f)) & ~1, 2, most); };
    return {{0, 0, width, height}, {side(width, tile.width), side(height, tile.height)}};
  }
  const float scale = std::max(across, down);
  const float seen_width = std::min(width, static_cast<float>(tile.width) / scale);
  const float seen_height = std::min(height, static_cast<float>(tile.height) / scale);
  return {{(width - seen_width) / 2, (height - seen_height) / 2, seen_width, seen_height}, tile};
}

void copyPlane(Plane from, MutablePlane to, int x, int y) {
  for (int row = 0; row < from.height; ++row) std::memcpy(to.row(y + row) + x, from.row(row), static_cast<std::size_t>(from.width));
}

}  // namespace

void fillRect(const MutableI420View& out, Rect rect, YuvColor color) {
  const auto fill = [](MutablePlane plane, int x, int y, int width, int height, std::uint8_t value) {
    for (int row = y; row < y + height; ++row) std::memset(plane.row(row) + x, value, static_cast<std::size_t>(width));
  };
  fill(out.y, rect.x, rect.y, rect.width, rect.height, color.y);
  fill(out.u, rect.x / 2, rect.y / 2, rect.width / 2, rect.height / 2, color.u);
  fill(out.v, rect.x / 2, rect.y / 2, rect.width / 2, rect.height / 2, color.v);
}

std::span<std::uint8_t> Tile::input(std::size_t size) {
  has_frame_ = false;
  bytes_.resize(size);
  return bytes_;
}

Result<void> Tile::setFrame(const FrameLayout& layout) {
  if (auto valid = validateLayout(layout, bytes_.size()); !valid.hasValue()) return valid;
  layout_ = layout;
  has_frame_ = true;
  scaled_ = false;
  return {};
}

double Tile::aspect() const {
  if (!has_frame_) return 16.0 / 9.0;
  const Resolution shown = turned(layout_.size, layout_.rotation);
  return static_cast<double>(shown.width) / shown.height;
}

void Tile::scale(Resolution tile, ColorSpace color_space, Resampler& resampler) {
  if (scaled_ && scaled_for_ == tile && scaled_contain_ == contain && scaled_color_ == color_space) return;
  FrameLayout layout = layout_;
  // Packed pixels are converted to the wanted colours at once; planes come in their own.
  if (isPacked(layout.format)) layout.color = color_space;
  const I420View frame = toI420(bytes_, layout, converted_);
  const Cut cut = cutFor(layout.size, turned(tile, layout.rotation), contain);
  FrameLayout small = packedLayout(PixelFormat::kI420, cut.size);
  small.color = frame.color;
  small_.resize(packedFrameSize(PixelFormat::kI420, cut.size));
  const MutableI420View stored = mutableI420View(small_, small);
  resampler.run(frame, cut.from, stored);
  if (frame.color != color_space) recolor(stored, color_space);
  picture_ = stored;
  if (layout.rotation != Rotation::k0) {
    upright_.resize(small_.size());
    const MutableI420View upright = mutableI420View(upright_, packedLayout(PixelFormat::kI420, turned(cut.size, layout.rotation)));
    rotatePlane(stored.y, layout.rotation, upright.y);
    rotatePlane(stored.u, layout.rotation, upright.u);
    rotatePlane(stored.v, layout.rotation, upright.v);
    picture_ = upright;
  }
  scaled_ = true;
  scaled_for_ = tile;
  scaled_contain_ = contain;
  scaled_color_ = color_space;
}

void Tile::draw(const MutableI420View& out, Rect at, Resampler& resampler) {
  if (at.width < 2 || at.height < 2) return;
  const YuvColor under = yuvOf(color.red, color.green, color.blue, out.color);
  if (has_frame_) {
    scale({at.width, at.height}, out.color, resampler);
    const int left = at.x + ((at.width - picture_.y.width) / 2 & ~1);
    const int top = at.y + ((at.height - picture_.y.height) / 2 & ~1);
    if (picture_.y.width < at.width || picture_.y.height < at.height) fillRect(out, at, under);
    copyPlane(picture_.y, out.y, left, top);
    copyPlane(picture_.u, out.u, left / 2, top / 2);
    copyPlane(picture_.v, out.v, left / 2, top / 2);
  } else {
    fillRect(out, at, under);
    const Resolution size = mark.size();
    mark.draw(out, at.x + (at.width - size.width) / 2 / 2 * 2, at.y + (at.height - size.height) / 2 / 2 * 2, at);
  }
  label.draw(out, at.x + kLabelMargin, (at.y + at.height - kLabelMargin - label.size().height) & ~1, at);
}

void Tile::moveTo(Rect target, Timestamp now, Duration duration) {
  if (placed_ && target == target_) return;
  if (placed_) {
    origin_ = at(now);
  } else {
    const int width = evenBetween(0, target.width, 0.6);
    const int height = evenBetween(0, target.height, 0.6);
    origin_ = {target.x + ((target.width - width) / 2 & ~1), target.y + ((target.height - height) / 2 & ~1), width, height};
  }
  placed_ = true;
  target_ = target;
  departure_ = now;
  arrival_ = now + duration;
}

Rect Tile::at(Timestamp now) const {
  if (now >= arrival_) return target_;
  const double length = (arrival_ - departure_).toSeconds();
  const double t = std::clamp((now - departure_).toSeconds() / length, 0.0, 1.0);
  const double part = t * t * (3.0 - 2.0 * t);
  return {evenBetween(origin_.x, target_.x, part), evenBetween(origin_.y, target_.y, part), evenBetween(origin_.width, target_.width, part),
          evenBetween(origin_.height, target_.height, part)};
}

}  // namespace tessera::video
