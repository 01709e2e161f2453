// SPDX-License-Identifier: Apache-2.0
// A link that carries 400 kbit/s for 20 s, in the simulator: three cameras, one of them pinned and in three layers, a queue as routers have it.
#include <catch2/catch_test_macros.hpp>

#include <algorithm>

#include "wasm/layers/simulator/simulation.h"

using namespace tessera;
using namespace tessera::layers;

namespace {

Layer layerOf(int spatial, int temporal, int width, int height, int rate, int bits) {
  return {spatial, temporal, {width, height}, FrameRate::perSecond(rate), DataRate::bitsPerSecond(bits), true};
}

// As senders of 960x540 and 320x180 at 10 frames a second announce them.
Scene threeCameras() {
  Source large;
  large.layers = {layerOf(0, 0, 240, 135, 5, 105'000), layerOf(0, 1, 240, 135, 10, 150'000),  layerOf(1, 0, 480, 270, 5, 350'000),
                  layerOf(1, 1, 480, 270, 10, 500'000), layerOf(2, 0, 960, 540, 5, 817'936), layerOf(2, 1, 960, 540, 10, 1'168'480)};
  Source small;
  small.layers = {layerOf(0, 0, 320, 180, 5, 339'643), layerOf(0, 1, 320, 180, 10, 485'204)};
  return {{"ana", large, {{960, 540}, true, true, false}}, {"ben", small, {{320, 180}, true, false, false}}, {"cleo", small, {{320, 180}, true, false, false}}};
}

// What is seen over a link of 5 Mbit/s, then 20 s of `kilobits` behind a queue of 300 ms, then 5 Mbit/s again. Seeds shift the moment.
struct Shown {
  double longest_gap = 0;  // seconds in which the pinned picture stood still, beyond the time of three frames
  double back_after = -1;  // seconds after the link's return until every layer is there
  bool blank = false;      // somebody was seen no more
};

Shown run(PolicyKind kind, int kilobits, std::uint64_t seed) {
  const auto rate = [](int value) { return DataRate::kilobitsPerSecond(value); };
  const double begins = 20 + 0.13 * static_cast<double>(seed);
  const double ends = begins + 20;
  const auto at = [](double seconds) { return Timestamp::millis(static_cast<std::int64_t>(seconds * 1000)); };
  Trace trace({{Timestamp(), rate(5000)}, {at(begins), rate(kilobits)}, {at(ends), rate(5000)}}, Duration::seconds(90));
  LinkOptions link;
  link.delay = Duration::millis(10);
  link.queue_bits = 5'000'000;
  Simulation simulation({}, link);
  const std::size_t who = simulation.addReceiver(kind, trace, threeCameras(), seed);
  Receiver& dora = simulation.receiver(who);
  Shown shown;
  double still = 0;
  while (simulation.now() < Timestamp::millis(75'000)) {
    const bool slow = simulation.now() + kTick > at(begins) && simulation.now() < at(ends);
    dora.link().setQueue(slow ? 300 * kilobits : 5'000'000);
    simulation.step();
    const double seconds = static_cast<double>(simulation.now().toMicros()) / 1e6;
    if (seconds > begins && seconds <= ends + 1) {
      still = dora.shown(0) >= 0 ? 0 : still + 0.1;
      shown.longest_gap = std::max(shown.longest_gap, still);
      for (std::size_t i = 0; i < 3; ++i) shown.blank |= dora.shown(i) == -2;
    }
    if (seconds > ends && shown.back_after < 0 && dora.shown(0) == 5 && dora.shown(1) == 1 && dora.shown(2) == 1) shown.back_after = seconds - ends;
  }
  return shown;
}

}  // namespace

TEST_CASE("20 s of 400 kbit/s: the pinned picture goes on, nobody vanishes, and all is back within seconds", "[layers][slow-link]") {
  double longest = 0;
  double slowest = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Shown shown = run(PolicyKind::kTessera, 400, seed);
    CHECK_FALSE(shown.blank);
    CHECK(shown.back_after >= 0);
    longest = std::max(longest, shown.longest_gap);
    slowest = std::max(slowest, shown.back_after);
  }
  UNSCOPED_INFO("longest gap " << longest << " s, all back after " << slowest << " s at most");
  CHECK(longest < 2);
  CHECK(slowest < 15);
  // Without selection, the same link shows what that is worth.
  const Shown fixed = run(PolicyKind::kJanus, 400, 0);
  CHECK(fixed.longest_gap > 5);
}

TEST_CASE("on other slow links the pinned picture does not stand still for long either", "[layers][slow-link]") {
  for (const int kilobits : {300, 500, 600, 800}) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      const Shown shown = run(PolicyKind::kTessera, kilobits, seed);
      INFO(kilobits << " kbit/s, seed " << seed << ": gap " << shown.longest_gap << " s, back after " << shown.back_after << " s");
      CHECK_FALSE(shown.blank);
      CHECK(shown.longest_gap < 3);
      CHECK(shown.back_after >= 0);
      CHECK(shown.back_after < 20);
    }
  }
}
