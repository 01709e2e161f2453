// SPDX-License-Identifier: Apache-2.0
// First in, first out, tail drop.
#include "wasm/layers/simulator/link.h"

#include <algorithm>

namespace tessera::layers {

std::optional<Link::Delivery> Link::send(Timestamp now, std::int64_t bits) {
  while (!queue_.empty() && queue_.front().first <= now) {
    queued_ -= queue_.front().second;
    queue_.pop_front();
  }
  if (queued_ > 0 && queued_ + bits > options_.queue_bits) return std::nullopt;
  Delivery delivery;
  delivery.begins = std::max(busy_until_, now) + options_.delay;
  busy_until_ = trace_.finish(std::max(busy_until_, now), bits);
  queue_.emplace_back(busy_until_, bits);
  queued_ += bits;
  delivery.at = busy_until_ + options_.delay;
  delivery.lost = random_.chance(static_cast<std::uint32_t>(options_.loss_per_mille), 1000);
  return delivery;
}

Duration Link::queueDelay(Timestamp now) const { return busy_until_ > now ? busy_until_ - now : Duration::zero(); }

}  // namespace tessera::layers
