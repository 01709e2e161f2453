// SPDX-License-Identifier: Apache-2.0
// The selector in calls: fast where the link is fine, at once where it is not, calm in between.
#include <catch2/catch_test_macros.hpp>

#include <algorithm>

#include "tests/native/layers/calls.h"

using namespace tessera;
using namespace tessera::layers;
using namespace tessera::layers::test;

namespace {

// Three people in a call of small tiles.
void three(Calls& call) {
  for (const char* id : {"ana", "ben", "eva"}) call.add(id, cameraSource(3, 2, 1), tileOf(320, 180));
  call.pass(-1, 30);
}

}  // namespace

TEST_CASE("everybody gets what the tile can show, and no more", "[layers][selector]") {
  Calls call;
  three(call);
  for (const auto& [id, choice] : call.taken) {
    CHECK(choice.kind == ChoiceKind::kVideo);
    CHECK(choice.spatial == 0);
    CHECK(choice.temporal == 1);
    CHECK(choice.reason == Reason::kBest);
  }
}

TEST_CASE("on a calm link a tile that grows has its layer with the next decision, and the others keep theirs", "[layers][selector]") {
  Calls call;
  three(call);
  const int before = call.changes;
  call.selector.setTile(call.now, "ben", tileOf(1280, 720));
  call.update();
  CHECK(call.taken["ben"].spatial == 2);
  CHECK(call.changes == before + 1);
  call.pass(-1, 20);
  CHECK(call.changes == before + 1);
  call.selector.setTile(call.now, "ben", tileOf(320, 180));
  call.update();
  CHECK(call.taken["ben"].spatial == 0);
}

TEST_CASE("a hidden tile takes nothing and is back with the next decision", "[layers][selector]") {
  Calls call;
  three(call);
  Tile tile = tileOf(320, 180);
  tile.visible = false;
  call.selector.setTile(call.now, "ana", tile);
  call.update();
  CHECK(call.taken["ana"].kind == ChoiceKind::kPaused);
  CHECK(call.taken["ana"].reason == Reason::kHidden);
  CHECK(call.taken["ana"].spatial == -1);
  tile.visible = true;
  call.selector.setTile(call.now, "ana", tile);
  call.update();
  CHECK(call.taken["ana"].spatial == 0);
}

