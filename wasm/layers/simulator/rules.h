// SPDX-License-Identifier: Apache-2.0
// How others divide a downlink, written anew from their own descriptions, each given the most favourable reading.
//
// LiveKit    livekit/livekit, pkg/sfu/streamallocator: when the channel is deficient, layer after layer from the lowest
//            (spatial, then temporal within it), every track in order of priority (screen shares first) takes the layer if
//            what it costs more still fits. A track's highest layer follows from the tile's size (adaptive stream): the
//            smallest picture not smaller than the tile. Pausing is allowed, as its `allow_pause`.
// Jitsi      jitsi/jitsi-videobridge, doc/allocation.md: sources in order (selected, then speaking, then the rest), each
//            turn improves each source by one layer as long as that fits; with a source on stage (a pinned one) that source
//            first goes straight up to 360 lines, and pictures above that need the full frame rate. A tile's height is the
//            highest picture's.
// mediasoup  versatica/mediasoup, worker/src/RTC/Transport.cpp, DistributeAvailableOutgoingBitrate: by priority, first one
//            layer each, then as many layers at a turn as the priority says, until nothing fits. Preferred layers by the
//            tile's size, and priorities 3 for pinned, 2 for speaking or a screen, 1 otherwise, as an application would set.
// Janus      meetecho/janus-gateway, VideoRoom's `substream` and `temporal`: fixed. Statically the best single pair for all
//            that fits is taken, as if an operator had known the link; dynamically the substream follows the tile's size
//            and nothing follows the link.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "wasm/layers/simulator/scene.h"

namespace tessera::layers {

enum class Rule : std::uint8_t { kLiveKit, kJitsi, kMediasoup, kJanus };
inline constexpr int kRules = 4;

constexpr std::string_view toString(Rule rule) {
  switch (rule) {
    case Rule::kLiveKit: return "livekit";
    case Rule::kJitsi: return "jitsi";
    case Rule::kMediasoup: return "mediasoup";
    case Rule::kJanus: return "janus";
  }
  return "janus";
}

// The place of a layer in a source's layers; -1: nothing.
using Pick = int;

// Every source's layers have to be in rising order of (spatial, temporal). Gives one pick for each, within `bits`.
std::vector<Pick> divide(Rule rule, const Scene& scene, std::int64_t bits);
// The layer that a tile of this size is given where there is no limit; -1 for a tile that nobody sees.
Pick ceilingOf(const SceneSource& source);

}  // namespace tessera::layers
