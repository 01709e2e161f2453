// SPDX-License-Identifier: Apache-2.0
// What one receiver is sent: layers by choice, layers before pictures before sound on a slow way, keyframes asked for, and a bound
// on what is under way; the way is simulated with a fake clock.
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <deque>
#include <set>

#include "wasm/base/random.h"
#include "wasm/relay/forwarder.h"

using namespace tessera;
using namespace tessera::relay;

namespace {

Timestamp at(std::int64_t ms) { return Timestamp::millis(ms); }

// L2T3 at 30 fps: temporal layers 0 2 1 2, every picture in two sizes.
struct Picture {
  FrameHeader base, upper;
};
Picture picture(int number, bool key) {
  static constexpr int kPattern[] = {0, 2, 1, 2};
  const auto temporal = static_cast<std::uint8_t>(key ? 0 : kPattern[number % 4]);
  Picture it;
  it.base = {FrameType::kVideo, 1, 0, temporal, key, temporal > 0, temporal == 2, static_cast<std::uint64_t>(number) * 33'333, 1000};
  it.upper = it.base;
  it.upper.spatial = 1;
  it.upper.payload = 3000;
  return it;
}
FrameHeader sound(int number) { return {FrameType::kAudio, 2, 0, 0, false, false, false, static_cast<std::uint64_t>(number) * 20'000, 80}; }
std::size_t bytesOf(const FrameHeader& frame) { return kHeaderBytes + frame.payload; }
FrameHeader acknowledgementOf(const FrameHeader& frame) { return {FrameType::kAcknowledgement, frame.stream, frame.spatial, frame.temporal, false, false, false, frame.timestamp, 4}; }

// A reliable way of some rate and delay to a receiver who acknowledges every 50 ms, and decodes by the rules of the layers.
class Way {
 public:
  std::int64_t bits_per_second = 100'000'000;
  std::int64_t delay_ms = 20;
  bool stopped = false;
  int pictures = 0, upper_pictures = 0, sounds = 0, keys = 0, broken = 0;
  std::size_t most_waiting = 0;

  void send(std::int64_t now_us, const FrameHeader& frame) {
    free_at_ = std::max(free_at_, now_us) + static_cast<std::int64_t>(bytesOf(frame)) * 8'000'000 / bits_per_second;
    waiting_.push_back({free_at_ + delay_ms * 1000, frame});
    std::size_t bytes = 0;
    for (const auto& it : waiting_) bytes += bytesOf(it.frame);
    most_waiting = std::max(most_waiting, bytes);
  }
  void run(std::int64_t now_us, Forwarder& forwarder) {
    while (!stopped && !waiting_.empty() && waiting_.front().arrives <= now_us) {
      receive(waiting_.front().frame);
      newest_ = waiting_.front();
      fresh_ = true;
      waiting_.pop_front();
    }
    if (!stopped && fresh_ && now_us >= next_ack_) {
      next_ack_ = now_us + 50'000;
      fresh_ = false;
      acks_.push_back({now_us + delay_ms * 1000, newest_.frame, now_us - newest_.arrives});
    }
    while (!acks_.empty() && acks_.front().arrives <= now_us) {
      if (!forwarder.acknowledged(Timestamp::micros(now_us), acknowledgementOf(acks_.front().frame), Duration::micros(acks_.front().held))) std::abort();
      acks_.pop_front();
    }
  }

 private:
  struct Item {
    std::int64_t arrives = 0;
    FrameHeader frame;
    std::int64_t held = 0;
  };
  void receive(const FrameHeader& frame) {
    if (frame.type == FrameType::kAudio) {
      ++sounds;
      return;
    }
    // The true dependencies of the pattern, not the flags: a picture needs the last of the layers below it in time.
    const std::uint64_t number = (frame.timestamp + 16'000) / 33'333;
    auto& have = have_[frame.spatial];
    bool good = frame.key;
    if (frame.key) have.clear();
    else if (frame.temporal == 0) good = have.contains(number - 4);
    else if (frame.temporal == 1) good = have.contains(number - 2);
    else good = have.contains(number - 1);
    if (frame.spatial == 1) good = good && have_[0].contains(number);
    if (!good) ++broken;
    have.insert(number);
    keys += frame.key && frame.spatial == 0;
    (frame.spatial == 0 ? pictures : upper_pictures) += 1;
  }
  std::deque<Item> waiting_;
  std::deque<Item> acks_;
  Item newest_;
  bool fresh_ = false;
  std::int64_t free_at_ = 0, next_ack_ = 0;
  std::set<std::uint64_t> have_[2];
};

// A sender of video and sound for some seconds; keyframes come only when asked for, at the start of the next group of four.
struct Call {
  Forwarder forwarder;
  Way way;
  int number = 0, sounds = 0, late_sounds = 0;
  bool key_wanted = false;
  bool choosing = false;
  std::int64_t now_us = 0;

  void run(int milliseconds) {
    for (const std::int64_t end = now_us + milliseconds * 1000; now_us < end; now_us += 1000) {
      way.run(now_us, forwarder);
      const Timestamp now = Timestamp::micros(now_us);
      if (now_us % 20'000 == 0) give(now, sound(sounds++));
      if (now_us >= static_cast<std::int64_t>(number) * 33'333) {
        const bool key = key_wanted && number % 4 == 0;
        if (key) key_wanted = false;
        const Picture it = picture(number++, key);
        give(now, it.base);
        give(now, it.upper);
      }
      if (now_us % 100'000 == 0) {
        forwarder.advance(now);
        if (choosing) choose();
      }
      if (forwarder.keyFrameNeeded(now) == 1) key_wanted = true;
    }
  }
  // As the layer selection does, roughly: what the limit leaves beside the sound.
  void choose() {
    const std::int64_t left = forwarder.limit().toBitsPerSecond() - 50'000;
    if (left < 100'000) forwarder.setTarget(1, -1, -1);
    else forwarder.setTarget(1, left < 600'000 ? 0 : 1, left < 250'000 ? 1 : 2);
  }
  void give(Timestamp now, const FrameHeader& frame) {
    if (forwarder.offer(now, frame, bytesOf(frame)) == Verdict::kSend) way.send(now.toMicros(), frame);
    else if (frame.type == FrameType::kAudio) ++late_sounds;
  }
};

}  // namespace

TEST_CASE("forwarder: a newcomer gets nothing of a video before a keyframe, and one is asked for") {
  Forwarder forwarder;
  CHECK(forwarder.offer(at(0), picture(1, false).base, 1020) == Verdict::kBroken);
  CHECK(forwarder.keyFrameNeeded(at(0)) == 1);
  CHECK(forwarder.keyFrameNeeded(at(0)) == -1);
  CHECK(forwarder.offer(at(33), picture(2, false).base, 1020) == Verdict::kBroken);
  CHECK(forwarder.keyFrameNeeded(at(34)) == -1);  // too soon
  CHECK(forwarder.offer(at(600), picture(18, false).base, 1020) == Verdict::kBroken);
  CHECK(forwarder.keyFrameNeeded(at(601)) == 1);
  CHECK(forwarder.offer(at(633), picture(20, true).base, 1020) == Verdict::kSend);
  CHECK(forwarder.offer(at(666), picture(21, false).base, 1020) == Verdict::kSend);
  CHECK(forwarder.keyFrameNeeded(at(3000)) == -1);
}

TEST_CASE("forwarder: on a good way everything arrives, with one keyframe") {
  Call call;
  call.run(10'000);
  CHECK(call.way.broken == 0);
  CHECK(call.way.keys == 1);
  CHECK(call.way.pictures > 290);
  CHECK(call.way.upper_pictures == call.way.pictures);
  CHECK(call.late_sounds == 0);
  CHECK(call.forwarder.limit() == kNoLimit);
  CHECK(call.forwarder.window().baseRoundTrip() >= Duration::millis(40));
  CHECK(call.forwarder.window().baseRoundTrip() <= Duration::millis(42));
}

TEST_CASE("forwarder: chosen layers only; temporal ones come back by themselves, spatial ones with a keyframe") {
  Call call;
  call.run(2000);
  call.forwarder.setTarget(1, 1, 0);
  const int before = call.way.pictures;
  call.run(4000);
  CHECK(call.way.pictures - before <= 34);
  CHECK(call.way.pictures - before >= 28);
  call.forwarder.setTarget(1, 1, 2);
  call.run(2000);
  CHECK(call.way.keys == 1);
  const int upper = call.way.upper_pictures;
  call.forwarder.setTarget(1, 0, 2);
  call.run(2000);
  CHECK(call.way.upper_pictures <= upper + 2);
  call.forwarder.setTarget(1, 1, 2);
  call.run(2000);
  CHECK(call.way.keys == 2);
  CHECK(call.way.upper_pictures > upper + 40);
  call.forwarder.setTarget(1, -1, -1);
  const int all = call.way.pictures;
  call.run(2000);
  CHECK(call.way.pictures <= all + 2);
  CHECK(call.way.broken == 0);
}

TEST_CASE("forwarder: a slow way loses layers first, pictures then, and sound never") {
  Call call;
  call.choosing = true;
  call.run(2000);
  // 30 pictures of 4 kB are 980 kbit/s; 500 carry the small size, 60 no video at all.
  call.way.bits_per_second = 500'000;
  call.run(10'000);
  INFO("pictures " << call.way.pictures << " upper " << call.way.upper_pictures << " keys " << call.way.keys);
  CHECK(call.late_sounds <= 10);
  CHECK(call.way.upper_pictures < call.way.pictures);
  CHECK(call.way.pictures > 150);
  CHECK(call.forwarder.limit() < DataRate::kilobitsPerSecond(600));
  CHECK(call.way.broken == 0);
  // What waits is never more than the window takes at this rate, and one keyframe.
  CHECK(call.way.most_waiting < 500'000 / 8 * 3 / 10 + 8000);
  const int sounds = call.sounds, late = call.late_sounds;
  call.way.bits_per_second = 60'000;
  call.run(10'000);
  CHECK(call.late_sounds - late < (call.sounds - sounds) / 5);
  call.way.bits_per_second = 100'000'000;
  call.run(20'000);
  CHECK(call.forwarder.limit() > DataRate::kilobitsPerSecond(200));
  const int pictures = call.way.pictures;
  call.run(2000);
  CHECK(call.way.pictures - pictures > 55);
  CHECK(call.way.broken == 0);
}

TEST_CASE("forwarder: a stalled receiver is sent nothing more, and is seen to be stalled") {
  Call call;
  call.run(1000);
  call.way.stopped = true;
  call.run(1000);
  const std::size_t bytes = call.forwarder.window().bytesUnderWay();
  call.run(20'000);
  CHECK(call.forwarder.window().bytesUnderWay() == bytes);
  CHECK(bytes < 60'000);
  CHECK(call.forwarder.stalled(Timestamp::micros(call.now_us)) > Duration::seconds(20));
}

TEST_CASE("forwarder: acknowledgements of what was never sent change nothing") {
  Forwarder forwarder;
  const FrameHeader first = sound(1), second = sound(2);
  CHECK_FALSE(forwarder.acknowledged(at(0), acknowledgementOf(first), {}));
  CHECK(forwarder.offer(at(10), first, 100) == Verdict::kSend);
  CHECK(forwarder.offer(at(20), second, 100) == Verdict::kSend);
  CHECK_FALSE(forwarder.acknowledged(at(30), acknowledgementOf(sound(3)), {}));
  CHECK(forwarder.window().framesUnderWay() == 2);
  CHECK(forwarder.acknowledged(at(30), acknowledgementOf(second), Duration::millis(900)));
  CHECK(forwarder.window().framesUnderWay() == 0);
  CHECK(forwarder.window().baseRoundTrip() == Duration::zero());
  CHECK_FALSE(forwarder.acknowledged(at(30), acknowledgementOf(second), {}));
}

TEST_CASE("forwarder: over any way nothing undecodable is ever sent") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    Call call;
    for (int step = 0; step < 40; ++step) {
      call.way.bits_per_second = 20'000 + random.below(2'000'000);
      call.way.delay_ms = 5;
      if (random.chance(1, 3)) call.forwarder.setTarget(1, static_cast<int>(random.below(3)) - 1, static_cast<int>(random.below(3)));
      call.run(300);
    }
    INFO("seed " << seed);
    CHECK(call.way.broken == 0);
  }
}
