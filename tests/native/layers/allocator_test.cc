// SPDX-License-Identifier: Apache-2.0
// The allocator against the exact optimum and against every combination there is.
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cmath>

#include "wasm/layers/simulator/exact.h"
#include "wasm/layers/simulator/rules.h"

using namespace tessera;
using namespace tessera::layers;

namespace {

struct Sum {
  std::int64_t utility = 0, bits = 0, decode = 0;
};

Sum solve(Allocator& allocator, const Problem& problem, std::int64_t bits, std::int64_t decode = -1) {
  std::vector<std::uint8_t> chosen(problem.sources());
  allocator.solve(problem, bits, decode, chosen);
  Sum sum;
  for (std::size_t i = 0; i < problem.sources(); ++i) {
    REQUIRE(problem.first[i] + chosen[i] < problem.first[i + 1]);
    const Option& option = problem.options[problem.first[i] + chosen[i]];
    sum.utility += option.utility;
    sum.bits += option.bits;
    sum.decode += option.decode;
  }
  return sum;
}

// All combinations, for a few sources.
std::int64_t bruteForce(const Problem& problem, std::int64_t bits, std::size_t source = 0) {
  if (source == problem.sources()) return 0;
  std::int64_t best = std::numeric_limits<std::int64_t>::min() / 2;
  for (std::uint32_t i = problem.first[source]; i < problem.first[source + 1]; ++i) {
    if (problem.options[i].bits <= bits) best = std::max(best, problem.options[i].utility + bruteForce(problem, bits - problem.options[i].bits, source + 1));
  }
  return best;
}

}  // namespace

TEST_CASE("the yardstick itself is exact", "[layers][allocator]") {
  Random random(3);
  for (int round = 0; round < 60; ++round) {
    const SceneProblem problem = problemOf(randomScene(random, 2 + static_cast<int>(random.below(3))), UtilityOptions());
    const std::int64_t kilobits = 50 + random.below(3000);
    CHECK(exactOptimum(problem.problem(), kilobits) == bruteForce(problem.problem(), kilobits * 1000));
  }
}

TEST_CASE("static allocation: 99.5 % of the optimum on average, 98 % at the tenth percentile", "[layers][allocator]") {
  Random random(4);
  Allocator allocator;
  std::vector<double> shares;
  double others = 0;
  for (int round = 0; round < 400; ++round) {
    const Scene scene = randomScene(random, 2 + static_cast<int>(random.below(48)));
    const SceneProblem problem = problemOf(scene, UtilityOptions());
    const auto kilobits = static_cast<std::int64_t>(150 * std::pow(66.0, random.unit()));
    const std::int64_t exact = exactOptimum(problem.problem(), kilobits);
    if (exact == 0) continue;
    const Sum sum = solve(allocator, problem.problem(), kilobits * 1000);
    CHECK(sum.bits <= kilobits * 1000);
    CHECK(sum.utility <= exact);
    shares.push_back(static_cast<double>(sum.utility) / static_cast<double>(exact));
    for (int rule = 0; rule < kRules; ++rule) {
      std::int64_t utility = 0;
      std::int64_t bits = 0;
      const std::vector<Pick> picks = divide(static_cast<Rule>(rule), scene, kilobits * 1000);
      for (std::size_t i = 0; i < scene.size(); ++i) {
        if (picks[i] < 0) continue;
        const Layer& layer = scene[i].source.layers[static_cast<std::size_t>(picks[i])];
        utility += utilityOf(UtilityOptions(), scene[i].tile, scene[i].source.content, layer);
        bits += layer.bitrate.toBitsPerSecond();
      }
      CHECK(bits <= kilobits * 1000);
      others = std::max(others, static_cast<double>(utility) / static_cast<double>(exact) - 1);
    }
  }
  CHECK(others <= 0);
  std::sort(shares.begin(), shares.end());
  double mean = 0;
  for (const double share : shares) mean += share / static_cast<double>(shares.size());
  CHECK(mean >= 0.995);
  CHECK(shares[shares.size() / 10] >= 0.98);
}

TEST_CASE("processor time is never exceeded, and is used", "[layers][allocator]") {
  Random random(5);
  Allocator allocator;
  for (int round = 0; round < 50; ++round) {
    SceneProblem problem = problemOf(randomScene(random, 9), UtilityOptions());
    std::int64_t all = 0;
    for (Option& option : problem.options) {
      option.decode = option.bits / 5;
      all += option.decode;
    }
    const std::int64_t budget = all / 30;
    const Sum free = solve(allocator, problem.problem(), 100'000'000);
    const Sum bound = solve(allocator, problem.problem(), 100'000'000, budget);
    CHECK(bound.decode <= budget);
    if (free.decode <= budget) {
      CHECK(bound.utility == free.utility);
      continue;
    }
    // The same problem with time in the place of bits has an exact answer.
    SceneProblem turned = problem;
    for (std::uint32_t i = 0; i < turned.options.size(); ++i) turned.options[i].bits = (turned.options[i].decode + 999) / 1000 * 1000;
    CHECK(static_cast<double>(bound.utility) >= 0.8 * static_cast<double>(exactOptimum(turned.problem(), budget / 1000)));
  }
}

TEST_CASE("nothing to choose, nothing to spend", "[layers][allocator]") {
  Allocator allocator;
  CHECK(solve(allocator, {}, 1000).utility == 0);
  Random random(6);
  const SceneProblem problem = problemOf(randomScene(random, 5), UtilityOptions());
  CHECK(solve(allocator, problem.problem(), 0).bits == 0);
  CHECK(solve(allocator, problem.problem(), -5).bits == 0);
}
