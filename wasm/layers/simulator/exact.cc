// SPDX-License-Identifier: Apache-2.0
// The textbook recurrence: best[b] over the sources so far, for every budget b.
#include "wasm/layers/simulator/exact.h"

#include <algorithm>
#include <vector>

namespace tessera::layers {

std::int64_t exactOptimum(const Problem& problem, std::int64_t kilobits) {
  const auto size = static_cast<std::size_t>(std::max<std::int64_t>(kilobits, 0)) + 1;
  std::vector<std::int64_t> best(size, 0);
  std::vector<std::int64_t> next(size);
  for (std::size_t source = 0; source < problem.sources(); ++source) {
    std::fill(next.begin(), next.end(), 0);
    for (std::uint32_t i = problem.first[source]; i < problem.first[source + 1]; ++i) {
      const auto cost = static_cast<std::size_t>(problem.options[i].bits / 1000);
      const std::int64_t utility = problem.options[i].utility;
      for (std::size_t b = cost; b < size; ++b) next[b] = std::max(next[b], best[b - cost] + utility);
    }
    best.swap(next);
  }
  return best.back();
}

}  // namespace tessera::layers
