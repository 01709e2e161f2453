// SPDX-License-Identifier: Apache-2.0
// Lays out, moves, and draws tile after tile.
#include "wasm/video/mix/video_mixer.h"

#include <algorithm>

#include "wasm/video/convert.h"
#include "wasm/video/video_error.h"

namespace tessera::video {

Result<void> VideoMixer::setSize(Resolution size) {
  const auto fits = [](int side) { return side >= kMinMixSide && side <= kMaxMixSide && side % 2 == 0; };
  if (!fits(size.width) || !fits(size.height)) return frameInvalid("a mixed picture's sides are even and from 64 to 4096 pixels");
  size_ = size;
  jump_ = true;
  picture_.resize(packedFrameSize(PixelFormat::kI420, size));
  return {};
}

int VideoMixer::indexOf(int key) const {
  const auto it = std::find_if(tiles_.begin(), tiles_.end(), [&](const auto& tile) { return tile->key() == key; });
  return it == tiles_.end() ? -1 : static_cast<int>(it - tiles_.begin());
}

Tile* VideoMixer::find(int key) {
  const int index = indexOf(key);
  return index < 0 ? nullptr : tiles_[static_cast<std::size_t>(index)].get();
}

Tile* VideoMixer::add(int key) {
  if (Tile* tile = find(key); tile != nullptr) return tile;
  if (tiles_.size() >= static_cast<std::size_t>(kMaxTiles)) return nullptr;
  return tiles_.emplace_back(std::make_unique<Tile>(key)).get();
}

void VideoMixer::remove(int key) {
  std::erase_if(tiles_, [&](const auto& tile) { return tile->key() == key; });
}

void VideoMixer::setLayout(LayoutKind kind, int featured, Duration transition) {
  kind_ = kind;
  featured_ = featured;
  transition_ = transition;
}

void VideoMixer::arrange(Timestamp now) {
  const int featured = indexOf(featured_);
  const double aspect = featured < 0 ? 0.0 : tiles_[static_cast<std::size_t>(featured)]->aspect();
  const std::vector<Rect> places = layOut({kind_, size_, static_cast<int>(tiles_.size()), featured, aspect});
  for (std::size_t i = 0; i < tiles_.size(); ++i) tiles_[i]->moveTo(places[i], now, jump_ ? Duration::zero() : transition_);
  jump_ = false;
}

void VideoMixer::chooseColor() {
  std::optional<ColorSpace> first;
  for (const auto& tile : tiles_) {
    const std::optional<ColorSpace> color = tile->frameColor();
    if (color == color_) return;
    if (!first) first = color;
  }
  if (first) color_ = *first;
}

std::span<const std::uint8_t> VideoMixer::compose(Timestamp now) {
  if (size_.empty()) return {};
  arrange(now);
  chooseColor();
  FrameLayout layout = packedLayout(PixelFormat::kI420, size_);
  layout.color = color_;
  const MutableI420View out = mutableI420View(picture_, layout);
  fillRect(out, {0, 0, size_.width, size_.height}, yuvOf(kBackdrop.red, kBackdrop.green, kBackdrop.blue, color_));
  // The large one lies under the others where they overlap, for good or while they move.
  const int featured = indexOf(featured_);
  if (featured >= 0) tiles_[static_cast<std::size_t>(featured)]->draw(out, tiles_[static_cast<std::size_t>(featured)]->at(now), resampler_);
  for (std::size_t i = 0; i < tiles_.size(); ++i) {
    if (static_cast<int>(i) != featured) tiles_[i]->draw(out, tiles_[i]->at(now), resampler_);
  }
  return picture_;
}

}  // namespace tessera::video
