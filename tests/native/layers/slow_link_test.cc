// SPDX-License-Identifier: Apache-2.0
// A link that carries 400 kbit/s for 20 s, in the simulator: three cameras, one of them pinned and in three layers, a queue as routers have it.
#include <catch2/catch_test_macros.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>

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

// What a minute on the link shows: everything, then 20 s of `kilobits`, then everything again.
struct Shown {
  double longest_gap = 0;  // seconds in which the pinned picture stood still
  double back_after = -1;  // seconds after the link's return until every layer is there
  double smaller = 0;      // seconds with the pinned picture moving
  bool blank = false;      // somebody was seen no more
  std::int64_t switches = 0;
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
    if (const char* which = std::getenv("SLOW_LINK"); which != nullptr && which == std::to_string(kilobits) + "/" + std::to_string(seed) && seconds > begins - 0.2 && seconds < ends + 15) {
      std::printf("%.1f est %lld%s ", seconds - begins, static_cast<long long>(std::min<std::int64_t>(99999, dora.estimate().rate.toBitsPerSecond() / 1000)), dora.estimate().calm ? "c" : "");
      for (std::size_t i = 0; i < 3; ++i) std::printf(" %s%d(%d)", dora.taken()[i].still ? "s" : "", dora.taken()[i].layer, dora.shown(i));
      std::printf(" q%lld;\n", static_cast<long long>(dora.link().queueDelay(simulation.now()).toMicros() / 1000));
    }
    if (seconds > begins && seconds <= ends + 1) {
      still = dora.shown(0) >= 0 ? 0 : still + 0.1;
      shown.longest_gap = std::max(shown.longest_gap, still);
      for (std::size_t i = 0; i < 3; ++i) shown.blank |= dora.shown(i) == -2;
    }
    if (seconds > ends && shown.back_after < 0 && dora.shown(0) == 5 && dora.shown(1) == 1 && dora.shown(2) == 1) shown.back_after = seconds - ends;
  }
  shown.switches = dora.figures().switches;
  return shown;
}

}  // namespace

TEST_CASE("a minute with 20 s of 400 kbit/s", "[layers][slow]") {
  for (const int kilobits : {250, 300, 400, 500, 600, 800}) {
    std::string gaps, backs, switches;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      const Shown shown = run(PolicyKind::kTessera, kilobits, seed);
      char text[30];
      std::snprintf(text, sizeof text, " %.1f%s", shown.longest_gap, shown.blank ? "b" : "");
      gaps += text;
      std::snprintf(text, sizeof text, " %.1f", shown.back_after);
      backs += text;
      std::snprintf(text, sizeof text, " %d", static_cast<int>(shown.switches));
      switches += text;
    }
    std::printf("tessera %d: gap%s | back%s | switches%s\n", kilobits, gaps.c_str(), backs.c_str(), switches.c_str());
  }
}
