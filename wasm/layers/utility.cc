// SPDX-License-Identifier: Apache-2.0
// The utility of a layer in a tile.
#include "wasm/layers/utility.h"

#include <algorithm>
#include <cmath>

namespace tessera::layers {
namespace {

constexpr double kReferenceArea = 640.0 * 360.0;

double weight(const UtilityOptions& options, const Tile& tile, Content content) {
  if (!tile.visible || tile.size.empty()) return 0;
  double value = std::sqrt(static_cast<double>(tile.size.pixels()) / kReferenceArea);
  if (tile.speaking) value *= options.speaker_weight;
  if (tile.pinned) value *= options.pinned_weight;
  if (content == Content::kScreen) value *= options.screen_weight;
  return value;
}

double sharpness(const Tile& tile, Content content, Resolution resolution) {
  const double r = std::min(1.0, std::sqrt(static_cast<double>(resolution.pixels()) / static_cast<double>(tile.size.pixels())));
  const double forgiving = r * (2 - r);
  const double strict = r * r * (3 - 2 * r);
  if (content == Content::kCamera) return forgiving;
  return content == Content::kScreen ? strict : (forgiving + strict) / 2;
}

double motion(const UtilityOptions& options, const Tile& tile, Content content, FrameRate rate) {
  const bool screen = content == Content::kScreen;
  const double wanted = screen ? options.screen_frame_rate : options.camera_frame_rate;
  const double floor = screen ? options.screen_motion_floor : tile.speaking ? options.speaker_motion_floor : options.camera_motion_floor;
  const double f = std::min(1.0, static_cast<double>(rate.toMillihertz()) / (wanted * 1000));
  return floor + (1 - floor) * f * (2 - f);
}

std::int64_t scaled(double value) {
  return static_cast<std::int64_t>(std::min(value * kUtilityScale, kMaxUtility) + 0.5);
}

}  // namespace

std::int64_t utilityOf(const UtilityOptions& options, const Tile& tile, Content content, const Layer& layer) {
  const double role = weight(options, tile, content);
  if (role <= 0 || layer.resolution.empty()) return 0;
  return scaled(role * sharpness(tile, content, layer.resolution) * motion(options, tile, content, layer.frame_rate));
}

std::int64_t utilityOfStill(const UtilityOptions& options, const Tile& tile, Content content, const Layer& layer) {
  const double role = weight(options, tile, content);
  if (role <= 0 || layer.resolution.empty()) return 0;
  return scaled(role * options.still_value * sharpness(tile, content, layer.resolution));
}

std::int64_t utilityOfPerfection(const UtilityOptions& options, const Tile& tile, Content content) {
  return scaled(weight(options, tile, content));
}

}  // namespace tessera::layers
