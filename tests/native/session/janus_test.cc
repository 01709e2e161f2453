// SPDX-License-Identifier: Apache-2.0
// A place in a Janus room: joining, publishing, subscribing, layers, errors, timeouts, and coming back.
#include <catch2/catch_test_macros.hpp>

#include "tests/native/session/fake_janus.h"

using namespace tessera;
using namespace tessera::session;
using namespace tessera::session::sfu;

namespace {

namespace told = tessera::session::sfu::notification;

// In the room, sending a camera, with two others, everything connected.
void settle(JanusWorld& world) {
  world.start();
  world.addCamera();
  world.publishOther(21, "ana");
  world.publishOther(22, "ben");
  world.connections(ConnectionState::kConnected);
  REQUIRE(world.state() == PeerState::kConnected);
  REQUIRE(world.told<told::SourceAdded>().size() == 4);
}

std::string firstString(const Json& body, const char* list, const char* name) {
  const Json* items = findMember(body, list);
  if (items == nullptr || items->empty()) return {};
  const std::string* value = findString((*items)[0], name, 1000);
  return value == nullptr ? std::string() : *value;
}

}  // namespace

TEST_CASE("joins with pin and name, and publishes what there is", "[janus]") {
  JanusWorld world;
  world.addCamera();
  world.start();
  REQUIRE(world.requests("join").size() == 1);
  CHECK(*findString(world.requests("join")[0], "pin", 10) == "pin");
  CHECK(*findString(world.requests("join")[0], "display", 10) == "me");
  REQUIRE(world.added_sources.size() == 1);
  REQUIRE(world.requests("publish").size() == 1);
  CHECK(firstString(world.requests("publish")[0], "descriptions", "description") == "camera:cam");
  CHECK(world.verbs("trickle") == 1);
  CHECK(world.state() == PeerState::kConnecting);
  world.connections(ConnectionState::kConnected);
  CHECK(world.state() == PeerState::kConnected);
}

TEST_CASE("a room that is not there is created, once, also when somebody else was faster", "[janus]") {
  JanusWorld world;
  world.room_exists = false;
  world.start();
  REQUIRE(world.requests("create").size() == 1);
  CHECK(*findString(world.requests("create")[0], "videocodec", 10) == "vp8");
  CHECK(*findString(world.requests("create")[0], "secret", 10) == "secret");
  CHECK(world.requests("join").size() == 2);
  CHECK(world.state() == PeerState::kConnected);
}

TEST_CASE("a further source renegotiates, a removed one too, and a second offer waits for the first answer", "[janus]") {
  JanusWorld world;
  world.start();
  world.addCamera();
  world.feed(session::event::LocalSourceAdded{{"mic", SourceKind::kAudio, SourceContent::kMicrophone, false}, true});
  CHECK(world.requests("publish").size() == 1);
  CHECK(world.requests("configure").size() == 1);
  world.feed(session::event::LocalSourceRemoved{"mic"});
  CHECK(world.requests("configure").size() == 2);
  world.answers = false;
  world.addCamera("second");
  world.addCamera("third");
  CHECK(world.requests("configure").size() == 3);
}

TEST_CASE("one connection receives every feed", "[janus]") {
  JanusWorld world;
  settle(world);
  CHECK(world.open_connections.size() == 2);
  CHECK(world.requests("update").size() == 1);
  const auto added = world.told<told::SourceAdded>();
  CHECK(added[0].participant_id == "ana");
  CHECK(added[1].source.id == "cam");
  CHECK(added[1].source.content == SourceContent::kCamera);
  CHECK(added[3].participant_id == "ben");
  CHECK(added[0].pc == added[3].pc);
  CHECK(world.requests("start").size() == 2);
}

TEST_CASE("who leaves is gone at once, and its place in the subscription is used again", "[janus]") {
  JanusWorld world;
  settle(world);
  world.leaveOther(21);
  REQUIRE(world.told<told::SourceRemoved>().size() == 2);
  CHECK(world.told<told::SourceRemoved>()[0].participant_id == "ana");
  CHECK(world.requests("start").size() == 3);
  world.publishOther(23, "cleo");
  const auto added = world.told<told::SourceAdded>();
  REQUIRE(added.size() == 6);
  CHECK(added[5].participant_id == "cleo");
  CHECK(added[5].mid == added[1].mid);
  CHECK(world.told<told::SourceRemoved>().size() == 2);
}

