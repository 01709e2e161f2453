// SPDX-License-Identifier: Apache-2.0
// What comes from outside is parsed strictly: valid messages become structs, anything else an error value.
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "wasm/session/json.h"
#include "wasm/session/messages.h"

using namespace tessera;
using namespace tessera::session;

namespace {

const std::string kParticipant =
    R"({"id":"a","name":"Ann","capabilities":{"topologies":["mesh"],"dataChannels":true,"later":1},)"
    R"("sources":[{"id":"s1","kind":"video","content":"camera","muted":true},{"id":"s2","kind":"smell","content":"nose","muted":true}],)"
    R"("present":false})";

bool accepted(const std::string& text) { return parseServerMessage(text).hasValue(); }

template <class T>
T parsed(const std::string& text) {
  auto message = parseServerMessage(text);
  REQUIRE(message.hasValue());
  REQUIRE(std::holds_alternative<T>(message.value()));
  return std::get<T>(message.value());
}

}  // namespace

TEST_CASE("joined is read in full", "[session][messages]") {
  const auto joined = parsed<message::Joined>(
      R"({"type":"joined","participantId":"me","resumed":true,"room":{"name":"r","topology":"mesh","capacity":4},"participants":[)" +
      kParticipant + R"(],"iceServers":[{"urls":"stun:x"},{"urls":["turn:y","turns:y"],"username":"u","credential":"c"}],"resumeToken":"t2"})");
  CHECK(joined.participant_id == "me");
  CHECK(joined.resumed);
  CHECK(joined.room == RoomInfo{"r", "mesh", 4});
  CHECK(joined.resume_token == "t2");
  REQUIRE(joined.participants.size() == 1);
  const Participant& ann = joined.participants[0];
  CHECK(ann.name == "Ann");
  CHECK_FALSE(ann.present);
  CHECK(ann.capabilities.topologies == std::vector<std::string>{"mesh"});
  CHECK(ann.sources == std::vector<Source>{{"s1", SourceKind::kVideo, SourceContent::kCamera, true}});  // the unknown one is left out
  CHECK(joined.ice_servers == std::vector<IceServer>{{{"stun:x"}, "", ""}, {{"turn:y", "turns:y"}, "u", "c"}});
}

TEST_CASE("errors, presence and departures are read", "[session][messages]") {
  const auto error = parsed<message::ServerError>(
      R"({"type":"error","code":"rate-limited","message":"Slow down.","fatal":false,"inReplyTo":"signal/a","retryAfterMs":250})");
  CHECK(error.code == "rate-limited");
  CHECK(error.in_reply_to == "signal/a");
  CHECK(error.retry_after == Duration::millis(250));
  CHECK(parsed<message::ParticipantLeft>(R"({"type":"participantLeft","participantId":"a","reason":"timeout"})").reason == "timeout");
  CHECK(parsed<message::ParticipantUpdated>(R"({"type":"participantUpdated","participant":)" + kParticipant + "}").participant.id == "a");
  CHECK(parsed<message::Closing>(R"({"type":"closing","reason":"shutdown","retryAfterMs":5})").retry_after == Duration::millis(5));
  CHECK(accepted(R"({"type":"lobby"})"));
  CHECK(accepted(R"({"type":"of-a-later-version","x":[1.5e300]})"));
}

TEST_CASE("malformed messages are refused", "[session][messages]") {
  const std::vector<std::string> bad = {
      "", "{", "[]", "null", "1", "\"x\"", "{}", R"({"type":1})", R"({"type":"joined"})", R"({"type":"signal","from":"a"})",
      R"({"type":"signal","from":"a","payload":[]})", R"({"type":"signal","from":"","payload":{}})",
      R"({"type":"error","code":5,"message":"x"})", R"({"type":"participantLeft","participantId":{},"reason":"left"})",
      R"({"type":"participantJoined","participant":{"id":"a","name":7,"capabilities":{"topologies":[]},"sources":[]}})",
      R"({"type":"participantJoined","participant":{"id":"a","name":"n","capabilities":[],"sources":[]}})",
      R"({"type":"iceServers","iceServers":[{"urls":5}]})", R"({"type":"iceServers","iceServers":[{"urls":[]}]})",
      "{\"type\":\"lobby\xff\"}", R"({"type":"lobby"} trailing)", R"({"type":"closing","reason":1})"};
  for (const std::string& text : bad) {
    INFO(text);
    CHECK_FALSE(accepted(text));
  }
  const std::string id(65, 'x');
  CHECK_FALSE(accepted(R"({"type":"participantLeft","participantId":")" + id + R"(","reason":"left"})"));
}

