// SPDX-License-Identifier: Apache-2.0
// Keeps, for each spatial layer, the highest temporal layer whose past is complete.
#include "wasm/relay/layer_state.h"

#include <algorithm>

namespace tessera::relay {

bool LayerState::decodable(const FrameHeader& frame) const {
  const std::size_t s = frame.spatial;
  if (s > 0 && taken_[s - 1] != frame.timestamp + 1) return false;
  if (frame.key) return true;
  const int valid = valid_[s];
  return valid >= 0 && (frame.temporal <= valid || (frame.switching && frame.temporal == valid + 1));
}

void LayerState::taken(const FrameHeader& frame) {
  const std::size_t s = frame.spatial;
  taken_[s] = frame.timestamp + 1;
  if (frame.key) {
    valid_[s] = kTemporalLayers;
    // What lay above was predicted from pictures that count no more.
    std::fill(valid_.begin() + static_cast<std::ptrdiff_t>(s) + 1, valid_.end(), -1);
  } else {
    valid_[s] = std::max<int>(valid_[s], frame.temporal);
  }
}

void LayerState::dropped(const FrameHeader& frame) {
  if (frame.unreferenced) return;
  int& valid = valid_[frame.spatial];
  valid = std::min<int>(valid, frame.temporal - 1);
}

}  // namespace tessera::relay