TEST_CASE("throttled to 400 kbit/s: down within 400 ms to what fits, the pinned one last, stills before blanks", "[layers][selector]") {
  Calls call;
  three(call);
  call.selector.setTile(call.now, "ana", tileOf(1280, 720, true));
  call.pass(-1, 30);
  REQUIRE(call.taken["ana"].spatial == 2);
  REQUIRE(call.total() > 1'500'000);
  int ticks = 0;
  for (; ticks < 20 && call.total() > 400'000; ++ticks) call.pass(400);
  CHECK(ticks <= 4);
  call.pass(400, 30);
  CHECK(call.total() <= 400'000);
  CHECK(call.taken["ana"].kind == ChoiceKind::kVideo);
  for (const char* id : {"ben", "eva"}) CHECK(call.taken[id].kind != ChoiceKind::kPaused);
  // The link is back: everything again within ten seconds.
  for (ticks = 0; ticks < 100 && !(call.taken["ana"].spatial == 2 && call.taken["ben"].spatial == 0 && call.taken["eva"].spatial == 0); ++ticks) call.pass();
  CHECK(ticks < 100);
}

TEST_CASE("what the server says holds, with room left for doubt and for sound", "[layers][selector]") {
  Calls call;
  three(call);
  for (const char* id : {"ana", "ben", "eva"}) call.selector.setTile(call.now, id, tileOf(1280, 720));
  call.selector.setDownlink(call.now, DataRate::kilobitsPerSecond(1000), 500);
  call.update();
  CHECK(call.total() <= 900'000 - 48'000);
  CHECK(call.total() > 400'000);
  CHECK(call.taken["ana"].reason == Reason::kBandwidth);
  call.selector.setDownlink(call.now, DataRate::kilobitsPerSecond(60), 1000);
  call.update();
  CHECK(call.total() <= 12'000);
  call.selector.setDownlink(call.now, DataRate::kilobitsPerSecond(40), 1000);
  call.update();
  for (const Choice& choice : call.selector.choices()) {
    CHECK(choice.kind == ChoiceKind::kPaused);
    CHECK(choice.reason == Reason::kAudioOnly);
  }
}

TEST_CASE("sound that takes more than was left for it has it before any video", "[layers][selector]") {
  Calls call;
  three(call);
  call.selector.setDownlink(call.now, DataRate::kilobitsPerSecond(600), 1000);
  call.update();
  const double before = call.total();
  REQUIRE(before > 300'000);
  call.voices = 6;
  call.pass(-1, 40);
  CHECK(call.total() <= 600'000 - 6 * 40'000);
  CHECK(call.total() < before);
}

TEST_CASE("a still fetches its frame, keeps it, and fetches another after some seconds", "[layers][selector]") {
  Calls call;
  call.add("ana", cameraSource(1, 1, 1), tileOf(640, 360));
  call.selector.setDownlink(call.now, DataRate::kilobitsPerSecond(1300), 1000);
  call.update();
  REQUIRE(call.taken["ana"].kind == ChoiceKind::kStill);
  CHECK(call.taken["ana"].spatial == 0);  // being fetched
  call.pass(-1, 3);
  CHECK(call.taken["ana"].spatial == -1);  // there
  int ticks = 0;
  for (; ticks < 100 && call.taken["ana"].spatial < 0; ++ticks) call.pass();
  CHECK(ticks >= 40);
  CHECK(ticks <= 60);
  call.pass(-1, 3);
  CHECK(call.taken["ana"].spatial == -1);
}

TEST_CASE("beside a picture that moves, a still on a tight link is fetched seldom and briefly", "[layers][selector]") {
  Calls call;
  call.add("ana", cameraSource(3, 2, 1), tileOf(1280, 720, true));
  call.add("ben", cameraSource(1, 2, 1), tileOf(640, 360));
  call.pass(-1, 30);
  call.selector.setDownlink(call.now, DataRate::kilobitsPerSecond(700), 1000);
  call.pass(-1, 20);
  REQUIRE(call.taken["ana"].kind == ChoiceKind::kVideo);
  REQUIRE(call.taken["ben"].kind == ChoiceKind::kStill);
  int longest = 0;
  int running = 0;
  int fetches = 0;
  for (int tick = 0; tick < 300; ++tick) {
    call.pass();
    const bool fetching = call.taken["ben"].spatial >= 0;
    fetches += fetching && running == 0;
    running = fetching ? running + 1 : 0;
    longest = std::max(longest, running);
  }
  CHECK(call.taken["ben"].kind == ChoiceKind::kStill);
  CHECK(fetches >= 2);
  CHECK(fetches <= 4);
  CHECK(longest <= 3);
}

TEST_CASE("processor time bounds the choices and is the reason given", "[layers][selector]") {
  Calls call;
  three(call);
  for (const char* id : {"ana", "ben", "eva"}) call.selector.setTile(call.now, id, tileOf(1280, 720));
  call.update();
  REQUIRE(call.taken["ana"].spatial == 2);
  call.selector.setDecodeBudget(call.now, 150'000);
  call.update();
  bool bounded = false;
  for (const auto& [id, choice] : call.taken) bounded |= choice.spatial < 2 && choice.reason == Reason::kProcessor;
  CHECK(bounded);
}

TEST_CASE("one sender's trouble is no trouble of the link", "[layers][selector]") {
  Calls call;
  three(call);
  call.selector.setTile(call.now, "ben", tileOf(1280, 720));
  call.pass(-1, 30);
  const int before = call.changes;
  // Ana's sender halts: its counters stand still, the others' go on.
  call.taken["ana"].spatial = -1;
  call.pass(-1, 50);
  CHECK(call.changes == before);
  CHECK(call.selector.downlink().calm);
}

TEST_CASE("bad input is refused and changes nothing", "[layers][selector]") {
  Calls call;
  three(call);
  CHECK_FALSE(call.selector.setSource(call.now, "", cameraSource(1, 1, 1)).hasValue());
  CHECK_FALSE(call.selector.setSource(call.now, std::string(257, 'x'), cameraSource(1, 1, 1)).hasValue());
  CHECK_FALSE(call.selector.setSource(call.now, "ana", Source{}).hasValue());
  CHECK_FALSE(call.selector.setTile(call.now, "nobody", tileOf(1, 1)));
  CHECK(call.selector.choices().size() == 3);
  call.selector.removeSource(call.now, "ana");
  call.update();
  CHECK(call.selector.choices().size() == 2);
}

TEST_CASE("after a reconnection the estimate begins anew, and the same log replays", "[layers][selector]") {
  Calls call;
  for (const char* id : {"ana", "ben", "eva"}) call.add(id, cameraSource(3, 2, 1), tileOf(640, 360));
  call.pass(-1, 30);
  // An outage: nothing arrives, and the selector takes as little as it can.
  call.pass(0, 30);
  CHECK(call.selector.downlink().rate < DataRate::kilobitsPerSecond(200));
  call.selector.restart(call.now);
  call.update();
  CHECK(call.selector.downlink().calm);
  call.pass(-1, 10);
  for (const auto& [id, choice] : call.taken) {
    CHECK(choice.kind == ChoiceKind::kVideo);
    CHECK(choice.reason == Reason::kBest);
  }
  const auto result = replay(call.log.text());
  REQUIRE(result.hasValue());
  CHECK_FALSE(result.value().has_value());
}
