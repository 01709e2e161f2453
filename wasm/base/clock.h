// SPDX-License-Identifier: Apache-2.0
// Where the time comes from: handed in, so that tests hold it in their hand.
#pragma once

#include "wasm/base/units.h"

namespace tessera {

class Clock {
 public:
  virtual ~Clock() = default;
  // Monotonic; the origin is the implementation's own.
  virtual Timestamp now() const = 0;
};

// Moves only when told to.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(Timestamp start = Timestamp()) : now_(start) {}
  Timestamp now() const override { return now_; }
  void advance(Duration d) { now_ = now_ + d; }
  void set(Timestamp t) { now_ = t; }

 private:
  Timestamp now_;
};

}  // namespace tessera
