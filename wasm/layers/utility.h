// SPDX-License-Identifier: Apache-2.0
// How much a layer is worth in a tile: the one function that everything else maximises the sum of.
//
//   utility = 1,000,000 * role * size * sharpness * motion
//
//   role       1; times speaker_weight for who speaks; times pinned_weight for what is pinned; times screen_weight for a screen
//   size       sqrt(tile's area / 640x360): a tile of four times the area counts twice
//   sharpness  of r = sqrt(layer's pixels / tile's pixels), 1 at most, since pixels beyond the tile's are never seen:
//              camera r(2-r): forgiving; screen r²(3-2r): text is legible only near 1; detail the mean of both
//   motion     of f = frame rate / the rate the content needs, 1 at most: floor + (1 - floor) f(2-f), where `floor` is
//              what a picture that hardly moves is still worth; lower for a speaker, high for a screen
//
// All of it is continuous in every input and rises with resolution and frame rate. Only additions, multiplications,
// divisions and square roots are used, which IEEE 754 rounds alike everywhere: native and WebAssembly agree to the bit.
#pragma once

#include "wasm/layers/types.h"

namespace tessera::layers {

struct UtilityOptions {
  double speaker_weight = 1.6;  // 0.1..100
  double pinned_weight = 4;     // 0.1..100
  double screen_weight = 2;     // 0.1..100
  double camera_frame_rate = 30;
  double screen_frame_rate = 10;
  double camera_motion_floor = 0.4;   // 0..1
  double speaker_motion_floor = 0.3;  // 0..1
  double screen_motion_floor = 0.8;   // 0..1
  double still_value = 0.12;          // what a still is worth beside a smooth video of the same sharpness, 0..1

  bool operator==(const UtilityOptions&) const = default;
};

inline constexpr double kUtilityScale = 1e6;
// Above it nothing is counted: keeps sums of many tiles within 2^53.
inline constexpr double kMaxUtility = 1e12;

// Millionths; 0 for a tile that is not visible or has no area.
std::int64_t utilityOf(const UtilityOptions& options, const Tile& tile, Content content, const Layer& layer);
// Of the frame that is kept on screen, taken at `layer`.
std::int64_t utilityOfStill(const UtilityOptions& options, const Tile& tile, Content content, const Layer& layer);
// Of a perfect picture in this tile.
std::int64_t utilityOfPerfection(const UtilityOptions& options, const Tile& tile, Content content);

}  // namespace tessera::layers
