// SPDX-License-Identifier: Apache-2.0
// Brings everybody to about the same loudness, as a hand on a fader would.
#pragma once

namespace tessera::audio {

// The mean square that speech is brought to: -21 dBFS.
inline constexpr float kRiderTarget = 0.00794f;
// Gains stay within 12 dB either way.
inline constexpr float kRiderLeast = 0.2512f;
inline constexpr float kRiderMost = 3.981f;

// Moves only while somebody speaks, so that pauses do not pump: up by 3 dB a second, down by 12.
class GainRider {
 public:
  // `block_seconds`: the time between two calls of next(). The gain starts at 1.
  void start(float block_seconds);

  // `level`: the input's mean square now, before any gain. Gives the gain to be at when this block ends.
  float next(float level, bool speaking);

  float gain() const { return gain_; }

 private:
  float follow_ = 0.0f;
  float up_ = 1.0f;
  float down_ = 1.0f;
  float loudness_ = 0.0f;  // mean square of speech over about a second; 0 before any
  float gain_ = 1.0f;
};

}  // namespace tessera::audio
