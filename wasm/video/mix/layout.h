// SPDX-License-Identifier: Apache-2.0
// Where each tile of a mixed picture lies: layouts as pure functions of the picture's size and how many there are.
#pragma once

#include <cstdint>
#include <vector>

#include "wasm/base/units.h"

namespace tessera::video {

// In pixels of the mixed picture; all four even, so that chroma samples are never shared.
struct Rect {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  bool operator==(const Rect&) const = default;
};

enum class LayoutKind : std::uint8_t {
  kGrid,              // all alike
  kSpeaker,           // one large, the others in a strip beside it (below it where the picture is higher than wide)
  kScreen,            // the same with a narrower strip, and the large one in its own proportions
  kPictureInPicture,  // one fills the picture, the others lie small on its lower right
};

constexpr int kMaxTiles = 32;
// The smallest picture that layouts are made for, either side, and the largest.
constexpr int kMinMixSide = 64;
constexpr int kMaxMixSide = 4096;

struct LayoutRequest {
  LayoutKind kind = LayoutKind::kGrid;
  Resolution size{};             // of the mixed picture: even, within the limits above
  int count = 0;                 // 0 to kMaxTiles
  int featured = 0;              // index of the large one; outside 0..count-1 everything is a grid
  double featured_aspect = 0.0;  // width / height of its picture, for kScreen; 0: 16:9
};

// One rectangle for each tile, in order. They lie inside the picture and, the featured one of kPictureInPicture aside, apart
// from each other; all but the featured are of one size and as near 16:9 as even sides can be.
std::vector<Rect> layOut(const LayoutRequest& request);

}  // namespace tessera::video