TEST_CASE("feeds that come while Janus negotiates are subscribed to once", "[janus]") {
  JanusWorld world;
  world.start();
  world.publishOther(21, "ana");
  world.updates_late = true;
  world.publishOther(22, "ben");
  world.publishOther(23, "cleo");
  CHECK(world.requests("update").size() == 1);
  world.updates_late = false;
  world.makeOffer();
  CHECK(world.requests("update").size() == 2);
  CHECK(world.told<told::SourceAdded>().size() == 6);
}

TEST_CASE("a selected layer is asked for, once, and again when the source comes back elsewhere", "[janus]") {
  JanusWorld world;
  world.start();
  // Before it is received at all.
  world.feed(sfu::event::LayerSelected{"ana", "cam", 1, 2, false});
  world.publishOther(21, "ana");
  REQUIRE(world.requests("configure").size() == 1);
  const Json first = (*findMember(world.requests("configure")[0], "streams"))[0];
  CHECK(*findInteger(first, "substream", 0, 9) == 1);
  CHECK(*findBool(first, "send"));
  world.feed(sfu::event::LayerSelected{"ana", "cam", 1, 2, false});
  CHECK(world.requests("configure").size() == 1);
  world.feed(sfu::event::LayerSelected{"ana", "cam", 0, 0, true});
  REQUIRE(world.requests("configure").size() == 2);
  CHECK_FALSE(*findBool((*findMember(world.requests("configure")[1], "streams"))[0], "send"));
  world.leaveOther(21);
  world.publishOther(24, "ana");
  CHECK(world.requests("configure").size() == 3);
}

TEST_CASE("a keyframe is asked for of what is received and wanted, each time, and changes no layer", "[janus]") {
  JanusWorld world;
  world.start();
  world.feed(sfu::event::KeyFrameRequested{"ana", "cam"});
  world.publishOther(21, "ana");
  CHECK(world.requests("configure").empty());
  world.feed(sfu::event::LayerSelected{"ana", "cam", 1, 2, false});
  world.feed(sfu::event::KeyFrameRequested{"ana", "cam"});
  world.feed(sfu::event::KeyFrameRequested{"ana", "cam"});
  REQUIRE(world.requests("configure").size() == 3);
  const Json asked = (*findMember(world.requests("configure")[2], "streams"))[0];
  CHECK(*findBool(asked, "send"));
  CHECK_FALSE(asked.contains("substream"));
  world.feed(sfu::event::LayerSelected{"ana", "cam", 0, 0, true});
  world.feed(sfu::event::KeyFrameRequested{"ana", "cam"});
  CHECK(world.requests("configure").size() == 4);
}

TEST_CASE("of a screen the only encoding is asked for, in the selected frame rate", "[janus]") {
  JanusWorld world;
  world.start();
  world.publishOther(21, "ana", "screen:s1");
  world.feed(sfu::event::LayerSelected{"ana", "s1", 0, 1, false});
  REQUIRE(world.requests("configure").size() == 1);
  const Json asked = (*findMember(world.requests("configure")[0], "streams"))[0];
  CHECK(*findInteger(asked, "substream", 0, 9) == 2);
  CHECK(*findInteger(asked, "temporal", 0, 9) == 1);
}

TEST_CASE("what Janus says of layers and lost packets is told", "[janus]") {
  JanusWorld world;
  settle(world);
  const std::string mid = world.told<told::SourceAdded>()[1].mid;
  world.say(R"({"janus":"event","sender":103,"plugindata":{"data":{"videoroom":"event","mid":")" + mid + R"(","substream":1}}})");
  REQUIRE(world.told<told::LayerChanged>().size() == 1);
  CHECK(world.told<told::LayerChanged>()[0].participant_id == "ana");
  CHECK(world.told<told::LayerChanged>()[0].spatial == 1);
  CHECK_FALSE(world.told<told::LayerChanged>()[0].temporal.has_value());
  world.say(R"({"janus":"slowlink","sender":103,"uplink":false,"lost":12,"mid":"1"})");
  REQUIRE(world.told<told::SlowLink>().size() == 1);
  CHECK(world.told<told::SlowLink>()[0].lost == 12);
}

