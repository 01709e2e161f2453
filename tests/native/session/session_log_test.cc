// SPDX-License-Identifier: Apache-2.0
// A session's log replays to the same actions, shows the first that differs, and keeps secrets.
#include "tests/native/session/driver.h"
#include "wasm/session/session_log.h"

using namespace tessera;
using namespace tessera::session;
using namespace tessera::session::test;

namespace {

std::string recordCall(std::size_t max_bytes = SessionLog::kDefaultMaxBytes) {
  SessionConfig config;
  config.offer_resend = Duration::millis(700);
  Session session(config);
  SessionLog log(config, max_bytes);
  Timestamp now = Timestamp::millis(10);
  std::vector<Action> last;
  const auto handle = [&](Event event) {
    now = now + Duration::millis(100);
    log.record(event, now);
    session.handle(event, now);
    last = session.takeActions();
    log.record(last, now);
  };
  handle(event::Start{"r", "token-0123456789", "key-0123456789", "M\xc3\xa9 \"\\\n\x01", {}, {}});
  handle(event::TransportOpened{});
  handle(event::TransportMessage{Driver::joinedText("m", Driver::participant("z"))});
  handle(event::NegotiationNeeded{PeerConnectionId{1}});
  handle(event::LocalDescriptionSet{PeerConnectionId{1}, OperationId{1}, SdpType::kOffer, Driver::sdp("l"), {{"0", "mic"}}});
  for (int i = 0; i < 20; ++i) handle(event::TimerFired{});
  handle(event::SendDataRequested{"t", {0, 1, 255}, false, true, {}});
  handle(event::Leave{});
  return log.text();
}

}  // namespace

TEST_CASE("a log replays byte for byte", "[session][log]") {
  const std::string log = recordCall();
  const auto result = replay(log);
  REQUIRE(result.hasValue());
  CHECK_FALSE(result.value().has_value());
  CHECK(log.find("token-0123456789") == std::string::npos);
  CHECK(log.find("key-0123456789") == std::string::npos);
  CHECK(log.find("resumeToken\\\":\\\"resume\\\"") != std::string::npos);  // too short to be a secret
}

TEST_CASE("a log that says otherwise is told from this build", "[session][log]") {
  std::string log = recordCall();
  const std::size_t at = log.find("answered\\\":0");
  REQUIRE(at != std::string::npos);
  SECTION("an action changed") {
    log.replace(at, 12, "answered\\\":1");
    const auto result = replay(log);
    REQUIRE(result.hasValue());
    REQUIRE(result.value().has_value());
    CHECK(result.value()->expected.find("answered\\\":1") != std::string::npos);
    CHECK(result.value()->actual.find("answered\\\":0") != std::string::npos);
  }
  SECTION("actions missing") {
    const std::size_t line = log.rfind('\n', at);
    log.erase(line, log.find('\n', at) - line);
    const auto result = replay(log);
    REQUIRE(result.hasValue());
    REQUIRE(result.value().has_value());
    CHECK(result.value()->expected.empty());
  }
  SECTION("damaged") {
    log.insert(at, "\"");
    CHECK_FALSE(replay(log).hasValue());
  }
}

TEST_CASE("a log stops at its limit and still replays", "[session][log]") {
  const std::string log = recordCall(3000);
  CHECK(log.size() <= 3000 + 20);
  CHECK(log.ends_with("{\"truncated\":true}\n"));
  const auto result = replay(log);
  REQUIRE(result.hasValue());
  CHECK_FALSE(result.value().has_value());
}

TEST_CASE("what is no log is refused", "[session][log]") {
  for (const char* text : {"", "\n", "x", "{}", "{\"tessera\":2,\"config\":{}}", "{\"tessera\":1,\"config\":{}}\n{}",
                           "{\"tessera\":1,\"config\":{}}\n{\"t\":-1,\"event\":{\"type\":\"Leave\"}}",
                           "{\"tessera\":1,\"config\":{}}\n{\"t\":1,\"event\":{\"type\":\"Nothing\"}}"}) {
    INFO(text);
    CHECK_FALSE(replay(text).hasValue());
  }
}

