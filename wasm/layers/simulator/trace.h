// SPDX-License-Identifier: Apache-2.0
// What a link carries over time: measured traces from text, and synthetic ones.
#pragma once

#include <string_view>
#include <vector>

#include "wasm/base/result.h"
#include "wasm/base/units.h"

namespace tessera::layers {

// A rate that is constant from one step to the next and begins again after the last.
class Trace {
 public:
  struct Step {
    Timestamp at;  // the first at 0, rising
    DataRate rate;
  };
  static constexpr std::size_t kMaxSteps = 100'000;

  // `duration`: where it begins again; later than the last step.
  Trace(std::vector<Step> steps, Duration duration);
  // Lines of "seconds Mbit/s" (blanks or tabs between, # begins a comment), in rising order of time, the first counting as 0.
  // Each sample holds until the next, the last for as long as the one before it. Error: it does not parse, holds no sample or
  // more than kMaxSteps, a rate above 100,000, or nothing but zero.
  static Result<Trace> parse(std::string_view text);

  static Trace constant(DataRate rate);
  // One minute: 3 Mbit/s, 0.4 from 20 s to 40 s, 3 again.
  static Trace step();
  // One minute: down from 4 Mbit/s to 0.3 and up again in 60 equal steps.
  static Trace ramp();
  // One minute: 2.5 Mbit/s with nothing at all from 20 s to 23 s and from 45 s to 46 s.
  static Trace outage();
  // Two minutes of a random walk between 0.2 and 6 Mbit/s with a new value every half second, the same for the same seed.
  static Trace walk(std::uint64_t seed);

  DataRate rateAt(Timestamp t) const;
  // The least rate within [t, t + d].
  DataRate leastWithin(Timestamp t, Duration d) const;
  // When `bits` have gone through if the first goes in at `start`.
  Timestamp finish(Timestamp start, std::int64_t bits) const;
  Duration duration() const { return duration_; }
  const std::vector<Step>& steps() const { return steps_; }

 private:
  std::size_t stepAt(Timestamp within) const;
  std::vector<Step> steps_;
  Duration duration_;
};

}  // namespace tessera::layers
