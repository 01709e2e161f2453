// SPDX-License-Identifier: Apache-2.0
// Which frames of one layered video can still be decoded, given which were passed on and which were not.
//
// Knows nothing but the flags of the frames: a key frame begins its spatial layer, a switching point its temporal one, and a
// spatial layer needs the one below it in the same picture.
#pragma once

#include <array>
#include <cstdint>

#include "wasm/relay/frame.h"

namespace tessera::relay {

class LayerState {
 public:
  // Whether who has everything that was taken so far can decode this frame.
  bool decodable(const FrameHeader& frame) const;
  // To be called once for each frame, in order, with what became of it.
  void taken(const FrameHeader& frame);
  void dropped(const FrameHeader& frame);
  // True while nothing of this spatial layer can be decoded until a key frame of it comes.
  bool broken(int spatial) const { return valid_[static_cast<std::size_t>(spatial)] < 0; }

 private:
  std::array<int, kSpatialLayers> valid_ = {-1, -1, -1, -1};  // the highest temporal layer whose past is complete
  std::array<std::uint64_t, kSpatialLayers> taken_{};         // timestamp + 1 of the last frame taken, 0: none
};

}  // namespace tessera::relay
