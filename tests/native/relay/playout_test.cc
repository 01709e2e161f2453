// SPDX-License-Identifier: Apache-2.0
// When frames are shown and heard: steady output over jittery arrivals, sound and picture together, bursts, bounds, clocks.
#include <catch2/catch_test_macros.hpp>
#include <algorithm>
#include <limits>
#include <vector>

#include "wasm/base/random.h"
#include "wasm/relay/playout.h"
#include "wasm/relay/sound_clock.h"

using namespace tessera;
using namespace tessera::relay;

namespace {

constexpr std::uint64_t kOrigin = 5'000'000'000;  // the sender's clock began long before ours

FrameHeader video(std::uint64_t ms, bool key = false, int spatial = 0) {
  return {FrameType::kVideo, 1, static_cast<std::uint8_t>(spatial), 0, key, false, false, kOrigin + ms * 1000, 1000};
}
FrameHeader sound(std::uint64_t ms) { return {FrameType::kAudio, 2, 0, 0, false, false, false, kOrigin + ms * 1000, 80}; }

struct Arrival {
  std::int64_t at;  // microseconds
  FrameHeader header;
};
struct Output {
  Playout::Due due;
  Timestamp at;
};

std::vector<Output> play(Playout& playout, std::vector<Arrival> arrivals, std::int64_t end_us) {
  std::stable_sort(arrivals.begin(), arrivals.end(), [](const Arrival& a, const Arrival& b) { return a.at < b.at; });
  std::vector<Output> out;
  std::size_t next = 0;
  std::uint32_t number = 0;
  for (std::int64_t us = 0; us < end_us; us += 1000) {
    const Timestamp now = Timestamp::micros(us);
    for (; next < arrivals.size() && arrivals[next].at <= us; ++next) (void)playout.push(now, arrivals[next].header, number++);
    for (auto due = playout.next(now); due.action != Playout::Action::kNone; due = playout.next(now)) out.push_back({due, now});
  }
  return out;
}

}  // namespace

