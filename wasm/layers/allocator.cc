// SPDX-License-Identifier: Apache-2.0
// Greedy on the convex hulls, fill, and the choice between bits and processor time.
#include "wasm/layers/allocator.h"

#include <algorithm>
#include <array>

namespace tessera::layers {

void Allocator::collectSteps(const Problem& problem) {
  steps_.clear();
  std::array<std::uint8_t, 64> hull;
  for (std::uint32_t source = 0; source < problem.sources(); ++source) {
    const Option* options = problem.options.data() + problem.first[source];
    const std::uint32_t count = problem.first[source + 1] - problem.first[source];
    std::uint32_t size = 1;
    hull[0] = 0;
    for (std::uint32_t next = 1; next < count; ++next) {
      if (options[next].utility <= options[hull[size - 1]].utility) continue;
      // What lies below the line from its predecessor to `next`, or costs the same as it, is no corner of the hull.
      while (size > 1 || options[hull[size - 1]].bits == options[next].bits) {
        const Option& top = options[hull[size - 1]];
        if (top.bits != options[next].bits) {
          const Option& below = options[hull[size - 2]];
          const double before = static_cast<double>(top.utility - below.utility) * static_cast<double>(options[next].bits - top.bits);
          const double after = static_cast<double>(options[next].utility - top.utility) * static_cast<double>(top.bits - below.bits);
          if (before > after) break;
        }
        if (--size == 0) break;
      }
      hull[size++] = static_cast<std::uint8_t>(next);
    }
    // The base has to cost nothing: a first option that the hull dropped stays as its foot.
    base_[source] = hull[0];
    for (std::uint32_t i = 1; i < size; ++i) {
      const Option& low = options[hull[i - 1]];
      const Option& high = options[hull[i]];
      steps_.push_back({static_cast<double>(high.utility - low.utility) / static_cast<double>(high.bits - low.bits), source, hull[i - 1], hull[i]});
    }
  }
  std::sort(steps_.begin(), steps_.end(), [](const Step& a, const Step& b) {
    if (a.slope != b.slope) return a.slope > b.slope;
    return a.source != b.source ? a.source < b.source : a.to < b.to;
  });
}

void Allocator::fill(const Problem& problem, std::int64_t& left, std::span<std::uint8_t> chosen) const {
  for (;;) {
    double best = 0;
    std::size_t best_source = 0;
    std::uint8_t best_option = 0;
    for (std::size_t source = 0; source < problem.sources(); ++source) {
      const Option* options = problem.options.data() + problem.first[source];
      const std::uint32_t count = problem.first[source + 1] - problem.first[source];
      const Option& now = options[chosen[source]];
      for (std::uint32_t i = chosen[source] + 1u; i < count && options[i].bits - now.bits <= left; ++i) {
        const double gain = static_cast<double>(options[i].utility - now.utility);
        if (gain > best) {
          best = gain;
          best_source = source;
          best_option = static_cast<std::uint8_t>(i);
        }
      }
    }
    if (best <= 0) return;
    const Option* options = problem.options.data() + problem.first[best_source];
    left -= options[best_option].bits - options[chosen[best_source]].bits;
    chosen[best_source] = best_option;
  }
}

void Allocator::solveBits(const Problem& problem, std::int64_t bits, std::span<std::uint8_t> chosen) {
  const std::size_t sources = problem.sources();
  base_.assign(sources, 0);
  collectSteps(problem);
  std::int64_t left = bits;
  std::size_t at = 0;
  for (; at < steps_.size(); ++at) {
    const Step& step = steps_[at];
    const Option* options = problem.options.data() + problem.first[step.source];
    const std::int64_t more = options[step.to].bits - options[step.from].bits;
    if (more > left) break;
    left -= more;
    base_[step.source] = step.to;
  }
  std::copy(base_.begin(), base_.end(), chosen.begin());
  if (at == steps_.size()) return;  // everything fits
  const double slope = steps_[at].slope;
  const std::int64_t left_of_base = left;
  // Later steps of sources whose earlier ones were all taken.
  closed_.assign(sources, 0);
  for (; at < steps_.size(); ++at) {
    const Step& step = steps_[at];
    if (closed_[step.source]) continue;
    const Option* options = problem.options.data() + problem.first[step.source];
    const std::int64_t more = options[step.to].bits - options[step.from].bits;
    if (more > left) {
      closed_[step.source] = 1;
      continue;
    }
    left -= more;
    chosen[step.source] = step.to;
  }
  fill(problem, left, chosen);
  repair(problem, left_of_base, slope, chosen);
}

void Allocator::solve(const Problem& problem, std::int64_t bits, std::int64_t decode, std::span<std::uint8_t> chosen) {
  bits = std::max<std::int64_t>(bits, 0);
  solveBits(problem, bits, chosen);
  if (decode < 0) return;
  const auto decodeOf = [&] {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < problem.sources(); ++i) sum += problem.options[problem.first[i] + chosen[i]].decode;
    return sum;
  };
  if (decodeOf() <= decode) return;
  // Processor time is made a price on each option; bisection finds the lowest price at which it suffices.
  penalised_.assign(problem.options.begin(), problem.options.end());
  const Problem priced{penalised_, problem.first};
  double low = 0;
  double high = 1;
  const auto attempt = [&](double price) {
    for (std::size_t i = 0; i < penalised_.size(); ++i) {
      penalised_[i].utility = problem.options[i].utility - static_cast<std::int64_t>(price * static_cast<double>(problem.options[i].decode));
    }
    solveBits(priced, bits, chosen);
    return decodeOf() <= decode;
  };
  while (!attempt(high) && high < 1e12) {
    low = high;
    high *= 4;
  }
  for (int i = 0; i < 12; ++i) {
    const double middle = (low + high) / 2;
    (attempt(middle) ? high : low) = middle;
  }
  if (!attempt(high)) std::fill(chosen.begin(), chosen.begin() + static_cast<std::ptrdiff_t>(problem.sources()), std::uint8_t{0});
  fillBoth(problem, bits, decode - decodeOf(), chosen);
}

// Spends what is left of both budgets, the greatest gain first.
void Allocator::fillBoth(const Problem& problem, std::int64_t bits, std::int64_t decode, std::span<std::uint8_t> chosen) const {
  for (std::size_t i = 0; i < problem.sources(); ++i) bits -= problem.options[problem.first[i] + chosen[i]].bits;
  for (;;) {
    std::int64_t best = 0;
    std::size_t best_source = 0;
    std::uint32_t best_option = 0;
    for (std::size_t source = 0; source < problem.sources(); ++source) {
      const Option* options = problem.options.data() + problem.first[source];
      const Option& now = options[chosen[source]];
      for (std::uint32_t i = 0; i < problem.first[source + 1] - problem.first[source]; ++i) {
        if (options[i].bits - now.bits > bits || options[i].decode - now.decode > decode || options[i].utility - now.utility <= best) continue;
        best = options[i].utility - now.utility;
        best_source = source;
        best_option = i;
      }
    }
    if (best == 0) return;
    const Option* options = problem.options.data() + problem.first[best_source];
    bits -= options[best_option].bits - options[chosen[best_source]].bits;
    decode -= options[best_option].decode - options[chosen[best_source]].decode;
    chosen[best_source] = static_cast<std::uint8_t>(best_option);
  }
}

}  // namespace tessera::layers