TEST_CASE("Janus killed and restarted: tries until it is back, takes its place anew, sources come back without going", "[janus]") {
  JanusWorld world;
  settle(world);
  world.kill();
  world.connections(ConnectionState::kDisconnected);
  CHECK(world.state() == PeerState::kReconnecting);
  world.advance(Duration::seconds(20));
  CHECK(world.told<told::SourceRemoved>().empty());
  world.revive();
  world.advance(Duration::millis(1001));  // the longest pause between two attempts
  CHECK(world.verbs("claim") == 1);
  CHECK(world.requests("create").size() == 1);
  CHECK(world.open_connections.size() == 1);
  world.publishOther(31, "ana");
  world.publishOther(32, "ben");
  world.connections(ConnectionState::kConnected);
  CHECK(world.state() == PeerState::kConnected);
  CHECK(world.told<told::StateChanged>().back().reconnections == 1);
  CHECK(world.told<told::SourceAdded>().size() == 8);
  world.advance(Duration::seconds(30));
  CHECK(world.told<told::SourceRemoved>().empty());
}

TEST_CASE("what does not come back after a rejoin is gone after a grace", "[janus]") {
  JanusWorld world;
  settle(world);
  world.kill();
  world.revive();
  world.advance(Duration::seconds(2));
  world.publishOther(31, "ana");
  world.advance(Duration::seconds(9));
  REQUIRE(world.told<told::SourceRemoved>().size() == 2);
  CHECK(world.told<told::SourceRemoved>()[0].participant_id == "ben");
}

TEST_CASE("only the transport was cut: the session is claimed, media is left alone, the missed is asked for", "[janus]") {
  JanusWorld world;
  settle(world);
  world.cutTransport();
  CHECK(world.state() == PeerState::kConnected);
  world.leaveOther(21);
  world.publishOther(25, "dora");
  world.advance(Duration::seconds(1));
  CHECK(world.verbs("claim") == 1);
  CHECK(world.verbs("create") == 1);
  CHECK(world.open_connections.size() == 2);
  CHECK(world.requests("publish").size() == 1);
  REQUIRE(world.told<told::SourceRemoved>().size() == 2);
  CHECK(world.told<told::SourceAdded>().back().participant_id == "dora");
  CHECK(world.told<told::SourceAdded>().back().source.id == "cam");
  CHECK(world.state() == PeerState::kConnected);
}

TEST_CASE("a request without an answer makes everything anew, an answer that comes too late is ignored", "[janus]") {
  JanusWorld world;
  settle(world);
  world.answers = false;
  world.publishOther(23, "cleo");
  world.advance(Duration::seconds(6));
  CHECK(world.state() == PeerState::kReconnecting);
  CHECK(world.open_connections.empty());
  world.answers = true;
  world.advance(Duration::seconds(7));
  CHECK(world.verbs("create") >= 2);
  world.connections(ConnectionState::kConnected);
  CHECK(world.state() == PeerState::kConnected);
  world.say(R"({"janus":"success","transaction":"t1","data":{"id":99}})");
  CHECK(world.state() == PeerState::kConnected);
}

TEST_CASE("keeps the session alive, and notices a silent server by it", "[janus]") {
  JanusWorld world;
  settle(world);
  world.advance(Duration::seconds(60));
  CHECK(world.verbs("keepalive") >= 3);
  CHECK(world.state() == PeerState::kConnected);
  const std::size_t claims = world.verbs("claim");
  world.answers = false;
  world.advance(Duration::seconds(25));
  CHECK(world.verbs("claim") > claims);
}

TEST_CASE("a connection that fails, a hangup and a removed room each take the place anew", "[janus]") {
  JanusWorld world;
  settle(world);
  std::size_t before = world.verbs("create");
  SECTION("failed") { world.connections(ConnectionState::kFailed); }
  SECTION("disconnected for long") {
    world.connections(ConnectionState::kDisconnected);
    world.advance(Duration::seconds(2));
    CHECK(world.verbs("create") == before);
    world.advance(Duration::seconds(2));
  }
  SECTION("hangup") { world.say(R"({"janus":"hangup","sender":102,"reason":"ICE failed"})"); }
  SECTION("room destroyed") { world.say(R"({"janus":"event","sender":102,"plugindata":{"data":{"videoroom":"destroyed","room":1234}}})"); }
  SECTION("session forgotten") { world.say(R"({"janus":"timeout","session_id":101})"); }
  world.advance(Duration::seconds(1));
  CHECK(world.verbs("create") == before + 1);
  world.connections(ConnectionState::kConnected);
  CHECK(world.state() == PeerState::kConnected);
  CHECK(world.told<told::SourceAdded>().size() == 8);
}

