// SPDX-License-Identifier: Apache-2.0
// What one socket's way carries, from the rate and the delay of the acknowledgements.
//
// Without trouble there is no limit. When acknowledgements come late twice in a row, or stay away, what arrived over the last
// second is what the way carries: the limit falls to 85 % of it, holds for a second, and climbs again, faster the longer all is well.
#pragma once

#include <limits>

#include "wasm/relay/send_window.h"

namespace tessera::relay {

inline constexpr DataRate kNoLimit = DataRate::bitsPerSecond(std::numeric_limits<std::int64_t>::max() / 4);

class Bandwidth {
 public:
  // After each acknowledgement, and every 50 to 250 ms besides. `now` never goes back.
  void update(Timestamp now, const SendWindow& window, bool acknowledgement);
  DataRate limit() const { return limit_; }

 private:
  DataRate limit_ = kNoLimit;
  int late_ = 0;  // acknowledgements in a row
  Timestamp trouble_;
  Timestamp updated_;
  bool troubled_ = false;
};

}  // namespace tessera::relay
