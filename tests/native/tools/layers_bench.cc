// SPDX-License-Identifier: Apache-2.0
// The layer selection's yardstick: `static COUNT`, `dynamic SECONDS [TRACE]...`, `room RECEIVERS SECONDS`, `speed`; prints one JSON object.
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "wasm/layers/simulator/exact.h"
#include "wasm/layers/simulator/simulation.h"

using namespace tessera;
using namespace tessera::layers;

namespace {

struct Spread {
  std::vector<double> values;
  double mean() const {
    double sum = 0;
    for (const double value : values) sum += value;
    return values.empty() ? 0 : sum / static_cast<double>(values.size());
  }
  double quantile(double q) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
  }
};

double cpuSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// Budgets log-uniform from 0.15 to 10 Mbit/s; a room where every top layer fits is left out.
void runStatic(int count) {
  const UtilityOptions utility;
  Random random(20260101);
  Allocator allocator;
  Spread ours;
  std::array<Spread, kRules> others;
  int optimal = 0;
  while (static_cast<int>(ours.values.size()) < count) {
    const int tiles = 2 + static_cast<int>(random.below(48));
    const Scene scene = randomScene(random, tiles);
    const auto kilobits = static_cast<std::int64_t>(150 * std::pow(10'000.0 / 150, random.unit()));
    const SceneProblem problem = problemOf(scene, utility);
    std::int64_t all = 0;
    for (const SceneSource& source : scene) {
      std::int64_t best = -1;
      std::int64_t bits = 0;
      for (const Layer& layer : source.source.layers) {
        const std::int64_t u = utilityOf(utility, source.tile, source.source.content, layer);
        if (u > best || (u == best && layer.bitrate.toBitsPerSecond() < bits)) {
          best = u;
          bits = layer.bitrate.toBitsPerSecond();
        }
      }
      all += bits;
    }
    if (all <= kilobits * 1000) continue;
    const std::int64_t exact = exactOptimum(problem.problem(), kilobits);
    if (exact <= 0) continue;
    std::vector<std::uint8_t> chosen(scene.size());
    allocator.solve(problem.problem(), kilobits * 1000, -1, chosen);
    std::int64_t sum = 0;
    std::int64_t bits = 0;
    for (std::size_t i = 0; i < scene.size(); ++i) {
      sum += problem.options[problem.first[i] + chosen[i]].utility;
      bits += problem.options[problem.first[i] + chosen[i]].bits;
    }
    if (bits > kilobits * 1000 || sum > exact) std::abort();
    optimal += sum == exact;
    ours.values.push_back(static_cast<double>(sum) / static_cast<double>(exact));
    for (int r = 0; r < kRules; ++r) {
      const std::vector<Pick> picks = divide(static_cast<Rule>(r), scene, kilobits * 1000);
      std::int64_t utilities = 0;
      for (std::size_t i = 0; i < scene.size(); ++i) {
        if (picks[i] >= 0) utilities += utilityOf(utility, scene[i].tile, scene[i].source.content, scene[i].source.layers[static_cast<std::size_t>(picks[i])]);
      }
      others[static_cast<std::size_t>(r)].values.push_back(static_cast<double>(utilities) / static_cast<double>(exact));
    }
  }
  std::printf("{\"instances\":%d,\"optimal\":%d,\"tessera\":{\"mean\":%.6f,\"p10\":%.6f,\"worst\":%.6f}", count, optimal, ours.mean(), ours.quantile(0.1), ours.quantile(0));
  for (int r = 0; r < kRules; ++r) {
    Spread& spread = others[static_cast<std::size_t>(r)];
    std::printf(",\"%s\":{\"mean\":%.6f,\"p10\":%.6f}", std::string(toString(static_cast<Rule>(r))).c_str(), spread.mean(), spread.quantile(0.1));
  }
  std::printf("}\n");
}

struct NamedTrace {
  std::string name;
  Trace trace;
};

std::vector<NamedTrace> synthetic() {
  std::vector<NamedTrace> traces;
  traces.push_back({"step", Trace::step()});
  traces.push_back({"ramp", Trace::ramp()});
  traces.push_back({"outage", Trace::outage()});
  for (std::uint64_t seed = 1; seed <= 6; ++seed) traces.push_back({"walk-" + std::to_string(seed), Trace::walk(seed)});
  for (const int kilobits : {300, 800, 2000, 5000}) traces.push_back({"constant-" + std::to_string(kilobits), Trace::constant(DataRate::kilobitsPerSecond(kilobits))});
  return traces;
}

void print(const char* name, std::vector<Figures>& runs) {
  Figures sum;
  Spread share;
  double longest = 0;
  for (const Figures& f : runs) {
    share.values.push_back(f.clairvoyant > 0 ? f.utility / f.clairvoyant : 1);
    sum.utility += f.utility;
    sum.clairvoyant += f.clairvoyant;
    sum.seconds += f.seconds;
    sum.stall += f.stall;
    sum.overload += f.overload;
    sum.switches += f.switches;
    sum.bits += f.bits;
    sum.wasted += f.wasted;
    sum.fairness += f.fairness;
    sum.recovery += f.recovery;
    sum.outages += f.outages;
    longest = std::max(longest, f.worst_freeze);
  }
  const double minutes = sum.seconds / 60;
  std::printf("\"%s\":{\"utility_mean\":%.5f,\"utility_p10\":%.5f,\"switches_per_minute\":%.3f,\"overload_s_per_minute\":%.3f,\"stall_s_per_minute\":%.3f,"
              "\"recovery_s\":%.2f,\"wasted_bits\":%.4f,\"jain\":%.4f,\"longest_pinned_freeze_s\":%.2f}",
              name, share.mean(), share.quantile(0.1), static_cast<double>(sum.switches) / minutes, sum.overload / minutes, sum.stall / minutes,
              sum.outages > 0 ? sum.recovery / sum.outages : 0, static_cast<double>(sum.wasted) / static_cast<double>(std::max<std::int64_t>(1, sum.bits)), sum.fairness / sum.seconds, longest);
}

int runDynamic(int seconds, int files, char** names) {
  std::vector<NamedTrace> traces = synthetic();
  for (int i = 0; i < files; ++i) {
    std::ifstream file(names[i], std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    auto trace = Trace::parse(text);
    if (!file || !trace) {
      std::fprintf(stderr, "%s: %s\n", names[i], trace ? "cannot be read" : trace.error().message.c_str());
      return 2;
    }
    traces.push_back({names[i], std::move(trace).value()});
  }
  std::printf("{\"traces\":%zu,\"seconds\":%d,\"policies\":{", traces.size(), seconds);
  for (int p = 0; p < kPolicies; ++p) {
    std::vector<Figures> runs;
    for (std::size_t t = 0; t < traces.size(); ++t) {
      Random random(1000 + t);
      constexpr std::array<int, 4> kSizes = {4, 9, 12, 16};
      Scene scene = randomScene(random, kSizes[t % kSizes.size()]);
      Script script(scene, 77 + t);
      Simulation simulation;
      simulation.addReceiver(static_cast<PolicyKind>(p), traces[t].trace, scene, 5 + t);
      while (simulation.now() < Timestamp() + Duration::seconds(seconds)) {
        if (script.advance(simulation.now())) simulation.arrange(0, script.scene());
        simulation.step();
      }
      runs.push_back(simulation.receiver(0).figures());
      if (std::getenv("TESSERA_LAYERS_VERBOSE") != nullptr) {
        const Figures& f = runs.back();
        std::fprintf(stderr, "%-8s %-28s utility %.3f switches %4lld stall %6.2f overload %6.2f freeze %5.2f\n", std::string(toString(static_cast<PolicyKind>(p))).c_str(),
                     traces[t].name.substr(traces[t].name.find_last_of('/') + 1).c_str(), f.utility / f.clairvoyant, static_cast<long long>(f.switches), f.stall, f.overload, f.worst_freeze);
      }
    }
    if (p > 0) std::printf(",");
    print(std::string(toString(static_cast<PolicyKind>(p))).c_str(), runs);
  }
  std::printf("}}\n");
  return 0;
}

// A room in which everybody sees sixteen of fifty cameras, each over a link of their own.
void runRoom(int receivers, int seconds) {
  Random random(7);
  std::vector<Source> cameras;
  for (int i = 0; i < 50; ++i) cameras.push_back(cameraSource(3, 2, 0.7 + 0.6 * random.unit()));
  Simulation simulation;
  for (int r = 0; r < receivers; ++r) {
    Scene scene;
    for (int i = 0; i < 16; ++i) {
      const auto camera = static_cast<std::size_t>((r + i * 3) % 50);
      scene.push_back({"camera-" + std::to_string(camera), cameras[camera], {}});
    }
    arrange(scene, static_cast<Layout>(r % 2), {1920, 1080});
    simulation.addReceiver(PolicyKind::kTessera, Trace::walk(static_cast<std::uint64_t>(r) + 1), std::move(scene), static_cast<std::uint64_t>(r));
  }
  const double before = cpuSeconds();
  simulation.run(Duration::seconds(seconds));
  const double spent = cpuSeconds() - before;
  double share = 0;
  for (std::size_t r = 0; r < simulation.size(); ++r) share += simulation.receiver(r).figures().utility / simulation.receiver(r).figures().clairvoyant;
  std::printf("{\"receivers\":%d,\"simulated_s\":%d,\"processor_s\":%.3f,\"speed\":%.2f,\"utility_mean\":%.4f,\"encoded_share\":%.3f}\n", receivers, seconds, spent, seconds / spent,
              share / receivers, simulation.encodedShare());
}

void runSpeed() {
  std::printf("{");
  for (const int sources : {12, 49, 200}) {
    Random random(static_cast<std::uint64_t>(sources));
    Allocator allocator;
    std::vector<SceneProblem> problems;
    for (int i = 0; i < 16; ++i) problems.push_back(problemOf(randomScene(random, sources), UtilityOptions()));
    std::vector<std::uint8_t> chosen(static_cast<std::size_t>(sources));
    Spread rounds;
    for (int round = 0; round < 25; ++round) {
      const int count = 12'000 / sources;
      const double before = cpuSeconds();
      for (int i = 0; i < count; ++i) {
        allocator.solve(problems[static_cast<std::size_t>(i) % problems.size()].problem(), (150'000 + (i * 7919) % 900'000) * sources / 12, -1, chosen);
      }
      rounds.values.push_back((cpuSeconds() - before) * 1e6 / count);
    }
    std::printf("%s\"solve%d_us\":%.2f", sources == 12 ? "" : ",", sources, rounds.quantile(0.5));
  }
  std::printf("}\n");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc >= 3 && std::strcmp(argv[1], "static") == 0) return runStatic(std::atoi(argv[2])), 0;
  if (argc >= 3 && std::strcmp(argv[1], "dynamic") == 0) return runDynamic(std::atoi(argv[2]), argc - 3, argv + 3);
  if (argc >= 4 && std::strcmp(argv[1], "room") == 0) return runRoom(std::atoi(argv[2]), std::atoi(argv[3])), 0;
  if (argc >= 2 && std::strcmp(argv[1], "speed") == 0) return runSpeed(), 0;
  std::fprintf(stderr, "usage: layers_bench static COUNT | dynamic SECONDS [TRACE]... | room RECEIVERS SECONDS | speed\n");
  return 2;
}
