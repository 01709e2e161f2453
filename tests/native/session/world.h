// SPDX-License-Identifier: Apache-2.0
// Simulated time: tasks that run in order of their moment, the same for the same seed.
#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "wasm/base/random.h"
#include "wasm/base/units.h"

namespace tessera::session::test {

class World {
 public:
  explicit World(std::uint64_t seed) : rng(seed) {}

  Timestamp now() const { return now_; }
  void after(Duration delay, std::function<void()> task) {
    tasks_.push(Task{now_ + delay, ++count_, std::move(task)});
  }
  void runFor(Duration duration) {
    const Timestamp end = now_ + duration;
    while (!tasks_.empty() && tasks_.top().at <= end) {
      auto task = std::move(const_cast<Task&>(tasks_.top()).run);
      now_ = tasks_.top().at;
      tasks_.pop();
      task();
      ++executed;
    }
    now_ = end;
  }
  Duration between(std::int64_t min_ms, std::int64_t max_ms) {
    return Duration::micros(min_ms * 1000 + rng.below(static_cast<std::uint32_t>((max_ms - min_ms) * 1000 + 1)));
  }

  Random rng;
  std::uint64_t executed = 0;

 private:
  struct Task {
    Timestamp at;
    std::uint64_t order;
    std::function<void()> run;
    bool operator<(const Task& o) const { return at != o.at ? at > o.at : order > o.order; }
  };
  std::priority_queue<Task> tasks_;
  Timestamp now_ = Timestamp::millis(1000);
  std::uint64_t count_ = 0;
};

}  // namespace tessera::session::test
