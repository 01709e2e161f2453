// SPDX-License-Identifier: Apache-2.0
// Where to aim, and how to get there.
#include "wasm/video/framing.h"

#include <algorithm>
#include <cmath>

namespace tessera::video {
namespace {

constexpr float kLeastSize = 0.5f;
// The crop's width in widths of the people, and the room above their heads in heights of the crop.
constexpr float kWidths = 1.5f;
constexpr float kHeadroom = 0.12f;
// A new aim counts from this distance on, in shares of the picture.
constexpr float kDeadZone = 0.04f;
// Masks without anybody before the crop widens.
constexpr int kPatience = 30;
// Of the spring, per frame.
constexpr float kStiffness = 0.12f;

}  // namespace

void Framing::Glide::step() {
  speed += kStiffness * kStiffness * (target - value) - 2.0f * kStiffness * speed;
  value += speed;
}

void Framing::aim(const Share& people) {
  float size = 1.0f;
  float x = 0.5f;
  float y = 0.5f;
  if (people.width > 0.0f) {
    missing_ = 0;
    size = std::clamp(people.width * kWidths, kLeastSize, 1.0f);
    x = std::clamp(people.x + people.width * 0.5f, size * 0.5f, 1.0f - size * 0.5f);
    y = std::clamp(people.y + size * (0.5f - kHeadroom), size * 0.5f, 1.0f - size * 0.5f);
  } else if (++missing_ < kPatience) {
    return;
  }
  const float distance = std::max({std::fabs(x - centre_x_.target), std::fabs(y - centre_y_.target), std::fabs(size - size_.target)});
  if (distance < kDeadZone) return;
  centre_x_.target = x;
  centre_y_.target = y;
  size_.target = size;
}

Share Framing::step() {
  centre_x_.step();
  centre_y_.step();
  size_.step();
  const float size = std::clamp(size_.value, kLeastSize, 1.0f);
  return {std::clamp(centre_x_.value - size * 0.5f, 0.0f, 1.0f - size), std::clamp(centre_y_.value - size * 0.5f, 0.0f, 1.0f - size), size, size};
}

}  // namespace tessera::video
