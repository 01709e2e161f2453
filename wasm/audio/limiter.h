// SPDX-License-Identifier: Apache-2.0
// Keeps a signal within full scale by turning it down shortly before a peak, never by cutting the peak off.
#pragma once

#include "wasm/audio/block.h"

namespace tessera::audio {

// Up to this peak nothing is changed, bit for bit.
inline constexpr float kLimiterKnee = 0.7f;
// What no sample ever exceeds.
inline constexpr float kLimiterCeiling = 0.985f;

// The gain for a peak: 1 up to the knee, above it such that the result bends towards the ceiling.
float limiterGain(float peak);

// One channel's look-ahead limiter. Its delay is its look-ahead: as many whole segments as fit into about 4 ms, 128 samples at
// 48 kHz. The gain is a chain of straight lines that is down in time for every peak, and comes back within some 150 ms.
class Limiter {
 public:
  static constexpr int kMostSegments = kBlock / kSegment;

  // Samples of delay at `sample_rate` (in Hz, 8000 to 192000).
  static int latency(float sample_rate);

  // Must be called before anything else; forgets everything.
  void start(float sample_rate);

  // One block in, the block `latency` samples earlier out. `in` and `out` must not overlap. Samples must be finite.
  void process(const Block& in, Block& out);

 private:
  float nextGain() const;

  int segments_ = kMostSegments;
  float release_ = 0.0f;  // of what is missing to 1, regained in each segment
  float gain_ = 1.0f;     // at the end of the last segment given out
  // A ring: what is delayed, and the gain that each segment of it needs.
  int at_ = 0;
  std::array<float, kMostSegments + 1> needed_{};
  std::array<std::array<float, kSegment>, kMostSegments> delayed_{};
};

}  // namespace tessera::audio
