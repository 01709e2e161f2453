// SPDX-License-Identifier: Apache-2.0
// Picks one option for every source so that the sum of utilities is greatest within a budget (the multiple-choice knapsack).
//
// Three steps. Greedy on each source's upper convex hull gives the bound of the linear relaxation and a first solution.
// Fill spends what is left over. Then the exact repair: an option whose loss against the relaxation is at least the gap
// between bound and solution cannot be part of anything better (Pisinger, "A minimal algorithm for the multiple-choice
// knapsack problem", 1995), so a dynamic program runs over the few options that remain, best sources first, within a
// fixed number of states. Nearly always it ends at the exact optimum.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tessera::layers {

struct Option {
  std::int64_t bits = 0;     // per second
  std::int64_t utility = 0;  // millionths, may be negative
  std::int64_t decode = 0;   // microseconds of processor time per second
};

// Source i has the options first[i] .. first[i + 1] - 1 in `options`, in rising order of bits; its first option costs
// nothing. At most 64 options a source. Both spans live only for the call.
struct Problem {
  std::span<const Option> options;
  std::span<const std::uint32_t> first;

  std::size_t sources() const { return first.empty() ? 0 : first.size() - 1; }
};

// Holds its buffers, so that solving again allocates nothing.
class Allocator {
 public:
  // Writes for each source the index of its option, counted from the source's first, into `chosen` (one per source).
  // `bits` and `decode` are never exceeded. A decode budget below 0 is none.
  void solve(const Problem& problem, std::int64_t bits, std::int64_t decode, std::span<std::uint8_t> chosen);

 private:
  struct Step {
    double slope;
    std::uint32_t source;
    std::uint8_t from, to;
  };
  struct Alternative {
    std::int64_t bits;  // more than the base option's
    double loss;
    std::uint8_t option;
  };
  struct Candidate {
    double least_loss;
    std::uint32_t source;
    std::uint32_t first, last;  // in alternatives_
  };
  struct State {
    std::int64_t bits;  // more than all base options together
    double loss;
    std::int32_t parent;
    std::uint8_t option;  // of the candidate at this level; kBase: its base option
  };

  void solveBits(const Problem& problem, std::int64_t bits, std::span<std::uint8_t> chosen);
  void collectSteps(const Problem& problem);
  void fill(const Problem& problem, std::int64_t& left, std::span<std::uint8_t> chosen) const;
  void fillBoth(const Problem& problem, std::int64_t bits, std::int64_t decode, std::span<std::uint8_t> chosen) const;
  void repair(const Problem& problem, std::int64_t left, double slope, std::span<std::uint8_t> chosen);
  void extend(const Candidate& candidate, std::int32_t level_begin, std::int32_t level_end, double gap, std::int64_t left,
              std::int64_t can_free, std::int64_t can_take, double slope);

  std::vector<Step> steps_;
  std::vector<std::uint8_t> base_;
  std::vector<std::uint8_t> closed_;
  std::vector<Alternative> alternatives_;
  std::vector<Candidate> candidates_;
  std::vector<State> states_, merged_, shifted_;
  std::vector<Option> penalised_;
};

}  // namespace tessera::layers