TEST_CASE("playout: on a steady way the delay is small and output as regular as the source") {
  Playout playout;
  std::vector<Arrival> arrivals;
  for (std::uint64_t ms = 0; ms < 5000; ms += 33) arrivals.push_back({static_cast<std::int64_t>(ms) * 1000 + 30'000, video(ms, ms == 0)});
  const auto out = play(playout, arrivals, 5'100'000);
  REQUIRE(out.size() == arrivals.size());
  CHECK(playout.delay() == PlayoutOptions{}.least);
  for (std::size_t i = 1; i < out.size(); ++i) {
    CHECK(out[i].due.action == Playout::Action::kShow);
    CHECK(out[i].at - out[i - 1].at <= Duration::millis(34));
  }
}

TEST_CASE("playout: a late picture waits for its upper layer, which is on its way behind the lower one") {
  Playout playout;
  std::uint32_t number = 0;
  const auto push = [&](std::int64_t ms, const FrameHeader& header) { return playout.push(Timestamp::millis(ms), header, ++number); };
  const auto shown = [&](std::int64_t ms) {
    int count = 0;
    for (auto due = playout.next(Timestamp::millis(ms)); due.action != Playout::Action::kNone; due = playout.next(Timestamp::millis(ms))) ++count;
    return count;
  };
  for (std::int64_t ms = 0; ms < 1000; ms += 40) {
    CHECK(push(ms, video(static_cast<std::uint64_t>(ms), ms == 0)) == Playout::Kept::kYes);
    CHECK(push(ms, video(static_cast<std::uint64_t>(ms), ms == 0, 1)) == Playout::Kept::kYes);
    CHECK(shown(ms + 39) == 2);
  }
  // The lower layer is late by 200 ms, the upper one was lost on the way and comes 90 ms after it.
  CHECK(push(1200, video(1000)) == Playout::Kept::kYes);
  CHECK(shown(1289) == 0);
  CHECK(playout.deadline() > Timestamp::millis(1289));
  CHECK(push(1290, video(1000, false, 1)) == Playout::Kept::kYes);
  CHECK(shown(1290) == 2);
  CHECK(playout.keyFrameNeeded(Timestamp::millis(1290)) == -1);
  // None comes: the next frame says so, whatever it is of.
  CHECK(push(1300, video(1040)) == Playout::Kept::kYes);
  CHECK(shown(1310) == 0);
  CHECK(push(1311, sound(1050)) == Playout::Kept::kYes);
  CHECK(playout.deadline() <= Timestamp::millis(1311));
  CHECK(shown(1311) >= 1);
  // From now on one layer is all there is.
  CHECK(push(1700, video(1080)) == Playout::Kept::kYes);
  CHECK(shown(1700) >= 1);
}

TEST_CASE("playout: an upper layer that never comes holds its picture up for a quarter of a second at most") {
  Playout playout;
  CHECK(playout.push(Timestamp::millis(0), video(0, true), 1) == Playout::Kept::kYes);
  CHECK(playout.push(Timestamp::millis(0), video(0, true, 1), 2) == Playout::Kept::kYes);
  while (playout.next(Timestamp::millis(100)).action != Playout::Action::kNone) continue;
  CHECK(playout.push(Timestamp::millis(300), video(40), 3) == Playout::Kept::kYes);
  CHECK(playout.next(Timestamp::millis(549)).action == Playout::Action::kNone);
  CHECK(playout.deadline() == Timestamp::millis(550));
  CHECK(playout.next(Timestamp::millis(550)).action == Playout::Action::kShow);
}

TEST_CASE("playout: arrivals that jitter by 60 ms come out even, and sound stays with the picture") {
  Random random(3);
  Playout playout;
  std::vector<Arrival> arrivals;
  std::int64_t last = 0;
  for (std::int64_t ms = 0; ms < 20'000; ms += 1) {
    // One way for both, in order.
    const auto arrive = [&](const FrameHeader& header) {
      last = std::max(last, ms * 1000 + 20'000 + random.below(60'000));
      arrivals.push_back({last, header});
    };
    if (ms % 20 == 0) arrive(sound(static_cast<std::uint64_t>(ms)));
    if (ms % 40 == 0) arrive(video(static_cast<std::uint64_t>(ms), ms == 0));
  }
  const auto out = play(playout, arrivals, 20'500'000);
  CHECK(playout.delay() > Duration::millis(50));
  CHECK(playout.delay() < Duration::millis(120));
  int late = 0, shown = 0;
  for (const auto& [due, at] : out) {
    if (at < Timestamp::millis(3000)) continue;
    // Sound is given out ahead, and says when it is to be heard; a picture is shown when it is given out.
    if (due.action == Playout::Action::kHear) late += due.due < at ? 1 : 0;
    if (due.action == Playout::Action::kShow) {
      ++shown;
      late += at - due.due > Duration::millis(5) ? 1 : 0;
    }
  }
  CHECK(shown > 400);
  CHECK(late < 40);  // of 1275
  CHECK(playout.dueAt(kOrigin + 1000) - playout.dueAt(kOrigin) == Duration::millis(1));
}

TEST_CASE("playout: a burst after a pause shows the newest picture only, decodes all, and the delay comes down again") {
  Playout playout;
  std::vector<Arrival> arrivals;
  for (std::uint64_t ms = 0; ms < 30'000; ms += 33) {
    const bool held = ms >= 2000 && ms < 2600;
    arrivals.push_back({(held ? 2'630'000 : static_cast<std::int64_t>(ms) * 1000 + 30'000), video(ms, ms == 0)});
  }
  const auto out = play(playout, arrivals, 31'000'000);
  CHECK(out.size() == arrivals.size());
  CHECK(std::count_if(out.begin(), out.end(), [](const Output& it) { return it.due.action == Playout::Action::kDecode; }) >= 3);
  CHECK(playout.delay() < Duration::millis(100));
}

TEST_CASE("playout: the layers of a picture come together; what depends on one that came too late is left out until a keyframe") {
  Playout playout;
  std::uint32_t number = 0;
  const auto push = [&](std::int64_t ms, const FrameHeader& header) { return playout.push(Timestamp::millis(ms), header, number++); };
  CHECK(push(30, video(0, true)) == Playout::Kept::kYes);
  CHECK(push(31, video(0, true, 1)) == Playout::Kept::kYes);
  CHECK(playout.next(Timestamp::millis(31)).action == Playout::Action::kNone);
  const auto base = playout.next(Timestamp::millis(50));
  const auto upper = playout.next(Timestamp::millis(50));
  CHECK((base.frame == 0 && base.action == Playout::Action::kShow));
  CHECK((upper.frame == 1 && upper.action == Playout::Action::kShow));
  CHECK(upper.timestamp == base.timestamp);
  CHECK(push(63, video(33)) == Playout::Kept::kYes);
  CHECK(push(64, sound(33)) == Playout::Kept::kYes);  // So there is no more of that picture, or a sender that sends in another order.
  std::vector<std::uint32_t> given;
  for (auto due = playout.next(Timestamp::millis(110)); due.action != Playout::Action::kNone; due = playout.next(Timestamp::millis(110))) given.push_back(due.frame);
  CHECK(std::count(given.begin(), given.end(), 2U) == 1);
  CHECK(push(110, video(33, false, 1)) == Playout::Kept::kLate);
  CHECK(push(116, video(66)) == Playout::Kept::kYes);
  CHECK(push(116, video(66, false, 1)) == Playout::Kept::kBroken);
  CHECK(playout.keyFrameNeeded(Timestamp::millis(117)) == 1);
  CHECK(playout.keyFrameNeeded(Timestamp::millis(118)) == -1);
  CHECK(push(130, video(99, true)) == Playout::Kept::kYes);
  CHECK(push(130, video(99, true, 1)) == Playout::Kept::kYes);
}

TEST_CASE("playout: what waits is bounded, and a removed stream gives its frames back") {
  Playout playout;
  int kept = 0;
  for (std::uint32_t i = 0; i < 2000; ++i) {
    // All timestamps in the future of the first: nothing becomes due.
    auto header = video(i * 2, i == 0);
    kept += playout.push(Timestamp::millis(1), header, i) == Playout::Kept::kYes ? 1 : 0;
  }
  CHECK(kept == static_cast<int>(Playout::kMaxFrames));
  std::vector<std::uint32_t> dropped;
  playout.removeStream(1, dropped);
  CHECK(dropped.size() == Playout::kMaxFrames);
  CHECK(playout.waiting() == 0);
  CHECK(playout.next(Timestamp::millis(100'000)).action == Playout::Action::kNone);
}

TEST_CASE("playout: any timestamps in any order end in bounded numbers and no undefined behaviour") {
  Random random(11);
  Playout playout;
  std::int64_t now = 0;
  for (std::uint32_t i = 0; i < 50'000; ++i) {
    now += random.below(30'000);
    FrameHeader header = random.chance(1, 2) ? video(0) : sound(0);
    header.stream = static_cast<std::uint16_t>(random.below(40));
    header.timestamp = random.chance(1, 3) ? random.next() % (kMaxTimestamp + 1) : kOrigin + static_cast<std::uint64_t>(now);
    header.key = header.type == FrameType::kVideo && random.chance(1, 4);
    (void)playout.push(Timestamp::micros(now), header, i);
    (void)playout.next(Timestamp::micros(now));
    (void)playout.keyFrameNeeded(Timestamp::micros(now));
    REQUIRE(playout.waiting() <= Playout::kMaxFrames);
    REQUIRE(playout.delay() <= PlayoutOptions{}.most);
  }
}

TEST_CASE("sound clock: packets are seamless, follow a device that runs fast, and jump only when they are far off") {
  SoundClock clock;
  Random random(5);
  std::int64_t end = 0;
  int seams = 0;
  for (std::int64_t ms = 0; ms < 60'000; ms += 20) {
    // The device runs 100 ppm fast; word of it comes up to 15 ms late.
    clock.played(Timestamp::micros(ms * 1000 + random.below(15'000)), ms * 48 * 10'001 / 10'000);
    const std::int64_t from = clock.place(Timestamp::millis(ms + 80), 960);
    if (ms > 0 && from != end) ++seams;
    end = from + 960;
    CHECK(from - ms * 48 > 40 * 48);
    CHECK(from - ms * 48 < 120 * 48);
  }
  CHECK(seams <= 2);
  const int jumps = clock.jumps();
  CHECK(clock.place(Timestamp::millis(60'000 + 500), 960) > end + 300 * 48);
  CHECK(clock.jumps() == jumps + 1);
}
