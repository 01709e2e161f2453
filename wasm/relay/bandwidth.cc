// SPDX-License-Identifier: Apache-2.0
// Falls to what arrives, climbs by time.
#include "wasm/relay/bandwidth.h"

#include <algorithm>

namespace tessera::relay {
namespace {

constexpr Duration kLate = Duration::millis(70);
constexpr Duration kMissing = Duration::millis(110);
constexpr Duration kCalm = Duration::millis(40);
constexpr Duration kHold = Duration::seconds(1);
constexpr Duration kSlowClimb = Duration::seconds(6);
constexpr DataRate kLeast = DataRate::kilobitsPerSecond(60);
// Above this there is no video that would need it.
constexpr DataRate kPlenty = DataRate::kilobitsPerSecond(50'000);

}  // namespace

void Bandwidth::update(Timestamp now, const SendWindow& window, bool acknowledgement) {
  if (acknowledgement) late_ = window.queueing() > kLate ? late_ + 1 : 0;
  const bool trouble = late_ >= 2 || window.lateness(now) > kMissing;
  const Duration since = now - trouble_;
  const Duration step = now - updated_;
  updated_ = now;
  if (trouble) {
    // One fall a round trip and a bit: what was sent before the last fall tells nothing of it.
    if (troubled_ && since < window.baseRoundTrip() + Duration::millis(300)) return;
    const DataRate arrives = std::max(window.delivered(now), kLeast);
    limit_ = std::min(limit_, std::max(kLeast, DataRate::bitsPerSecond(arrives.toBitsPerSecond() * 85 / 100)));
    trouble_ = now;
    troubled_ = true;
    return;
  }
  if (!troubled_ || since < kHold || window.queueing() > kCalm) return;
  // 12 % a second at first, later twofold.
  const std::int64_t percent = since < kSlowClimb ? 12 : 100;
  const std::int64_t bits = limit_.toBitsPerSecond();
  const std::int64_t micros = std::min(step.toMicros(), std::int64_t{500'000});
  limit_ = DataRate::bitsPerSecond(bits + bits / 100 * percent * micros / 1'000'000 + 1);
  if (limit_ > kPlenty) {
    limit_ = kNoLimit;
    troubled_ = false;
  }
}

}  // namespace tessera::relay
