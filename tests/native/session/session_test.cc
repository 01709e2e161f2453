// SPDX-License-Identifier: Apache-2.0
// The room: joining, losing and regaining signalling, recovery, sources and mute, data, leaving.
#include "tests/native/session/driver.h"

using namespace tessera;
using namespace tessera::session;
using namespace tessera::session::test;

namespace {

const Source kMic{"mic", SourceKind::kAudio, SourceContent::kMicrophone, false};
const std::string kMicJson = R"({"id":"mic","kind":"audio","content":"microphone","muted":false})";

Bytes bytesOf(const std::string& text) { return Bytes(text.begin(), text.end()); }

}  // namespace

TEST_CASE("join says protocol, capabilities and sources, in whichever order start and transport come", "[session][room]") {
  Driver d;
  const event::Start start{"r", "t", "k", "Me", {}, {kMic}};
  SECTION("transport last") {
    d.handle(start);
    CHECK(d.actions.empty());
    d.handle(event::TransportOpened{});
  }
  SECTION("transport first") {
    d.handle(event::TransportOpened{});
    CHECK(d.actions.empty());
    d.handle(start);
  }
  const auto sent = d.sent("join");
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].find(R"("protocol":1)") != std::string::npos);
  CHECK(sent[0].find(R"("capabilities":{"topologies":["mesh","sfu"],"dataChannels":true})") != std::string::npos);
  CHECK(sent[0].find(kMicJson) != std::string::npos);
  d.message(Driver::joinedText("me", Driver::participant("z")));
  REQUIRE(d.notified<notification::Joined>().size() == 1);
  CHECK_FALSE(d.notified<notification::Joined>()[0].resumed);
  CHECK(d.notified<notification::ParticipantJoined>()[0].participant.name == "N-z");
  const auto created = d.one<action::CreatePeerConnection>();
  CHECK(created.participant_id == "z");
  CHECK(created.ice_servers == std::vector<IceServer>{{{"stun:s"}, "", ""}});
  CHECK(d.one<action::AddSource>().source_id == "mic");
}

TEST_CASE("a refused join ends the session with the server's reason", "[session][room]") {
  Driver d;
  d.handle(event::Start{"r", "t", "k", "Me", {}, {}});
  d.handle(event::TransportOpened{});
  d.message(Driver::errorText("room-full", true, "join/1"));
  CHECK(d.notified<notification::Rejected>()[0].code == "room-full");
  CHECK(d.notified<notification::Closed>()[0].reason == "rejected");
  d.handle(event::TransportOpened{});
  CHECK(d.actions.empty());
  CHECK_FALSE(d.session.nextTimeout().has_value());
}

TEST_CASE("a join that must wait, or is not answered, is said again", "[session][room]") {
  Driver d;
  d.handle(event::Start{"r", "t", "k", "Me", {}, {}});
  d.handle(event::TransportOpened{});
  SECTION("asked to wait") {
    d.message(Driver::errorText("rate-limited", false, "join/1", 3000));
    CHECK(d.warnings() == std::vector<std::string>{"rate-limited"});
    d.wait(Duration::millis(2999));
    CHECK(d.sent("join").empty());
    d.wait(Duration::millis(1));
    CHECK(d.sent("join").size() == 1);
  }
  SECTION("not answered") {
    d.wait(Duration::seconds(10));
    CHECK(d.sent("join").size() == 1);
  }
}

