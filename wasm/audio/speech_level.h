// SPDX-License-Identifier: Apache-2.0
// How loud an input is, and whether that is somebody speaking or the noise of the room.
#pragma once

namespace tessera::audio {

// Levels are mean squares: 1 is a square wave at full scale, 0.5 a sine (-3 dBFS).
class SpeechLevel {
 public:
  // `block_seconds`: the time between two calls of add().
  void start(float block_seconds);

  // One block's mean square; finite.
  void add(float mean_square);

  // The level now: rises within some 20 ms, falls within some 150 ms.
  float level() const { return level_; }

  // Above -50 dBFS and 9 dB above the noise. That is the least level in pauses of a tenth of a second, and rises by 3 dB a second.
  bool speaking() const { return speaking_; }

 private:
  float attack_ = 0.0f;
  float release_ = 0.0f;
  float noise_rise_ = 1.0f;
  float level_ = 0.0f;
  float quick_ = 0.0f;  // falls as fast as it rises, so that short pauses show
  float noise_ = 0.0f;
  bool speaking_ = false;
};

}  // namespace tessera::audio
