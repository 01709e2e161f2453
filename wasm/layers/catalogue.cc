// SPDX-License-Identifier: Apache-2.0
// Checks and keeps the layers of a source.
#include "wasm/layers/catalogue.h"

#include <algorithm>

namespace tessera::layers {
namespace {

std::size_t indexOf(int spatial, int temporal) { return static_cast<std::size_t>(spatial * (kMaxTemporal + 1) + temporal); }

bool inRange(const Layer& layer) {
  return layer.spatial >= 0 && layer.spatial <= kMaxSpatial && layer.temporal >= 0 && layer.temporal <= kMaxTemporal &&
         layer.resolution.width > 0 && layer.resolution.width <= kMaxDimension && layer.resolution.height > 0 &&
         layer.resolution.height <= kMaxDimension && layer.frame_rate > FrameRate() &&
         layer.frame_rate <= FrameRate::perSecond(kMaxFrameRate) && layer.bitrate > DataRate::zero() && layer.bitrate <= kMaxLayerRate;
}

}  // namespace

Result<Catalogue> Catalogue::create(Source source) {
  if (source.layers.empty() || source.layers.size() > static_cast<std::size_t>(kMaxLayers)) {
    return Error{ErrorCode::kInvalidArgument, "a source offers 1 to 16 layers"};
  }
  for (const Layer& layer : source.layers) {
    if (!inRange(layer)) {
      return Error{ErrorCode::kInvalidArgument,
                   "a layer needs spatial and temporal from 0 to 3, a size up to 16384, a frame rate up to 1000 and a bitrate"};
    }
    const auto same = [&](const Layer& other) { return other.spatial == layer.spatial && other.temporal == layer.temporal; };
    if (std::count_if(source.layers.begin(), source.layers.end(), same) > 1) {
      return Error{ErrorCode::kInvalidArgument, "two layers have the same spatial and temporal index"};
    }
  }
  Catalogue catalogue;
  catalogue.source_ = std::move(source);
  for (const Layer& layer : catalogue.source_.layers) catalogue.stated_[indexOf(layer.spatial, layer.temporal)] = layer.bitrate;
  catalogue.sort();
  return catalogue;
}

void Catalogue::sort() {
  std::sort(source_.layers.begin(), source_.layers.end(), [](const Layer& a, const Layer& b) {
    if (a.bitrate != b.bitrate) return a.bitrate < b.bitrate;
    return a.spatial != b.spatial ? a.spatial < b.spatial : a.temporal < b.temporal;
  });
}

std::optional<std::size_t> Catalogue::find(int spatial, int temporal) const {
  for (std::size_t i = 0; i < source_.layers.size(); ++i) {
    if (source_.layers[i].spatial == spatial && source_.layers[i].temporal == temporal) return i;
  }
  return std::nullopt;
}

bool Catalogue::measured(int spatial, int temporal, DataRate bitrate) {
  const auto at = find(spatial, temporal);
  if (!at) return false;
  DataRate& known = source_.layers[*at].bitrate;
  const std::int64_t way = bitrate.toBitsPerSecond() - known.toBitsPerSecond();
  const std::int64_t next = known.toBitsPerSecond() + way / (way > 0 ? 2 : 16);
  const std::int64_t least = stated_[indexOf(spatial, temporal)].toBitsPerSecond() / 3 + 1;
  known = DataRate::bitsPerSecond(std::clamp<std::int64_t>(next, least, kMaxLayerRate.toBitsPerSecond()));
  sort();
  return true;
}

void DecodeCost::observe(Codec codec, Resolution resolution, std::int64_t frames, Duration time) {
  if (frames < 5 || resolution.empty() || time <= Duration::zero()) return;
  const double measured = static_cast<double>(time.toMicros()) * 1000 / (static_cast<double>(frames) * static_cast<double>(resolution.pixels()));
  double& known = nanos_per_pixel_[static_cast<std::size_t>(codec)];
  known += (std::clamp(measured, 0.01, 1000.0) - known) * 0.2;
}

std::int64_t DecodeCost::of(Codec codec, const Layer& layer) const {
  const double pixels = static_cast<double>(layer.resolution.pixels()) * static_cast<double>(layer.frame_rate.toMillihertz()) / 1000;
  return static_cast<std::int64_t>(pixels * nanos_per_pixel_[static_cast<std::size_t>(codec)] / 1000 + 0.5);
}

}  // namespace tessera::layers