TEST_CASE("a room on an SFU has no connections among participants, and one that moves there gives its own up", "[session][room]") {
  Driver d;
  const auto on_sfu = [](const std::string& participants) {
    return R"({"type":"joined","participantId":"m","resumed":true,"room":{"name":"r","topology":"sfu","capacity":32},"participants":[)" +
           participants + R"(],"iceServers":[]})";
  };
  SECTION("from the start") {
    d.handle(event::Start{"r", "t", "k", "Me", {}, {}});
    d.handle(event::TransportOpened{});
    d.message(on_sfu(Driver::participant("z")));
    CHECK(d.all<action::CreatePeerConnection>().empty());
  }
  SECTION("moved") {
    const PeerConnectionId pc = d.startWith("z");
    d.connect(pc, "z");
    d.message(on_sfu(Driver::participant("z")));
    CHECK(d.one<action::ClosePeerConnection>().pc == pc);
    d.message(R"({"type":"participantJoined","participant":)" + Driver::participant("y") + "}");
    CHECK(d.all<action::CreatePeerConnection>().size() <= 1);
    CHECK(d.notified<notification::ParticipantLeft>().empty());
  }
  SECTION("and back: the larger id offers at once, the smaller one waits for that") {
    const std::string other = GENERATE(as<std::string>{}, "a", "z");
    d.connect(d.startWith(other), other);
    d.message(on_sfu(Driver::participant(other)));
    d.message(Driver::joinedText("m", Driver::participant(other), /*resumed=*/true));
    const auto fresh = d.one<action::CreatePeerConnection>().pc;
    d.handle(event::NegotiationNeeded{fresh});
    CHECK(d.all<action::SetLocalDescription>().size() == (other < "m" ? 1 : 0));
  }
  CHECK(d.warnings().empty());
  CHECK(d.notified<notification::Rejected>().empty());
}

TEST_CASE("a room of an unknown topology is left, a participant of one is not connected", "[session][room]") {
  Driver d;
  SECTION("room") {
    d.handle(event::Start{"r", "t", "k", "Me", {}, {}});
    d.handle(event::TransportOpened{});
    d.message(R"({"type":"joined","participantId":"me","room":{"name":"r","topology":"ring","capacity":6},"participants":[],"iceServers":[]})");
    CHECK(d.sent("leave").size() == 1);
    CHECK(d.notified<notification::Rejected>()[0].code == "topology-unsupported");
  }
  SECTION("participant") {
    d.start("me", Driver::participant("z", true, "sfu"));
    CHECK(d.all<action::CreatePeerConnection>().empty());
    CHECK(d.warnings() == std::vector<std::string>{"topology-unsupported"});
    d.message(R"({"type":"participantUpdated","participant":)" + Driver::participant("z", false, "sfu") + "}");
    CHECK(d.warnings().empty());  // said once
  }
}

