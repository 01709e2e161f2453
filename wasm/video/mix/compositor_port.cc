// SPDX-License-Identifier: Apache-2.0
// Checks what comes from JavaScript and passes it on.
#include "wasm/video/mix/compositor_port.h"

#include <algorithm>
#include <cmath>

#include "wasm/video/video_error.h"

namespace tessera::video {
namespace {

constexpr double kLongestTransition = 10'000.0;

Timestamp timeOf(double milliseconds) { return Timestamp::micros(static_cast<std::int64_t>(milliseconds * 1000.0)); }
std::uint8_t byteOf(int value) { return static_cast<std::uint8_t>(std::clamp(value, 0, 255)); }

}  // namespace

Outcome CompositorPort::setSize(int width, int height) { return outcomeOf(mixer_.setSize({width, height})); }

Outcome CompositorPort::setTile(int key, const TileLook& look) {
  Tile* tile = mixer_.add(key);
  if (tile == nullptr) return outcomeOf(Error{ErrorCode::kTooLarge, "a mixed picture has at most 32 tiles"});
  tile->contain = look.contain;
  tile->color = {byteOf(look.red), byteOf(look.green), byteOf(look.blue)};
  return {};
}

void CompositorPort::setLayout(LayoutKind kind, int featured, double transition_milliseconds) {
  const double duration = std::isfinite(transition_milliseconds) ? std::clamp(transition_milliseconds, 0.0, kLongestTransition) : 0.0;
  mixer_.setLayout(kind, featured, Duration::micros(static_cast<std::int64_t>(duration * 1000.0)));
}

Bytes CompositorPort::input(int key, std::size_t size) {
  Tile* tile = mixer_.find(key);
  if (tile == nullptr || size > kMostBytes) return {};
  return bytesOf(tile->input(size));
}

Outcome CompositorPort::takeFrame(int key, const FrameDescription& frame) {
  Tile* tile = mixer_.find(key);
  if (tile == nullptr) return {};
  if (!isQuarterTurn(frame.rotation)) return outcomeOf(frameInvalid("rotation must be 0, 90, 180 or 270 degrees"));
  return outcomeOf(tile->setFrame(layoutOf(frame)));
}

void CompositorPort::clearFrame(int key) {
  if (Tile* tile = mixer_.find(key); tile != nullptr) tile->clearFrame();
}

Bytes CompositorPort::scratch(std::size_t size) {
  if (size > kMostBytes) return {};
  scratch_.resize(size);
  return bytesOf(scratch_);
}

Outcome CompositorPort::setSprite(Sprite Tile::*sprite, int key, int width, int height) {
  Tile* tile = mixer_.find(key);
  if (tile == nullptr) return {};
  const bool none = width == 0 && height == 0;
  const auto bytes = static_cast<std::int64_t>(width) * height * 4;
  if (!none && (width < 1 || height < 1 || width > kMaxMixSide || height > kMaxMixSide || bytes > static_cast<std::int64_t>(scratch_.size()))) {
    return outcomeOf(frameInvalid("a label's pixels must lie in its buffer"));
  }
  (tile->*sprite).set(scratch_, {width, height}, mixer_.color());
  return {};
}

Outcome CompositorPort::setLabel(int key, int width, int height) { return setSprite(&Tile::label, key, width, height); }
Outcome CompositorPort::setMark(int key, int width, int height) { return setSprite(&Tile::mark, key, width, height); }

Rect CompositorPort::place(int key) {
  const Tile* tile = mixer_.find(key);
  return tile == nullptr ? Rect{} : tile->target();
}

Bytes CompositorPort::compose(double now_milliseconds) { return bytesOf(mixer_.compose(timeOf(now_milliseconds))); }

}  // namespace tessera::video
