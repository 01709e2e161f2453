// SPDX-License-Identifier: Apache-2.0
// A call that took place: on a Janus server, in Chromium, over a link of 400 kbit/s for 20 s. Its log replays to the same bytes everywhere.
//
// When decisions are meant to change, `layers_replay --again` writes the file anew.
#include <catch2/catch_test_macros.hpp>

#include <fstream>
#include <iterator>
#include <string>

#include "wasm/layers/selector_log.h"

using namespace tessera::layers;

TEST_CASE("a real call over a slow link replays to the same bytes on every platform", "[layers][log]") {
  std::ifstream file(std::string(TESSERA_TEST_DATA) + "/slow_link.layers.txt", std::ios::binary);
  const std::string log((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  REQUIRE(log.size() > 30'000);
  const auto again = rerun(log);
  REQUIRE(again.hasValue());
  CHECK(again.value() == log);
  // What it shows: the pinned picture is taken smaller, never nothing, and others become stills.
  CHECK(log.find("> ana/camera video 0 1 bandwidth") != std::string::npos);
  CHECK(log.find("> ana/camera still") == std::string::npos);
  CHECK(log.find("> ana/camera paused") == std::string::npos);
  CHECK(log.find("> ben/camera still") != std::string::npos);
}