TEST_CASE("signalling goes and comes back while the media flows", "[session][room]") {
  Driver d;
  const auto pc = d.startWith("z");
  d.connect(pc, "z");
  d.handle(event::TransportClosed{"ping timeout"});
  CHECK(d.notified<notification::SignallingStateChanged>()[0].state == SignallingState::kReconnecting);
  CHECK(d.actions.size() == 1);
  d.wait(Duration::seconds(120));
  CHECK(d.actions.empty());

  d.handle(event::TransportOpened{});
  REQUIRE(d.sent("join").size() == 1);
  CHECK(d.sent("join")[0].find(R"("token":"resume")") != std::string::npos);
  SECTION("the server knows everybody still") {
    d.message(Driver::joinedText("m", Driver::participant("z"), true));
    CHECK(d.notified<notification::Joined>()[0].resumed);
    CHECK(d.all<action::CreatePeerConnection>().empty());
  }
  SECTION("the server has been restarted, and the other is not back yet") {
    d.message(Driver::joinedText("m", ""));
    CHECK(d.notified<notification::ParticipantLeft>().empty());
    CHECK_FALSE(d.notified<notification::ParticipantUpdated>()[0].participant.present);
    d.wait(Duration::seconds(300));
    CHECK(d.notified<notification::ParticipantLeft>().empty());  // connected: kept for ever
    SECTION("it comes back") {
      d.message(R"({"type":"participantJoined","participant":)" + Driver::participant("z") + "}");
      CHECK(d.notified<notification::ParticipantJoined>().empty());
      CHECK(d.notified<notification::ParticipantUpdated>()[0].participant.present);
      CHECK(d.all<action::CreatePeerConnection>().empty());
    }
    SECTION("its connection goes as well") {
      d.handle(event::IceConnectionStateChanged{pc, IceConnectionState::kFailed});
      d.wait(Duration::millis(19'999));
      CHECK(d.notified<notification::ParticipantLeft>().empty());
      d.wait(Duration::millis(1));
      CHECK(d.notified<notification::ParticipantLeft>()[0].reason == "timeout");
      CHECK(d.one<action::ClosePeerConnection>().pc == pc);
    }
  }
}

TEST_CASE("who times out at the server but still sends is kept, who leaves is not", "[session][room]") {
  Driver d;
  const auto pc = d.startWith("z");
  d.connect(pc, "z");
  d.message(R"({"type":"participantLeft","participantId":"z","reason":"timeout"})");
  CHECK(d.notified<notification::ParticipantLeft>().empty());
  d.message(R"({"type":"participantLeft","participantId":"z","reason":"left"})");
  CHECK(d.notified<notification::ParticipantLeft>()[0].reason == "left");
  CHECK(d.one<action::ClosePeerConnection>().pc == pc);
}

TEST_CASE("an expired token on rejoin waits for a fresh one", "[session][room]") {
  Driver d;
  d.start();
  d.handle(event::TransportClosed{""});
  d.handle(event::TransportOpened{});
  d.message(Driver::errorText("token-expired", true, "join/2"));
  CHECK(d.warnings() == std::vector<std::string>{"token-expired"});
  CHECK(d.notified<notification::Rejected>().empty());
  d.wait(Duration::seconds(60));
  CHECK(d.actions.empty());
  d.handle(event::TokenChanged{"fresh"});
  REQUIRE(d.sent("join").size() == 1);
  CHECK(d.sent("join")[0].find(R"("token":"fresh")") != std::string::npos);
}

TEST_CASE("what was not delivered is said again when the participant is back", "[session][room]") {
  Driver d;
  const auto pc = d.startWith("z");
  d.message(R"({"type":"participantUpdated","participant":)" + Driver::participant("z", false) + "}");
  d.handle(event::NegotiationNeeded{pc});
  CHECK(d.actions.empty());  // no offer for somebody who is away
  d.message(R"({"type":"participantUpdated","participant":)" + Driver::participant("z") + "}");
  d.localSet(SdpType::kOffer);
  CHECK(d.descriptions().size() == 1);
  d.message(Driver::errorText("participant-away", false, "signal/z"));
  CHECK(d.warnings().empty());
  d.message(R"({"type":"participantUpdated","participant":)" + Driver::participant("z", false) + "}");
  d.handle(event::IceCandidateGathered{pc, {"c", "0", 0, "l"}});
  CHECK(d.actions.empty());
  d.message(R"({"type":"participantUpdated","participant":)" + Driver::participant("z") + "}");
  CHECK(d.payloads().size() == 2);  // the offer and the candidate
}

TEST_CASE("ICE restarts when it must, and when it can", "[session][room]") {
  Driver d;
  const auto pc = d.startWith("z");
  d.connect(pc, "z");
  SECTION("failed: at once") {
    d.handle(event::IceConnectionStateChanged{pc, IceConnectionState::kFailed});
    CHECK(d.one<action::RestartIce>().pc == pc);
    const auto state = d.notified<notification::PeerStateChanged>();
    REQUIRE(state.size() == 1);
    CHECK(state[0].state == PeerState::kReconnecting);
    CHECK(state[0].ice_restarts == 1);
  }
  SECTION("disconnected: after three seconds") {
    d.handle(event::IceConnectionStateChanged{pc, IceConnectionState::kDisconnected});
    d.wait(Duration::millis(2999));
    CHECK(d.all<action::RestartIce>().empty());
    d.wait(Duration::millis(1));
    CHECK(d.all<action::RestartIce>().size() == 1);
  }
  SECTION("not while signalling is down, but then") {
    d.handle(event::TransportClosed{""});
    d.handle(event::IceConnectionStateChanged{pc, IceConnectionState::kFailed});
    d.wait(Duration::seconds(30));
    CHECK(d.all<action::RestartIce>().empty());
    d.handle(event::TransportOpened{});
    d.message(Driver::joinedText("m", Driver::participant("z"), true));
    CHECK(d.all<action::RestartIce>().size() == 1);
  }
  SECTION("another network, with servers that have changed since") {
    d.message(R"({"type":"iceServers","iceServers":[{"urls":["turn:t"],"username":"u","credential":"c"}]})");
    d.handle(event::NetworkChanged{});
    CHECK(d.one<action::SetIceServers>().ice_servers[0].username == "u");
    CHECK(d.all<action::RestartIce>().size() == 1);
  }
}

TEST_CASE("sources come, are muted, and go", "[session][room]") {
  Driver d;
  const auto pc = d.startWith("z");
  d.connect(pc, "z");
  d.handle(event::LocalSourceAdded{kMic, false});
  CHECK(d.all<action::AddSource>().empty());
  CHECK(d.sent("update").size() == 1);
  d.handle(event::LocalSourceAdded{kMic, true});
  CHECK(d.one<action::AddSource>().pc == pc);

  d.handle(event::LocalSourceMuted{"mic", true});
  CHECK(d.all<action::SetLocalDescription>().empty());
  REQUIRE(d.sent("update").size() == 1);
  CHECK(d.sent("update")[0].find(R"("muted":true)") != std::string::npos);
  const auto control = d.one<action::SendOnDataChannel>();
  CHECK(control.channel == DataChannel::kControl);
  CHECK(std::string(control.bytes.begin(), control.bytes.end()).find(R"("muted":true)") != std::string::npos);
  d.handle(event::LocalSourceMuted{"mic", true});
  CHECK(d.actions.empty());

  d.handle(event::LocalSourceRemoved{"mic"});
  CHECK(d.one<action::RemoveSource>().source_id == "mic");
  CHECK(d.sent("update").size() == 1);
}

TEST_CASE("the mapping of mids is told even when the browser sees no need", "[session][room]") {
  Driver d;
  const auto pc = d.startWith("z");
  d.connect(pc, "z");
  d.handle(event::LocalSourceAdded{kMic, true});
  d.wait(Duration::millis(100));
  CHECK(d.all<action::SetLocalDescription>().size() == 1);
}

TEST_CASE("a remote source is announced when its track, its mapping and its description are there", "[session][room]") {
  Driver d;
  const auto pc = d.startWith("z");
  auto offer = Driver::description(SdpType::kOffer, 1);
  std::get<PeerDescription>(offer.content).mids = {{"1", "mic"}};
  d.signal("z", offer);
  const auto setting = d.one<action::SetRemoteDescription>();
  d.handle(event::RemoteTrackAdded{pc, "1", SourceKind::kAudio});
  CHECK(d.actions.empty());
  d.handle(event::RemoteDescriptionSet{pc, setting.op});
  CHECK(d.notified<notification::RemoteSourceAdded>().empty());
  d.handle(event::DataChannelMessage{pc, DataChannel::kControl, bytesOf(serializeControl({2, {kMic}}))});
  CHECK(d.notified<notification::ParticipantUpdated>().size() == 1);
  REQUIRE(d.notified<notification::RemoteSourceAdded>().size() == 1);
  CHECK(d.notified<notification::RemoteSourceAdded>()[0].mid == "1");
  CHECK(d.notified<notification::RemoteSourceAdded>()[0].source == kMic);
  // Muting is news of the participant, nothing else.
  Source muted = kMic;
  muted.muted = true;
  d.handle(event::DataChannelMessage{pc, DataChannel::kControl, bytesOf(serializeControl({3, {muted}}))});
  CHECK(d.actions.size() == 1);
  // An older state that comes by a slower way changes nothing.
  d.message(R"({"type":"participantUpdated","participant":)" + Driver::participant("z", true, "mesh", kMicJson) + "}");
  CHECK(d.actions.empty());
  d.handle(event::DataChannelMessage{pc, DataChannel::kControl, bytesOf(serializeControl({2, {kMic}}))});
  CHECK(d.actions.empty());
  d.handle(event::DataChannelMessage{pc, DataChannel::kControl, bytesOf(serializeControl({4, {}}))});
  CHECK(d.notified<notification::RemoteSourceRemoved>().size() == 1);
}

TEST_CASE("data goes to all or to some, within its limits", "[session][room]") {
  Driver d;
  const auto pc = d.startWith("z");
  d.connect(pc, "z");
  d.handle(event::SendDataRequested{"chat", bytesOf("hi"), true, true, {}});
  const auto sent = d.one<action::SendOnDataChannel>();
  CHECK(sent.channel == DataChannel::kReliable);
  d.handle(event::DataChannelMessage{pc, DataChannel::kReliable, sent.bytes});
  const auto got = d.notified<notification::Data>();
  REQUIRE(got.size() == 1);
  CHECK(got[0].from == "z");
  CHECK(got[0].topic == "chat");
  CHECK(got[0].bytes == bytesOf("hi"));
  CHECK(got[0].is_text);
  d.handle(event::SendDataRequested{"x", {1}, false, false, {"z"}});
  CHECK(d.one<action::SendOnDataChannel>().channel == DataChannel::kUnreliable);
  d.handle(event::SendDataRequested{"x", {1}, false, true, {"nobody"}});
  CHECK(d.warnings() == std::vector<std::string>{"data-undeliverable"});
  d.handle(event::SendDataRequested{"x", Bytes(kMaxDataBytes + 1), false, true, {}});
  CHECK(d.warnings() == std::vector<std::string>{"data-too-large"});
  CHECK(d.all<action::SendOnDataChannel>().empty());
  d.handle(event::DataChannelMessage{pc, DataChannel::kReliable, {9, 9}});
  CHECK(d.warnings() == std::vector<std::string>{"data-invalid"});
  d.handle(event::DataChannelMessage{pc, DataChannel::kControl, {9, 9}});
  CHECK(d.warnings() == std::vector<std::string>{"message-invalid"});
}

TEST_CASE("data channels that close under a living connection cost the connection", "[session][room]") {
  Driver d;
  const auto pc = d.startWith("z");
  d.connect(pc, "z");
  d.handle(event::DataChannelClosed{pc, DataChannel::kReliable});
  d.wait(Duration::millis(4999));
  CHECK(d.all<action::CreatePeerConnection>().empty());
  d.wait(Duration::millis(1));
  CHECK(d.all<action::CreatePeerConnection>().size() == 1);
}

TEST_CASE("nonsense from the server is a warning", "[session][room]") {
  Driver d;
  d.start();
  d.message("{]");
  CHECK(d.warnings() == std::vector<std::string>{"message-invalid"});
  d.message(R"({"type":"signal","from":"stranger","payload":{"connection":{"from":1,"to":0},"candidate":{"candidate":"","sdpMid":"0"}}})");
  CHECK(d.actions.empty());
}

TEST_CASE("being replaced by oneself elsewhere ends the session", "[session][room]") {
  Driver d;
  const auto pc = d.startWith("z");
  d.message(R"({"type":"participantLeft","participantId":"m","reason":"replaced"})");
  CHECK(d.one<action::ClosePeerConnection>().pc == pc);
  CHECK(d.notified<notification::Closed>()[0].reason == "replaced");
}

TEST_CASE("leaving says so, closes everything, and then there is silence", "[session][room]") {
  Driver d;
  const auto pc = d.startWith("z");
  d.connect(pc, "z");
  d.handle(event::Leave{});
  CHECK(d.sent("leave").size() == 1);
  CHECK(d.one<action::ClosePeerConnection>().pc == pc);
  REQUIRE(d.notified<notification::Closed>().size() == 1);
  CHECK(d.notified<notification::Closed>()[0].reason == "left");
  d.handle(event::NegotiationNeeded{pc});
  d.message(Driver::joinedText("m", Driver::participant("y")));
  d.handle(event::Leave{});
  CHECK(d.actions.empty());
}
