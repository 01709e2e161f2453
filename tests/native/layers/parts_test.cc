// SPDX-License-Identifier: Apache-2.0
// Utility, catalogue, sender's demand and traces.
#include <catch2/catch_test_macros.hpp>

#include "wasm/layers/catalogue.h"
#include "wasm/layers/demand.h"
#include "wasm/layers/simulator/scene.h"
#include "wasm/layers/simulator/trace.h"

using namespace tessera;
using namespace tessera::layers;

namespace {

Layer layerOf(int width, int height, int frames) { return {0, 0, {width, height}, FrameRate::perSecond(frames), DataRate::kilobitsPerSecond(100), true}; }
Timestamp at(int ms) { return Timestamp::millis(ms); }

}  // namespace

TEST_CASE("utility rises with resolution and frame rate, and ends where the tile does", "[layers][utility]") {
  const UtilityOptions options;
  const Tile tile{{640, 360}};
  std::int64_t before = 0;
  for (int width = 64; width <= 640; width += 16) {
    const std::int64_t now = utilityOf(options, tile, Content::kCamera, layerOf(width, width * 9 / 16, 30));
    CHECK(now > before);
    CHECK(now - before < 250'000);
    before = now;
  }
  CHECK(utilityOf(options, tile, Content::kCamera, layerOf(1280, 720, 30)) == before);
  CHECK(before == utilityOfPerfection(options, tile, Content::kCamera));
  CHECK(utilityOf(options, tile, Content::kCamera, layerOf(640, 360, 15)) < before);
  CHECK(utilityOfStill(options, tile, Content::kCamera, layerOf(640, 360, 30)) < before / 4);
}

TEST_CASE("a screen wants sharpness, a speaker motion; hidden tiles want nothing", "[layers][utility]") {
  const UtilityOptions options;
  Tile tile{{1280, 720}};
  const auto share = [&](Content content, const Layer& layer) {
    return static_cast<double>(utilityOf(options, tile, content, layer)) / static_cast<double>(utilityOfPerfection(options, tile, content));
  };
  CHECK(share(Content::kScreen, layerOf(640, 360, 30)) < share(Content::kCamera, layerOf(640, 360, 30)));
  CHECK(share(Content::kScreen, layerOf(1280, 720, 5)) > share(Content::kCamera, layerOf(1280, 720, 5)));
  const double quiet = share(Content::kCamera, layerOf(1280, 720, 8));
  tile.speaking = true;
  CHECK(share(Content::kCamera, layerOf(1280, 720, 8)) < quiet);
  tile.visible = false;
  CHECK(utilityOf(options, tile, Content::kCamera, layerOf(1280, 720, 30)) == 0);
  tile = Tile{{0, 720}};
  CHECK(utilityOf(options, tile, Content::kCamera, layerOf(1280, 720, 30)) == 0);
}

TEST_CASE("a catalogue refuses what cannot be and keeps the order of bitrates", "[layers][catalogue]") {
  CHECK_FALSE(Catalogue::create(Source{}).hasValue());
  Source twice = cameraSource(3, 2, 1);
  twice.layers[1] = twice.layers[0];
  CHECK_FALSE(Catalogue::create(twice).hasValue());
  Source wrong = cameraSource(1, 1, 1);
  wrong.layers[0].spatial = 4;
  CHECK_FALSE(Catalogue::create(wrong).hasValue());
  wrong.layers[0].spatial = 0;
  wrong.layers[0].bitrate = DataRate::zero();
  CHECK_FALSE(Catalogue::create(wrong).hasValue());

  auto catalogue = Catalogue::create(cameraSource(3, 2, 1));
  REQUIRE(catalogue.hasValue());
  const DataRate top = catalogue.value().layers().back().bitrate;
  CHECK_FALSE(catalogue.value().measured(3, 0, top));
  // Rises fast, falls slowly and not below a third.
  REQUIRE(catalogue.value().measured(2, 1, DataRate::bitsPerSecond(top.toBitsPerSecond() * 2)));
  CHECK(catalogue.value().layers().back().bitrate.toBitsPerSecond() == top.toBitsPerSecond() * 3 / 2);
  for (int i = 0; i < 200; ++i) catalogue.value().measured(2, 1, DataRate::kilobitsPerSecond(1));
  const auto place = catalogue.value().find(2, 1);
  REQUIRE(place.has_value());
  CHECK(catalogue.value().layers()[*place].bitrate.toBitsPerSecond() >= top.toBitsPerSecond() / 3);
  for (std::size_t i = 1; i < catalogue.value().layers().size(); ++i) CHECK(catalogue.value().layers()[i - 1].bitrate <= catalogue.value().layers()[i].bitrate);
}

TEST_CASE("decoding is as dear as it was measured to be", "[layers][catalogue]") {
  DecodeCost cost;
  for (int i = 0; i < 100; ++i) cost.observe(Codec::kVp8, {640, 360}, 30, Duration::millis(30));
  // A millisecond a frame, thirty of them.
  const std::int64_t micros = cost.of(Codec::kVp8, layerOf(640, 360, 30));
  CHECK(micros > 29'500);
  CHECK(micros < 30'500);
  CHECK(cost.of(Codec::kVp8, layerOf(1280, 720, 30)) > 3 * micros);
}

TEST_CASE("a layer that nobody takes is off within a second, and on with the demand", "[layers][demand]") {
  SenderDemand demand(3);
  CHECK_FALSE(demand.update(at(0)));
  demand.set(at(0), "ana", 2, 1);
  demand.set(at(0), "ben", 0, 0);
  REQUIRE(demand.update(at(0)));
  CHECK(demand.encodings() == std::vector<EncodingDemand>{{true, 0}, {false, -1}, {true, 1}});
  demand.set(at(1000), "ana", 1, 0);
  REQUIRE(demand.update(at(1000)));  // more at once, less not yet
  CHECK(demand.encodings()[1].active);
  CHECK(demand.encodings()[2].active);
  REQUIRE(demand.deadline() <= at(1000) + Duration::seconds(1));
  const Timestamp off = demand.deadline();
  CHECK_FALSE(demand.update(off - Duration::millis(1)));
  REQUIRE(demand.update(off));
  CHECK_FALSE(demand.encodings()[2].active);
  demand.remove(off, "ana");
  demand.remove(off, "ben");
  (void)demand.update(off);
  REQUIRE(demand.update(demand.deadline()));
  for (const EncodingDemand& encoding : demand.encodings()) CHECK_FALSE(encoding.active);
}

TEST_CASE("a demand that comes and goes does not start and stop the encoder", "[layers][demand]") {
  SenderDemand demand(2);
  demand.set(at(0), "ana", 1, 0);
  REQUIRE(demand.update(at(0)));
  for (int ms = 100; ms < 3000; ms += 200) {
    demand.set(at(ms), "ana", 0, 0);
    (void)demand.update(at(ms));
    demand.set(at(ms + 100), "ana", 1, 0);
    (void)demand.update(at(ms + 100));
    CHECK(demand.encodings()[1].active);
  }
}

TEST_CASE("encodings: three sizes of a camera, frame rates of a screen", "[layers][demand]") {
  const auto camera = encodingsFor(Content::kCamera, {1280, 720}, FrameRate::perSecond(30));
  REQUIRE(camera.size() == 3);
  CHECK(camera[0].scale_resolution_down_by == 4);
  CHECK(camera[0].max_bitrate < camera[1].max_bitrate);
  CHECK(encodingsFor(Content::kCamera, {640, 360}, FrameRate::perSecond(30)).size() == 2);
  CHECK(encodingsFor(Content::kCamera, {320, 180}, FrameRate::perSecond(30)).size() == 1);
  const auto screen = encodingsFor(Content::kScreen, {1920, 1080}, FrameRate::perSecond(30));
  REQUIRE(screen.size() == 3);
  for (const Encoding& encoding : screen) CHECK(encoding.scale_resolution_down_by == 1);
  CHECK(screen[0].max_frame_rate == FrameRate::perSecond(5));
  CHECK(encodingsFor(Content::kScreen, {1920, 1080}, FrameRate::perSecond(10)).size() == 2);
  CHECK(encodingsFor(Content::kCamera, {}, FrameRate()).size() == 1);
}

TEST_CASE("traces: text in, rates out", "[layers][trace]") {
  auto trace = Trace::parse("# a comment\n3.5\t2.0\n4.5 0\r\n\n6.5\t1 # another\n");
  REQUIRE(trace.hasValue());
  CHECK(trace.value().rateAt(at(0)) == DataRate::kilobitsPerSecond(2000));
  CHECK(trace.value().rateAt(at(1500)) == DataRate::zero());
  CHECK(trace.value().rateAt(at(3000)) == DataRate::kilobitsPerSecond(1000));
  CHECK(trace.value().rateAt(at(5000)) == DataRate::kilobitsPerSecond(2000));  // begins again
  CHECK(trace.value().leastWithin(at(500), Duration::seconds(1)) == DataRate::zero());
  // Half a second's worth, then two seconds of nothing, then the rest at half the rate.
  CHECK(trace.value().finish(at(500), 1'500'000) == at(3500));
  for (const char* bad : {"", "1", "1 x", "1 -1", "2 1\n1 1", "1 0", "1 1 1", "1 999999999", "1\t1e3", "a b"}) {
    CHECK_FALSE(Trace::parse(bad).hasValue());
  }
}
