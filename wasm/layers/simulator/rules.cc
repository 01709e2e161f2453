// SPDX-License-Identifier: Apache-2.0
// The rules of LiveKit, Jitsi, mediasoup and Janus.
#include "wasm/layers/simulator/rules.h"

#include <algorithm>
#include <numeric>

namespace tessera::layers {
namespace {

std::int64_t bitsOf(const SceneSource& source, Pick pick) {
  return pick < 0 ? 0 : source.source.layers[static_cast<std::size_t>(pick)].bitrate.toBitsPerSecond();
}

// Indices of the scene, the most important first.
template <class Important>
std::vector<std::size_t> ordered(const Scene& scene, Important important) {
  std::vector<std::size_t> order(scene.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return important(scene[a]) > important(scene[b]); });
  return order;
}

// Takes `pick` for the source if the difference fits.
bool take(const SceneSource& source, Pick& now, Pick pick, std::int64_t& left) {
  const std::int64_t more = bitsOf(source, pick) - bitsOf(source, now);
  if (more > left) return false;
  left -= more;
  now = pick;
  return true;
}

std::vector<Pick> liveKit(const Scene& scene, std::int64_t left) {
  std::vector<Pick> picks(scene.size(), -1);
  const auto order = ordered(scene, [](const SceneSource& s) { return s.source.content == Content::kScreen ? 255 : 1; });
  for (int spatial = 0; spatial <= kMaxSpatial; ++spatial) {
    for (int temporal = 0; temporal <= kMaxTemporal; ++temporal) {
      for (const std::size_t i : order) {
        const Pick most = ceilingOf(scene[i]);
        for (Pick pick = 0; pick <= most; ++pick) {
          const Layer& layer = scene[i].source.layers[static_cast<std::size_t>(pick)];
          if (layer.spatial == spatial && layer.temporal == temporal) take(scene[i], picks[i], pick, left);
        }
      }
    }
  }
  return picks;
}

std::vector<Pick> jitsi(const Scene& scene, std::int64_t left) {
  constexpr int kPreferredHeight = 360;
  std::vector<Pick> picks(scene.size(), -1);
  const auto order = ordered(scene, [](const SceneSource& s) { return s.tile.pinned ? 2 : s.tile.speaking ? 1 : 0; });
  const bool stage = std::any_of(scene.begin(), scene.end(), [](const SceneSource& s) { return s.tile.pinned; });
  // The layers to consider, one by one from below.
  const auto next = [&](std::size_t i, Pick from) {
    const auto& layers = scene[i].source.layers;
    const Pick most = ceilingOf(scene[i]);
    for (Pick pick = from + 1; pick <= most; ++pick) {
      const Layer& layer = layers[static_cast<std::size_t>(pick)];
      const bool slow = stage && layer.resolution.height > kPreferredHeight && layer.frame_rate < FrameRate::perSecond(30) && scene[i].source.content == Content::kCamera;
      if (!slow) return pick;
    }
    return Pick{-1};
  };
  for (bool more = true; more;) {
    more = false;
    for (const std::size_t i : order) {
      const bool eager = stage && scene[i].tile.pinned;
      for (;;) {
        const Pick pick = next(i, picks[i]);
        if (pick < 0 || !take(scene[i], picks[i], pick, left)) break;
        more = true;
        const Layer& layer = scene[i].source.layers[static_cast<std::size_t>(pick)];
        if (!eager || layer.resolution.height >= kPreferredHeight) break;
      }
    }
  }
  return picks;
}

std::vector<Pick> mediasoup(const Scene& scene, std::int64_t left) {
  const auto priority = [](const SceneSource& s) { return s.tile.pinned ? 3 : s.tile.speaking || s.source.content == Content::kScreen ? 2 : 1; };
  std::vector<Pick> picks(scene.size(), -1);
  const auto order = ordered(scene, priority);
  bool base = true;
  for (bool more = true; more; base = false) {
    more = false;
    for (const std::size_t i : order) {
      for (int turn = 0; turn < (base ? 1 : priority(scene[i])); ++turn) {
        if (picks[i] >= ceilingOf(scene[i]) || !take(scene[i], picks[i], picks[i] + 1, left)) break;
        more = true;
      }
    }
  }
  return picks;
}

std::vector<Pick> janus(const Scene& scene, std::int64_t bits) {
  const auto sum = [&](const std::vector<Pick>& picks) {
    std::int64_t total = 0;
    for (std::size_t i = 0; i < scene.size(); ++i) total += bitsOf(scene[i], picks[i]);
    return total;
  };
  for (int spatial = kMaxSpatial; spatial >= 0; --spatial) {
    for (int temporal = kMaxTemporal; temporal >= 0; --temporal) {
      std::vector<Pick> picks;
      for (const SceneSource& source : scene) {
        Pick best = -1;
        if (source.tile.visible) {
          best = 0;
          for (std::size_t l = 0; l < source.source.layers.size(); ++l) {
            const Layer& layer = source.source.layers[l];
            if (layer.spatial <= spatial && layer.temporal <= temporal) best = static_cast<Pick>(l);
          }
        }
        picks.push_back(best);
      }
      if (sum(picks) <= bits) return picks;
    }
  }
  // Not even the lowest for all: for as many as it reaches.
  std::vector<Pick> picks(scene.size(), -1);
  for (std::size_t i = 0; i < scene.size(); ++i) {
    if (scene[i].tile.visible) take(scene[i], picks[i], 0, bits);
  }
  return picks;
}

}  // namespace

Pick ceilingOf(const SceneSource& source) {
  if (!source.tile.visible || source.tile.size.empty()) return -1;
  const auto& layers = source.source.layers;
  int spatial = -1;
  Pick best = -1;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    // The first size that covers the tile, and all its frame rates.
    if (spatial >= 0 && layers[i].spatial > spatial) break;
    best = static_cast<Pick>(i);
    const bool covers = layers[i].resolution.width >= source.tile.size.width || layers[i].resolution.height >= source.tile.size.height;
    if (covers && spatial < 0) spatial = layers[i].spatial;
  }
  return best;
}

std::vector<Pick> divide(Rule rule, const Scene& scene, std::int64_t bits) {
  switch (rule) {
    case Rule::kLiveKit: return liveKit(scene, bits);
    case Rule::kJitsi: return jitsi(scene, bits);
    case Rule::kMediasoup: return mediasoup(scene, bits);
    case Rule::kJanus: return janus(scene, bits);
  }
  return {};
}

}  // namespace tessera::layers
