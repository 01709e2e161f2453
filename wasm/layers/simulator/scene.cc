// SPDX-License-Identifier: Apache-2.0
// Makes rooms and divides windows.
#include "wasm/layers/simulator/scene.h"

#include <algorithm>
#include <array>

#include "wasm/layers/demand.h"

namespace tessera::layers {
namespace {

// What the lower frame rates cost of the full one, for one, two and three temporal layers.
constexpr std::array<std::array<double, 3>, 3> kTemporalShare = {{{1, 0, 0}, {0.6, 1, 0}, {0.4, 0.65, 1}}};

DataRate wholeKilobits(double bits) { return DataRate::kilobitsPerSecond(std::max<std::int64_t>(20, static_cast<std::int64_t>(bits / 1000 + 0.5))); }

Tile tileOf(int width, int height) { return Tile{.size = {std::max(width, 16), std::max(height, 9)}}; }

}  // namespace

Source cameraSource(int spatial_layers, int temporal_layers, double factor) {
  Source source;
  for (int s = 0; s < spatial_layers; ++s) {
    const int scale = 1 << (spatial_layers - 1 - s);
    const Resolution resolution{1280 / scale, 720 / scale};
    const double full = static_cast<double>(goodBitrate(Content::kCamera, resolution, FrameRate::perSecond(30)).toBitsPerSecond()) * factor;
    for (int t = 0; t < temporal_layers; ++t) {
      Layer layer;
      layer.spatial = s;
      layer.temporal = t;
      layer.resolution = resolution;
      layer.frame_rate = FrameRate::millihertz(30'000 >> (temporal_layers - 1 - t));
      layer.bitrate = wholeKilobits(full * kTemporalShare[static_cast<std::size_t>(temporal_layers - 1)][static_cast<std::size_t>(t)]);
      source.layers.push_back(layer);
    }
  }
  return source;
}

Source screenSource(double factor) {
  Source source;
  source.content = Content::kScreen;
  source.switching = Switching::kAnyFrame;
  for (int t = 0; t < 3; ++t) {
    Layer layer;
    layer.temporal = t;
    layer.resolution = {1920, 1080};
    layer.frame_rate = FrameRate::millihertz(std::array{5'000, 15'000, 30'000}[static_cast<std::size_t>(t)]);
    layer.bitrate = wholeKilobits(static_cast<double>(goodBitrate(Content::kScreen, layer.resolution, layer.frame_rate).toBitsPerSecond()) * factor * 0.5);
    source.layers.push_back(layer);
  }
  return source;
}

void arrange(Scene& scene, Layout layout, Resolution window) {
  const int n = static_cast<int>(scene.size());
  if (n == 0) return;
  const auto grid = [&](int from, int width, int height) {
    const int count = n - from;
    if (count <= 0) return;
    int columns = 1;
    // The columns that make 16:9 tiles largest.
    double best = 0;
    for (int c = 1; c <= count; ++c) {
      const int rows = (count + c - 1) / c;
      const double side = std::min(width / static_cast<double>(c), height / static_cast<double>(rows) * 16 / 9);
      if (side > best) {
        best = side;
        columns = c;
      }
    }
    const int rows = (count + columns - 1) / columns;
    const int tile_width = static_cast<int>(std::min(width / static_cast<double>(columns), height / static_cast<double>(rows) * 16 / 9));
    for (int i = from; i < n; ++i) scene[static_cast<std::size_t>(i)].tile = tileOf(tile_width, tile_width * 9 / 16);
  };
  for (SceneSource& source : scene) source.tile = Tile{};
  switch (layout) {
    case Layout::kGrid: grid(0, window.width, window.height); break;
    case Layout::kStage:
    case Layout::kScreenShare: {
      const int strip = window.height / 5;
      scene[0].tile = tileOf(window.width, window.height - strip);
      grid(1, window.width, strip);
      scene[0].tile.pinned = true;
      break;
    }
    case Layout::kSpotlight:
      scene[0].tile = tileOf(window.width * 3 / 4, window.height);
      grid(1, window.width / 4, window.height);
      break;
  }
}

Scene randomScene(Random& random, int tiles) {
  constexpr std::array<Resolution, 5> kWindows = {{{1280, 720}, {1920, 1080}, {2560, 1440}, {1170, 2532}, {1024, 768}}};
  const auto layout = static_cast<Layout>(random.below(kLayouts));
  Scene scene;
  for (int i = 0; i < tiles; ++i) {
    SceneSource source;
    source.id = "source-" + std::to_string(i);
    const double factor = 0.6 + 0.9 * random.unit();
    if (i == 0 && layout == Layout::kScreenShare) {
      source.source = screenSource(factor);
    } else {
      const std::uint32_t make = random.below(8);
      source.source = cameraSource(make == 0 ? 1 : make == 1 ? 2 : 3, 1 + static_cast<int>(random.below(3)), factor);
    }
    scene.push_back(std::move(source));
  }
  arrange(scene, layout, kWindows[random.below(kWindows.size())]);
  const std::uint32_t speaker = random.below(static_cast<std::uint32_t>(tiles) + 1);
  if (speaker < static_cast<std::uint32_t>(tiles)) scene[speaker].tile.speaking = true;
  return scene;
}

SceneProblem problemOf(const Scene& scene, const UtilityOptions& options) {
  SceneProblem result;
  result.first.push_back(0);
  for (const SceneSource& item : scene) {
    std::vector<Layer> layers = item.source.layers;
    std::sort(layers.begin(), layers.end(), [](const Layer& a, const Layer& b) { return a.bitrate < b.bitrate; });
    const auto add = [&](int spatial, int temporal, std::int64_t bits, std::int64_t utility) {
      result.options.push_back({(bits + 999) / 1000 * 1000, utility, 0});
      result.spatial.push_back(static_cast<std::int8_t>(spatial));
      result.temporal.push_back(static_cast<std::int8_t>(temporal));
    };
    add(-1, -1, 0, 0);
    add(-2, -2, layers.front().bitrate.toBitsPerSecond() / 10, utilityOfStill(options, item.tile, item.source.content, layers.front()));
    for (const Layer& layer : layers) add(layer.spatial, layer.temporal, layer.bitrate.toBitsPerSecond(), utilityOf(options, item.tile, item.source.content, layer));
    result.first.push_back(static_cast<std::uint32_t>(result.options.size()));
  }
  return result;
}

}  // namespace tessera::layers
