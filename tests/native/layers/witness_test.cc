// SPDX-License-Identifier: Apache-2.0
// Who may say that the link is congested: not a busy sender, not a muted microphone, not one person's bad uplink.
#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

#include "wasm/layers/estimator.h"

using namespace tessera;
using namespace tessera::layers;

namespace {

// Streams whose arrival the test holds in its hand, 100 ms at a time.
struct Room {
  struct Flow {
    StreamSample sample;
    double packets = 0, frames = 0, lost = 0;
    double share = 1;      // of what it sends that arrives
    double loses = 0;      // packets a tick
    double jitter = 0.002;
  };

  explicit Room(int videos, int sounds) {
    for (int i = 0; i < videos; ++i) add("person " + std::to_string(i) + "/camera", false);
    // Browsers' statistics name no source of a sound; people have spoken for different times.
    for (int i = 0; i < sounds; ++i) {
      add("", true);
      flows.back().packets = 50 - 5 * i;
    }
    pass(40);
  }
  void add(const std::string& id, bool audio) {
    flows.emplace_back();
    flows.back().sample.id = id;
    flows.back().sample.audio = audio;
  }
  void pass(int ticks) {
    for (int tick = 0; tick < ticks; ++tick) {
      now = now + Duration::millis(100);
      std::vector<StreamSample> samples;
      std::vector<FrameRate> expected;
      for (Flow& flow : flows) {
        flow.packets += (flow.sample.audio ? 5 : 9) * flow.share;
        flow.frames += flow.sample.audio ? 0 : 1.5 * flow.share;
        flow.lost += flow.loses;
        flow.sample.packets_received = static_cast<std::int64_t>(flow.packets + 1e-6);
        flow.sample.packets_lost = static_cast<std::int64_t>(flow.lost + 1e-6);
        flow.sample.bytes_received = flow.sample.packets_received * (flow.sample.audio ? 100 : 1100);
        flow.sample.frames_received = flow.sample.frames_decoded = static_cast<std::int64_t>(flow.frames + 1e-6);
        flow.sample.jitter = Duration::micros(static_cast<std::int64_t>(flow.jitter * 1e6));
        samples.push_back(flow.sample);
        expected.push_back(flow.sample.audio ? FrameRate() : FrameRate::perSecond(15));
      }
      estimator.sample(now, samples, expected);
      estimator.advance(now, DataRate::kilobitsPerSecond(4000));
    }
  }
  bool calm() const { return estimator.estimate().calm; }

  DownlinkEstimator estimator;
  std::vector<Flow> flows;
  Timestamp now = Timestamp::millis(1000);
};

}  // namespace

TEST_CASE("sounds that come evenly are no congestion, however many there are and whoever joins or leaves", "[layers][estimator]") {
  Room room(1, 3);
  CHECK(room.estimator.evidence() == 0);
  CHECK(room.calm());
  room.add("", true);
  room.pass(30);
  CHECK(room.estimator.evidence() == 0);
  std::erase_if(room.flows, [](const Room::Flow& flow) { return flow.sample.audio && flow.packets > 390; });
  room.pass(30);
  CHECK(room.estimator.evidence() == 0);
  CHECK(room.calm());
  CHECK(room.estimator.estimate().rate >= kUnlimited);
}

TEST_CASE("senders that make fewer pictures are no congestion while sound comes evenly", "[layers][estimator]") {
  Room room(4, 2);
  for (auto& flow : room.flows) flow.share = flow.sample.audio ? 1 : 0.3;
  room.pass(20);
  CHECK(room.calm());
}

TEST_CASE("without sound, fewer pictures are congestion only with jitter", "[layers][estimator]") {
  Room busy(3, 0);
  for (auto& flow : busy.flows) flow.share = 0.4;
  busy.pass(20);
  CHECK(busy.calm());

  Room slow(3, 0);
  for (auto& flow : slow.flows) {
    flow.share = 0.4;
    flow.jitter = 0.09;
  }
  slow.pass(6);
  CHECK_FALSE(slow.calm());
}

TEST_CASE("when everything stops the link is down, with sound or without", "[layers][estimator]") {
  for (const int sounds : {0, 3}) {
    Room room(3, sounds);
    for (auto& flow : room.flows) flow.share = 0;
    room.pass(12);
    CHECK_FALSE(room.calm());
    CHECK(room.estimator.estimate().rate < DataRate::kilobitsPerSecond(100));
  }
}

TEST_CASE("a microphone that is muted says nothing of the link, also as the only one, and hides nothing", "[layers][estimator]") {
  for (const int videos : {1, 4}) {
    Room room(videos, 1);
    room.flows.back().share = 0;
    room.pass(50);
    CHECK(room.calm());
    // And a link that does break down afterwards is noticed.
    for (auto& flow : room.flows) {
      if (flow.sample.audio) continue;
      flow.share = 0.3;
      flow.loses = 4;
    }
    room.pass(5);
    CHECK_FALSE(room.calm());
  }
}

TEST_CASE("streams that go on after a pause have gaps in their numbers, and have lost nothing", "[layers][estimator]") {
  Room room(3, 1);
  for (const std::size_t i : {0u, 1u}) room.flows[i].share = 0;
  room.pass(30);
  for (const std::size_t i : {0u, 1u}) {
    room.flows[i].share = 1;
    room.flows[i].lost += 12;
  }
  room.pass(20);
  CHECK(room.calm());
  // The same in the midst of things is a loss.
  for (const std::size_t i : {0u, 1u}) room.flows[i].lost += 12;
  room.pass(5);
  CHECK_FALSE(room.calm());
}

TEST_CASE("what one of several people loses on the way to the server is not this link's", "[layers][estimator]") {
  Room room(4, 0);
  room.flows[0].loses = 3;
  room.pass(30);
  CHECK(room.calm());
  for (auto& flow : room.flows) flow.loses = 3;
  room.pass(5);
  CHECK_FALSE(room.calm());
}