TEST_CASE("every event and action survives JSON", "[session][log]") {
  const PeerConnectionId pc{7};
  const std::vector<Event> events = {
      event::Start{"r", "t", "k", "n", {{"mesh", "x"}, false}, {{"s", SourceKind::kVideo, SourceContent::kScreen, true}}},
      event::TokenChanged{"t"}, event::Leave{}, event::LocalSourceAdded{{}, false}, event::LocalSourceRemoved{"s"},
      event::LocalSourceMuted{"s", true}, event::LocalNameChanged{"n"},
      event::SendDataRequested{"t", {0, 255}, true, false, {"a"}}, event::NetworkChanged{}, event::TransportOpened{},
      event::TransportClosed{"r"}, event::TransportMessage{"{\"\\u0001\"}"}, event::TimerFired{}, event::NegotiationNeeded{pc},
      event::LocalDescriptionSet{pc, {3}, SdpType::kAnswer, "sdp", {{"0", "s"}}}, event::RemoteDescriptionSet{pc, {4}},
      event::OperationFailed{pc, {5}, "n", "m"}, event::IceCandidateGathered{pc, {"c", "0", 1, "u"}},
      event::IceConnectionStateChanged{pc, IceConnectionState::kFailed}, event::ConnectionStateChanged{pc, ConnectionState::kClosed},
      event::SignalingStateChanged{pc, SignalingState::kHaveRemoteOffer}, event::RemoteTrackAdded{pc, "0", SourceKind::kVideo},
      event::RemoteTrackRemoved{pc, "0"}, event::DataChannelOpened{pc, DataChannel::kUnreliable},
      event::DataChannelClosed{pc, DataChannel::kReliable}, event::DataChannelMessage{pc, DataChannel::kControl, {1, 2}},
      event::DataChannelBufferedAmountLow{pc, DataChannel::kReliable}};
  REQUIRE(events.size() == std::variant_size_v<Event>);
  for (const Event& event : events) {
    const std::string json = toJson(event);
    INFO(json);
    const auto back = eventFromJson(json);
    REQUIRE(back.hasValue());
    CHECK(back.value().index() == event.index());
    CHECK(toJson(back.value()) == json);
  }
  const std::vector<Action> actions = {
      action::TransportSend{"t"}, action::CreatePeerConnection{pc, "p", {{{"stun:s"}, "u", "c"}}, IceTransportPolicy::kRelay},
      action::ClosePeerConnection{pc}, action::SetIceServers{pc, {}}, action::SetLocalDescription{pc, {1}},
      action::SetRemoteDescription{pc, {2}, SdpType::kAnswer, "s"}, action::AddIceCandidate{pc, {"c", "1", 2, ""}}, action::RestartIce{pc},
      action::AddSource{pc, "s", SourceKind::kVideo, SourceContent::kCamera}, action::RemoveSource{pc, "s"},
      action::SendOnDataChannel{pc, DataChannel::kReliable, {9}, true},
      action::Notify{notification::PeerStateChanged{"p", pc, PeerState::kFailed, 3}}};
  REQUIRE(actions.size() == std::variant_size_v<Action>);
  for (const Action& action : actions) {
    const std::string json = toJson(action);
    INFO(json);
    const auto back = actionFromJson(json);
    REQUIRE(back.hasValue());
    CHECK(back.value().index() == action.index());
    CHECK(toJson(back.value()) == json);
  }
  SessionConfig config;
  config.first_connection = 77;
  config.absent_grace = Duration::micros(123);
  CHECK(configFromJson(toJson(config)).value() == config);
  CHECK_FALSE(configFromJson("{\"absentGrace\":-1}").hasValue());
}