TEST_CASE("nesting and length are bounded", "[session][messages]") {
  const auto nested = [](std::size_t depth) {
    return R"({"type":"lobby","x":)" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  CHECK(accepted(nested(kMaxJsonDepth)));
  CHECK_FALSE(accepted(nested(kMaxJsonDepth + 1)));
  CHECK_FALSE(accepted(nested(100'000)));
  CHECK(accepted(R"({"type":"lobby","x":"[[[[[[[[[[[[[[[[[[[[[[[[[[\"[[[[[[["})"));  // brackets in a text are no nesting
  CHECK_FALSE(accepted(R"({"type":"lobby","x":")" + std::string(1024 * 1024, 'x') + "\"}"));
}

TEST_CASE("the members of an object are bounded", "[session][messages]") {
  const auto wide = [](std::size_t members) {
    std::string text = R"({"type":"lobby","x":{)";
    for (std::size_t i = 0; i < members; ++i) text += (i ? ",\"" : "\"") + std::to_string(i) + "\":0";
    return text + "}}";
  };
  CHECK(accepted(wide(kMaxJsonMembers)));
  CHECK_FALSE(accepted(wide(kMaxJsonMembers + 1)));
}

TEST_CASE("a peer payload survives the way through the server", "[session][messages]") {
  PeerPayload payload{.from = 7, .to = 3, .content = PeerDescription{}};
  auto& description = std::get<PeerDescription>(payload.content);
  description.sequence = 4;
  description.answers = 9;
  description.answered = 9;
  description.type = SdpType::kAnswer;
  description.sdp = "v=0\r\n\"\\\x01\xc3\xa9";
  description.mids = {{"0", "s1"}};
  description.state = {12, {{"s1", SourceKind::kAudio, SourceContent::kMicrophone, true}}};
  const std::string sent = serializeSignal("signal/b", "b", payload);
  const auto relayed = [](const std::string& text) {
    return R"({"type":"signal","from":"a",)" + text.substr(text.find("\"payload\""));
  };
  const auto got = parsed<message::Signal>(relayed(sent)).payload;
  CHECK(got.from == 7);
  CHECK(got.to == 3);
  const auto& same = std::get<PeerDescription>(got.content);
  CHECK(same.sdp == description.sdp);
  CHECK(same.mids == description.mids);
  CHECK(same.state == description.state);
  CHECK(same.answers == 9);

  payload.content = IceCandidate{"candidate:1", "0", 2, "uf"};
  const auto candidate = parsed<message::Signal>(relayed(serializeSignal("signal/b", "b", payload))).payload;
  CHECK(std::get<IceCandidate>(candidate.content) == IceCandidate{"candidate:1", "0", 2, "uf"});
}

TEST_CASE("peer payloads with impossible members are refused", "[session][messages]") {
  const auto signal = [](const std::string& payload) { return accepted(R"({"type":"signal","from":"a","payload":)" + payload + "}"); };
  const std::string rest = R"("sdp":"","mids":[],"state":{"revision":1,"sources":[]})";
  CHECK(signal(R"({"connection":{"from":1,"to":0},"description":{"type":"offer","sequence":1,)" + rest + "}}"));
  CHECK_FALSE(signal(R"({"connection":{"from":0,"to":0},"description":{"type":"offer","sequence":1,)" + rest + "}}"));
  CHECK_FALSE(signal(R"({"connection":{"from":1.5,"to":0},"description":{"type":"offer","sequence":1,)" + rest + "}}"));
  CHECK_FALSE(signal(R"({"connection":{"from":4294967296,"to":0},"description":{"type":"offer","sequence":1,)" + rest + "}}"));
  CHECK_FALSE(signal(R"({"connection":{"from":1,"to":-1},"description":{"type":"offer","sequence":1,)" + rest + "}}"));
  CHECK_FALSE(signal(R"({"connection":{"from":1,"to":0},"description":{"type":"rollback","sequence":1,)" + rest + "}}"));
  CHECK_FALSE(signal(R"({"connection":{"from":1,"to":0},"description":{"type":"answer","sequence":1,)" + rest + "}}"));
  CHECK_FALSE(signal(R"({"connection":{"from":1,"to":0},"candidate":{"candidate":"x","sdpMid":0}})"));
  CHECK_FALSE(signal(R"({"connection":{"from":1,"to":0}})"));
  CHECK_FALSE(signal(R"({"candidate":{"candidate":"x","sdpMid":"0"}})"));
}

TEST_CASE("what a client says is what the protocol says", "[session][messages]") {
  const ParticipantState state{3, {{"s", SourceKind::kVideo, SourceContent::kScreen, false}}};
  CHECK(serializeJoin({"join/1", "r", "t", "k", "N", {}, state}) ==
        R"({"type":"join","id":"join/1","protocol":1,"room":"r","token":"t","participantKey":"k","name":"N",)"
        R"("capabilities":{"topologies":["mesh","sfu"],"dataChannels":true},"revision":3,)"
        R"("sources":[{"id":"s","kind":"video","content":"screen","muted":false}]})");
  CHECK(serializeLeave() == R"({"type":"leave"})");
  CHECK(serializeUpdate("update", "N", {1, {}}) == R"({"type":"update","id":"update","name":"N","revision":1,"sources":[]})");
}

TEST_CASE("control messages", "[session][messages]") {
  const ParticipantState state{9, {{"s", SourceKind::kAudio, SourceContent::kScreenAudio, true}}};
  auto back = parseControl(serializeControl(state));
  REQUIRE(back.hasValue());
  CHECK(back.value() == state);
  auto later = parseControl(R"({"type":"of-a-later-version"})");
  REQUIRE(later.hasValue());
  CHECK_FALSE(later.value().has_value());
  CHECK_FALSE(parseControl("x").hasValue());
  CHECK_FALSE(parseControl(R"({"type":"state","sources":[{"id":"s"}]})").hasValue());
  const std::string s = R"({"id":"s","kind":"audio","content":"microphone","muted":true})";
  CHECK_FALSE(parseControl(R"({"type":"state","sources":[)" + s + "," + s + "]}").hasValue());  // an id twice
}

TEST_CASE("data envelopes", "[session][messages]") {
  const Envelope hello{"chat", {'h', 'i'}, true};
  auto bytes = encodeEnvelope(hello);
  REQUIRE(bytes.hasValue());
  CHECK(bytes.value() == Bytes{1, 1, 0, 4, 'c', 'h', 'a', 't', 'h', 'i'});
  auto back = decodeEnvelope(bytes.value());
  REQUIRE(back.hasValue());
  CHECK(back.value().topic == "chat");
  CHECK(back.value().bytes == hello.bytes);
  CHECK(back.value().is_text);

  CHECK(encodeEnvelope({"", Bytes(kMaxDataBytes), false}).hasValue());
  CHECK(encodeEnvelope({"", Bytes(kMaxDataBytes + 1), false}).error().code == ErrorCode::kTooLarge);
  CHECK_FALSE(encodeEnvelope({std::string(257, 't'), {}, false}).hasValue());
  CHECK_FALSE(encodeEnvelope({"", {0xff}, true}).hasValue());

  CHECK_FALSE(decodeEnvelope({}).hasValue());
  CHECK_FALSE(decodeEnvelope({2, 0, 0, 0}).hasValue());              // another version
  CHECK_FALSE(decodeEnvelope({1, 0, 0, 2, 'a'}).hasValue());         // topic cut off
  CHECK_FALSE(decodeEnvelope({1, 0, 0xff, 0xff, 'a'}).hasValue());   // topic too long
  CHECK_FALSE(decodeEnvelope({1, 0, 0, 1, 0xc0}).hasValue());        // topic not UTF-8
  CHECK_FALSE(decodeEnvelope({1, 1, 0, 0, 0xed, 0xa0, 0x80}).hasValue());  // text with a surrogate
  CHECK(decodeEnvelope({1, 0, 0, 0, 0xff}).hasValue());              // bytes may be anything
  CHECK_FALSE(decodeEnvelope(Bytes(4 + kMaxDataBytes + 1, 1)).hasValue());
}

TEST_CASE("base64 both ways", "[session][messages]") {
  for (std::size_t size = 0; size < 70; ++size) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 37 + size);
    CHECK(decodeBase64(encodeBase64(bytes)) == bytes);
  }
  CHECK(encodeBase64({'f', 'o', 'o', 'b'}) == "Zm9vYg==");
  CHECK_FALSE(decodeBase64("Zm9").has_value());
  CHECK_FALSE(decodeBase64("Zm9*").has_value());
  CHECK_FALSE(decodeBase64("Zg==Zg==").has_value());
}
