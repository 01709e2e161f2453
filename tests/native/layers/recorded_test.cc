// SPDX-License-Identifier: Apache-2.0
// Calls that took place, on a Janus server, in Chromium: over a link of 400 kbit/s for 20 s; and among four people on one busy machine.
// Their logs replay to the same bytes everywhere.
//
// When decisions are meant to change, `layers_replay --again` writes the files anew.
#include <catch2/catch_test_macros.hpp>

#include <fstream>
#include <iterator>
#include <string>

#include "wasm/layers/selector_log.h"

using namespace tessera::layers;

namespace {

std::string read(const std::string& name) {
  std::ifstream file(std::string(TESSERA_TEST_DATA) + "/" + name, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

}  // namespace

TEST_CASE("a real call over a slow link replays to the same bytes on every platform", "[layers][log]") {
  const std::string log = read("slow_link.layers.txt");
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

TEST_CASE("sounds of three people whose pictures a busy machine is slow with are no narrow link", "[layers][log]") {
  const std::string log = read("three_sounds.layers.txt");
  REQUIRE(log.size() > 10'000);
  const auto again = rerun(log);
  REQUIRE(again.hasValue());
  CHECK(again.value() == log);
  CHECK(log.find("> ana/camera video 0 1 best") != std::string::npos);
  CHECK(again.value().find("audio-only") == std::string::npos);
}
