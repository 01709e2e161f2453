// SPDX-License-Identifier: Apache-2.0
// A bottleneck: a queue of limited length in front of a link that carries what a trace says, with delay and random loss.
#pragma once

#include <deque>
#include <optional>

#include "wasm/base/random.h"
#include "wasm/layers/simulator/trace.h"

namespace tessera::layers {

struct LinkOptions {
  Duration delay = Duration::millis(30);      // one way
  std::int64_t queue_bits = 64 * 1024 * 8;    // what comes when it is full is dropped
  int loss_per_mille = 2;                     // of what got through the queue
};

class Link {
 public:
  Link(Trace trace, LinkOptions options, std::uint64_t seed) : trace_(std::move(trace)), options_(options), random_(seed) {}

  struct Delivery {
    Timestamp begins;  // its first bit arrives
    Timestamp at;      // its last
    bool lost = false;  // on the way: the receiver misses it and has it sent again
  };
  // Puts `bits` into the queue. `now` never goes back. Nothing: the queue was full.
  std::optional<Delivery> send(Timestamp now, std::int64_t bits);
  // How long what is sent now would wait.
  Duration queueDelay(Timestamp now) const;
  const Trace& trace() const { return trace_; }
  void setTrace(Trace trace) { trace_ = std::move(trace); }
  // For what comes from now on.
  void setQueue(std::int64_t bits) { options_.queue_bits = bits; }
  const LinkOptions& options() const { return options_; }

 private:
  Trace trace_;
  LinkOptions options_;
  Random random_;
  Timestamp busy_until_;
  std::deque<std::pair<Timestamp, std::int64_t>> queue_;  // when each will have gone through
  std::int64_t queued_ = 0;
};

}  // namespace tessera::layers
