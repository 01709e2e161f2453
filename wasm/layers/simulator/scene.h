// SPDX-License-Identifier: Apache-2.0
// Rooms as people arrange them: who sends what in which layers, and how one receiver's window is divided.
#pragma once

#include <string>
#include <vector>

#include "wasm/base/random.h"
#include "wasm/layers/allocator.h"
#include "wasm/layers/types.h"
#include "wasm/layers/utility.h"

namespace tessera::layers {

struct SceneSource {
  std::string id;
  Source source;
  Tile tile;
};
using Scene = std::vector<SceneSource>;

enum class Layout : std::uint8_t { kGrid, kStage, kScreenShare, kSpotlight };
inline constexpr int kLayouts = 4;

// A camera of 1280x720 in `spatial_layers` sizes (1..3) and `temporal_layers` frame rates (1..3) of 30 a second at most;
// bitrates are good ones times `factor`, whole kilobits.
Source cameraSource(int spatial_layers, int temporal_layers, double factor);
// A screen of 1920x1080 in three frame rates.
Source screenSource(double factor);

// Divides a window of this size (device pixels) among the tiles of `scene`; the first is the large one, pinned where a
// layout has one.
void arrange(Scene& scene, Layout layout, Resolution window);

// A room of `tiles` senders of different makes in some window and layout.
Scene randomScene(Random& random, int tiles);

// The allocator's problem for a scene, as Selector poses it, with every option's bits rounded up to whole kilobits.
struct SceneProblem {
  std::vector<Option> options;
  std::vector<std::uint32_t> first;
  std::vector<std::int8_t> spatial, temporal;  // of each option; -1: nothing, -2: a still

  Problem problem() const { return {options, first}; }
};
SceneProblem problemOf(const Scene& scene, const UtilityOptions& options);

}  // namespace tessera::layers
