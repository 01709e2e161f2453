// SPDX-License-Identifier: Apache-2.0
// The exact repair: a dynamic program over the options that can still be part of something better.
#include <algorithm>
#include <limits>

#include "wasm/layers/allocator.h"

namespace tessera::layers {
namespace {

constexpr std::uint8_t kBase = 255;
// Bounds of the work, far above what typical problems need.
constexpr std::size_t kMaxStates = 200;
constexpr std::size_t kMaxCandidates = 40;
// Losses closer than this are rounding.
constexpr double kTolerance = 0.5;
// Of all utility; nobody sees less, and in large rooms greedy and fill alone come this close.
constexpr double kEnough = 1e-4;

}  // namespace

// Appends the level that follows states_[level_begin, level_end): each state with each of the candidate's options. Of two
// states the one that has more utility for no more bits stands for both.
void Allocator::extend(const Candidate& candidate, std::int32_t level_begin, std::int32_t level_end, double gap, std::int64_t left,
                       std::int64_t can_free, std::int64_t can_take, double slope) {
  const auto useful = [&](const State& state) {
    if (state.loss >= gap || state.bits - can_free > left) return false;
    const std::int64_t unused = left - state.bits - can_take;
    return unused <= 0 || state.loss + slope * static_cast<double>(unused) < gap;
  };
  const auto valueOf = [&](const State& state) { return slope * static_cast<double>(state.bits) - state.loss; };
  merged_.clear();
  for (std::int32_t i = level_begin; i < level_end; ++i) {
    const State next{states_[i].bits, states_[i].loss, i, kBase};
    if (useful(next)) merged_.push_back(next);
  }
  for (std::uint32_t a = candidate.first; a < candidate.last; ++a) {
    const Alternative& alternative = alternatives_[a];
    shifted_.clear();
    std::size_t m = 0;
    double best = -std::numeric_limits<double>::infinity();
    const auto keep = [&](const State& state) {
      const double value = valueOf(state);
      if (value <= best) return;
      best = value;
      shifted_.push_back(state);
    };
    for (std::int32_t i = level_begin; i < level_end; ++i) {
      const State next{states_[i].bits + alternative.bits, states_[i].loss + alternative.loss, i, alternative.option};
      if (!useful(next)) continue;
      for (; m < merged_.size() && merged_[m].bits <= next.bits; ++m) keep(merged_[m]);
      keep(next);
    }
    for (; m < merged_.size(); ++m) keep(merged_[m]);
    merged_.swap(shifted_);
  }
  if (merged_.size() > kMaxStates) {
    // The most promising stay, in their order.
    shifted_.assign(merged_.begin(), merged_.end());
    std::nth_element(shifted_.begin(), shifted_.begin() + kMaxStates, shifted_.end(), [](const State& a, const State& b) { return a.loss < b.loss; });
    const double limit = shifted_[kMaxStates].loss;
    std::erase_if(merged_, [&](const State& state) { return state.loss >= limit; });
  }
  states_.insert(states_.end(), merged_.begin(), merged_.end());
}

// `left`: bits that the base options leave. `slope`: utility per bit at which the relaxation stops.
void Allocator::repair(const Problem& problem, std::int64_t left, double slope, std::span<std::uint8_t> chosen) {
  const std::size_t sources = problem.sources();
  const auto lossOf = [&](std::size_t source, std::uint32_t option) {
    const Option& base = problem.options[problem.first[source] + base_[source]];
    const Option& other = problem.options[problem.first[source] + option];
    return std::max(0.0, slope * static_cast<double>(other.bits - base.bits) - static_cast<double>(other.utility - base.utility));
  };
  std::int64_t used = 0;
  double gap = 0;
  double enough = 0;
  for (std::size_t i = 0; i < sources; ++i) {
    enough += kEnough * static_cast<double>(problem.options[problem.first[i] + base_[i]].utility);
    if (chosen[i] == base_[i]) continue;
    gap += lossOf(i, chosen[i]);
    used += problem.options[problem.first[i] + chosen[i]].bits - problem.options[problem.first[i] + base_[i]].bits;
  }
  gap += slope * static_cast<double>(left - used) - kTolerance;
  if (gap <= enough) return;

  alternatives_.clear();
  candidates_.clear();
  for (std::uint32_t i = 0; i < sources; ++i) {
    const auto begin = static_cast<std::uint32_t>(alternatives_.size());
    double least = gap;
    const std::uint32_t count = problem.first[i + 1] - problem.first[i];
    const Option& base = problem.options[problem.first[i] + base_[i]];
    for (std::uint32_t option = 0; option < count; ++option) {
      if (option == base_[i]) continue;
      const double loss = lossOf(i, option);
      if (loss >= gap) continue;
      least = std::min(least, loss);
      alternatives_.push_back({problem.options[problem.first[i] + option].bits - base.bits, loss, static_cast<std::uint8_t>(option)});
    }
    const auto end = static_cast<std::uint32_t>(alternatives_.size());
    if (end > begin) candidates_.push_back({least, i, begin, end});
  }
  if (candidates_.empty()) return;
  std::sort(candidates_.begin(), candidates_.end(), [](const Candidate& a, const Candidate& b) {
    return a.least_loss != b.least_loss ? a.least_loss < b.least_loss : a.source < b.source;
  });
  if (candidates_.size() > kMaxCandidates) candidates_.resize(kMaxCandidates);

  std::int64_t can_free = 0;
  std::int64_t can_take = 0;
  const auto reach = [&](const Candidate& candidate, int sign) {
    std::int64_t freed = 0;
    std::int64_t taken = 0;
    for (std::uint32_t a = candidate.first; a < candidate.last; ++a) {
      freed = std::max(freed, -alternatives_[a].bits);
      taken = std::max(taken, alternatives_[a].bits);
    }
    can_free += sign * freed;
    can_take += sign * taken;
  };
  for (const Candidate& candidate : candidates_) reach(candidate, 1);

  states_.assign(1, {0, 0, -1, kBase});
  std::int32_t level_begin = 0;
  std::int32_t best = -1;
  std::size_t best_level = 0;
  for (std::size_t level = 0; level < candidates_.size(); ++level) {
    const auto level_end = static_cast<std::int32_t>(states_.size());
    if (level_begin == level_end || gap <= enough) break;
    reach(candidates_[level], -1);
    extend(candidates_[level], level_begin, level_end, gap, left, can_free, can_take, slope);
    level_begin = level_end;
    // Every state whose other sources stay at their base is a solution as it stands.
    for (auto i = level_begin; i < static_cast<std::int32_t>(states_.size()); ++i) {
      if (states_[i].bits > left) continue;
      const double loss = states_[i].loss + slope * static_cast<double>(left - states_[i].bits);
      if (loss >= gap) continue;
      gap = loss;
      best = i;
      best_level = level;
    }
  }
  if (best < 0) return;
  std::copy(base_.begin(), base_.end(), chosen.begin());
  for (std::int32_t i = best, level = static_cast<std::int32_t>(best_level); level >= 0; i = states_[i].parent, --level) {
    if (states_[i].option != kBase) chosen[candidates_[level].source] = states_[i].option;
  }
}

}  // namespace tessera::layers
