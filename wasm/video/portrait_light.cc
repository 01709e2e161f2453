// SPDX-License-Identifier: Apache-2.0
// Measuring the person's brightness, and the shape of the light.
#include "wasm/video/portrait_light.h"

#include <algorithm>

namespace tessera::video {
namespace {

// A person as bright as the first is not lifted; one darker by the second is lifted fully.
constexpr float kWellLit = 0.55f;
constexpr float kRange = 0.35f;
constexpr float kFill = 0.38f;
constexpr float kKey = 0.1f;
// A frame's share in the measured level: about a second at 30 frames a second.
constexpr float kLevelShare = 0.05f;

}  // namespace

void PortraitLight::run(const QuadImage& picture, ColorRange range, std::span<const float> mask, const Share& people, Rotation rotation, float amount) {
  const int width = picture.width;
  const int height = picture.height;
  lift_.resize(width, height);
  float sum = 0.0f;
  float weight = 0.0f;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    const float person = mask[i] > 0.7f ? 1.0f : 0.0f;
    sum += person * picture.data[i * 4];
    weight += person;
  }
  if (weight > 0.0f) {
    const float mean = sum / weight;
    const float level = range == ColorRange::kFull ? mean / 255.0f : (mean - 16.0f) / 219.0f;
    level_ += (level - level_) * (fresh_ ? 1.0f : kLevelShare);
    fresh_ = false;
  }
  const float fill = amount * kFill * std::clamp((kWellLit - level_) / kRange, 0.0f, 1.0f);
  const float key = amount * kKey;

  // The light's middle is where faces are: the upper third of the people, as they stand upright.
  const Share face = storedShare({1.0f / 3.0f, 0.0f, 1.0f / 3.0f, 2.0f / 3.0f}, rotation);
  const float centre_x = (people.x + people.width * (face.x + face.width * 0.5f)) * static_cast<float>(width);
  const float centre_y = (people.y + people.height * (face.y + face.height * 0.5f)) * static_cast<float>(height);
  const float reach = std::max({people.width * static_cast<float>(width), people.height * static_cast<float>(height), 1.0f});
  const float scale = 1.0f / (reach * reach);
  for (int y = 0; y < height; ++y) {
    const float down = static_cast<float>(y) + 0.5f - centre_y;
    std::int16_t* const row = lift_.row(y);
    for (int x = 0; x < width; ++x) {
      const float across = static_cast<float>(x) + 0.5f - centre_x;
      const float near = std::max(0.0f, 1.0f - (across * across + down * down) * scale);
      row[x] = static_cast<std::int16_t>((fill + key * near * near) * 32768.0f);
    }
  }
  lift_.finishEdges();
}

}  // namespace tessera::video