TEST_CASE("a short disconnection is waited out", "[janus]") {
  JanusWorld world;
  settle(world);
  world.connections(ConnectionState::kDisconnected);
  CHECK(world.state() == PeerState::kReconnecting);
  world.advance(Duration::seconds(2));
  world.connections(ConnectionState::kConnected);
  world.advance(Duration::seconds(5));
  CHECK(world.state() == PeerState::kConnected);
  CHECK(world.verbs("create") == 1);
}

TEST_CASE("errors say what is the matter", "[janus]") {
  JanusWorld world;
  SECTION("wrong pin") {
    world.join_error = 433;
    world.start();
    REQUIRE(world.told<told::Closed>().size() == 1);
    CHECK(world.told<told::Closed>()[0].code == "sfu-access-denied");
  }
  SECTION("a feed that left in the same moment") {
    world.start();
    world.subscribe_error = 428;
    world.publishOther(21, "ana");
    CHECK(world.told<told::SourceAdded>().empty());
    world.advance(Duration::seconds(1));
    CHECK(world.told<told::SourceAdded>().size() == 2);
    CHECK(world.told<told::Warning>().empty());
  }
  SECTION("nonsense") {
    world.start();
    world.say("{");
    world.say(R"({"janus":"event"})");
    REQUIRE(world.told<told::Warning>().size() == 2);
    CHECK(world.told<told::Warning>()[0].code == "sfu-message-invalid");
    CHECK(world.state() == PeerState::kConnected);
  }
}

TEST_CASE("a browser that refuses every offer does not make a storm", "[janus]") {
  JanusWorld world;
  world.start();
  for (int i = 0; i < 200; ++i) {
    world.say(R"({"janus":"hangup","sender":)" + std::to_string(100 + i) + R"(,"reason":"no"})");
    world.advance(Duration::millis(50));
  }
  CHECK(world.verbs("create") < 30);
}

TEST_CASE("remote candidates wait for the description they belong to", "[janus]") {
  JanusWorld world;
  world.start();
  world.answers = false;
  world.addCamera();
  world.say(R"({"janus":"trickle","sender":102,"candidate":{"sdpMid":"0","sdpMLineIndex":0,"candidate":"candidate:9"}})");
  CHECK(world.candidates.empty());
  world.say(R"({"janus":"event","sender":102,"plugindata":{"data":{"videoroom":"event","configured":"ok"}},"jsep":{"type":"answer","sdp":"a"}})");
  REQUIRE(world.candidates.size() == 1);
  CHECK(world.candidates[0].candidate.candidate == "candidate:9");
  world.say(R"({"janus":"trickle","sender":102,"candidate":{"completed":true}})");
  REQUIRE(world.candidates.size() == 2);
  CHECK(world.candidates[1].candidate.candidate.empty());
}

TEST_CASE("leaving says so, frees the session, and is the end", "[janus]") {
  JanusWorld world;
  settle(world);
  world.feed(session::event::Leave{});
  CHECK(world.requests("leave").size() == 1);
  CHECK(world.verbs("destroy") == 1);
  CHECK(world.open_connections.empty());
  REQUIRE(world.told<told::Closed>().size() == 1);
  CHECK(world.told<told::Closed>()[0].code == "left");
  const std::size_t sent = world.sent.size();
  world.advance(Duration::seconds(100));
  world.addCamera("late");
  CHECK(world.sent.size() == sent);
}

TEST_CASE("one's own feed of an earlier place is not received", "[janus]") {
  JanusWorld world;
  world.start();
  world.publishOther(21, "me");
  CHECK(world.requests("join").size() == 1);
  CHECK(world.told<told::SourceAdded>().empty());
}

TEST_CASE("of two feeds with the same source of a participant the later one counts", "[janus]") {
  JanusWorld world;
  world.start();
  world.publishOther(21, "ana");
  world.publishOther(29, "ana");
  const auto added = world.told<told::SourceAdded>();
  REQUIRE(added.size() == 4);
  CHECK(added[2].mid != added[0].mid);
  CHECK(world.told<told::SourceRemoved>().empty());
  world.leaveOther(21);
  CHECK(world.told<told::SourceRemoved>().empty());
}
