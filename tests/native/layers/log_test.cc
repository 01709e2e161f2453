// SPDX-License-Identifier: Apache-2.0
// The log of a call: the same bytes on every platform, and its replay.
#include <catch2/catch_test_macros.hpp>

#include "tests/native/layers/calls.h"
#include "wasm/layers/simulator/simulation.h"

using namespace tessera;
using namespace tessera::layers;
using namespace tessera::layers::test;

namespace {

// FNV-1a.
std::uint64_t hashOf(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

// A minute of a call in which everything happens.
std::string eventful() {
  SelectorOptions options;
  options.utility.speaker_weight = 1.7;
  Calls call(options);
  Random random(21);
  const Trace link = Trace::walk(9);
  for (int i = 0; i < 9; ++i) call.add("person " + std::to_string(i) + "/camera", cameraSource(1 + i % 3, 1 + i % 2, 0.7 + 0.1 * i), tileOf(320 + 40 * i, 180 + 22 * i, i == 4));
  for (int tick = 0; tick < 600; ++tick) {
    const std::string id = "person " + std::to_string(random.below(9)) + "/camera";
    if (tick % 37 == 0) {
      // One after the other: compilers differ in the order in which they work out arguments.
      const int height = 100 + static_cast<int>(random.below(600));
      const int width = 100 + static_cast<int>(random.below(1200));
      call.selector.setTile(call.now, id, tileOf(width, height));
    }
    if (tick == 200) call.selector.setDownlink(call.now, DataRate::kilobitsPerSecond(900), 700);
    if (tick == 260) call.selector.setDownlink(call.now, kUnlimited, 1000);
    if (tick == 300) call.selector.setDecodeBudget(call.now, 400'000);
    if (tick == 330) call.selector.setServerQuality(call.now, ServerQuality::kPoor);
    if (tick == 350) call.selector.removeSource(call.now, "person 8/camera");
    call.pass(static_cast<double>(link.rateAt(call.now).toBitsPerSecond()) / 1000);
  }
  return call.log.text();
}

}  // namespace

TEST_CASE("the same call gives the same log on every platform", "[layers][log]") {
  const std::string log = eventful();
  CHECK(log == eventful());
  // This constant is checked by the native build, by the sanitized one and by WebAssembly alike.
  CHECK(hashOf(log) == 0xec4a46c3d00b3b74ULL);
}

TEST_CASE("the same simulation gives the same figures on every platform", "[layers][log]") {
  Random random(5);
  Simulation simulation;
  for (int policy = 0; policy < kPolicies; ++policy) simulation.addReceiver(static_cast<PolicyKind>(policy), Trace::walk(3), randomScene(random, 6), 1);
  simulation.run(Duration::seconds(20));
  std::string figures;
  for (std::size_t i = 0; i < simulation.size(); ++i) {
    const Figures& f = simulation.receiver(i).figures();
    figures += std::to_string(f.switches) + " " + std::to_string(f.bits) + " " + std::to_string(f.wasted) + " " + std::to_string(static_cast<std::int64_t>(f.utility)) + "\n";
  }
  CHECK(hashOf(figures) == 0xf386a2c6eee02dcbULL);
}

TEST_CASE("a recorded call replays", "[layers][log]") {
  const auto result = replay(eventful());
  REQUIRE(result.hasValue());
  CHECK_FALSE(result.value().has_value());
}

TEST_CASE("a log that says otherwise is told from this build, and a damaged one is refused", "[layers][log]") {
  const std::string log = eventful();
  std::string other = log;
  const std::size_t decision = other.find("\n> ");
  REQUIRE(decision != std::string::npos);
  const std::size_t reason = other.find("\n", decision + 1);
  other.insert(reason, "x");
  const auto differs = replay(other);
  REQUIRE(differs.hasValue());
  REQUIRE(differs.value().has_value());
  CHECK(differs.value()->expected == differs.value()->actual + "x");

  CHECK_FALSE(replay("").hasValue());
  CHECK_FALSE(replay("tessera-layers 2").hasValue());
  CHECK_FALSE(replay(log.substr(0, log.find('\n') + 1) + "5 juggle\n").hasValue());
  CHECK_FALSE(replay(log.substr(0, log.find('\n') + 1) + "5 tile a%4 1 1 1 0 0\n").hasValue());
  const auto cut = replay(std::string_view(log).substr(0, log.rfind("update")));
  CHECK((!cut.hasValue() || cut.value().has_value()));
}

TEST_CASE("a log ends at its limit and still replays", "[layers][log]") {
  SelectorLog log(2000);
  Selector selector;
  selector.setLog(&log);
  (void)selector.setSource(Timestamp::millis(1), "ana", cameraSource(3, 2, 1)).hasValue();
  selector.setTile(Timestamp::millis(1), "ana", tileOf(640, 360));
  for (int i = 1; i < 1000; ++i) (void)selector.update(Timestamp::millis(i * 100));
  CHECK(log.text().size() <= 2010);
  CHECK(log.text().ends_with("truncated\n"));
  const auto result = replay(log.text());
  REQUIRE(result.hasValue());
  CHECK_FALSE(result.value().has_value());
}
