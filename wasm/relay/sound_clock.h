// SPDX-License-Identifier: Apache-2.0
// Where on a sound device's time line a packet belongs: maps our clock to the device's samples, and keeps packets seamless.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "wasm/base/units.h"

namespace tessera::relay {

class SoundClock {
 public:
  static constexpr std::int64_t kSampleRate = 48'000;
  // Packets stay seamless until they are so many samples away from where they belong: 15 ms.
  static constexpr std::int64_t kTolerance = 720;

  // The device has come to sample `position`, told just now. Told late at times, so the earliest of the last seconds count.
  void played(Timestamp now, std::int64_t position) {
    const std::int64_t origin = now.toMicros() - position * 1'000'000 / kSampleRate;
    if (!started_ || now - since_ > Duration::seconds(5)) {
      before_ = started_ ? least_ : origin;
      least_ = origin;
      since_ = now;
      started_ = true;
    }
    least_ = std::min(least_, origin);
  }
  bool started() const { return started_; }

  // The sample from which a packet of `samples` is to be played that is due at `due`.
  std::int64_t place(Timestamp due, std::int64_t samples) {
    const std::int64_t wanted = (due.toMicros() - std::min(least_, before_)) * kSampleRate / 1'000'000;
    const std::int64_t off = wanted - end_;
    const std::int64_t at = off > kTolerance || off < -kTolerance ? wanted : end_;
    if (at != end_) ++jumps_;
    end_ = at + samples;
    return at;
  }
  // How often the sound was not seamless.
  int jumps() const { return jumps_; }

 private:
  bool started_ = false;
  std::int64_t least_ = 0, before_ = 0;  // our clock's microseconds at sample 0
  std::int64_t end_ = std::numeric_limits<std::int64_t>::min() / 4;
  Timestamp since_;
  int jumps_ = 0;
};

}  // namespace tessera::relay
