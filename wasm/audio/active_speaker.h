// SPDX-License-Identifier: Apache-2.0
// Decides whose picture is to be large: the one who speaks, and not whoever coughs.
#pragma once

#include <array>
#include <span>

#include "wasm/audio/block.h"

namespace tessera::audio {

// Somebody takes over after having been the loudest, by 4 dB over the active speaker, for half a second longer than not; if
// nobody is active, after 150 ms. Whoever has been silent for 2 s is not active any more.
class ActiveSpeaker {
 public:
  static constexpr int kNobody = -1;

  // `block_seconds`: the time between two calls of next().
  void start(float block_seconds);

  // The mean square of each input now, 0 where nobody speaks. Gives the active speaker's index or kNobody.
  int next(std::span<const float, kMaxInputs> levels);

  // `index` is somebody else, or nobody, from now on.
  void forget(int index);

  int current() const { return current_; }

 private:
  float block_seconds_ = 0.0f;
  int current_ = kNobody;
  float silent_seconds_ = 0.0f;
  std::array<float, kMaxInputs> lead_seconds_{};
};

}  // namespace tessera::audio
