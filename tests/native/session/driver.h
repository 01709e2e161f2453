// SPDX-License-Identifier: Apache-2.0
// Drives one session by hand: says what happens, and looks at what it asks for.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "wasm/session/messages.h"
#include "wasm/session/session.h"

namespace tessera::session::test {

class Driver {
 public:
  explicit Driver(SessionConfig config = {}) : session(config) {}

  Session session;
  Timestamp now = Timestamp::millis(1000);
  std::vector<Action> actions;  // of the last step

  void handle(Event event) {
    session.handle(event, now);
    actions = session.takeActions();
  }
  void message(const std::string& text) { handle(event::TransportMessage{text}); }
  // Time passes; timers fire when they are due.
  void wait(Duration duration) {
    const Timestamp end = now + duration;
    std::vector<Action> all;
    while (session.nextTimeout() && *session.nextTimeout() <= end) {
      if (*session.nextTimeout() > now) now = *session.nextTimeout();
      handle(event::TimerFired{});
      all.insert(all.end(), actions.begin(), actions.end());
    }
    now = end;
    actions = std::move(all);
  }

  template <class A>
  std::vector<A> all() const {
    std::vector<A> out;
    for (const Action& action : actions) {
      if (const A* a = std::get_if<A>(&action)) out.push_back(*a);
    }
    return out;
  }
  template <class A>
  A one() const {
    const auto found = all<A>();
    REQUIRE(found.size() == 1);
    return found[0];
  }
  template <class N>
  std::vector<N> notified() const {
    std::vector<N> out;
    for (const auto& notify : all<action::Notify>()) {
      if (const N* n = std::get_if<N>(&notify.notification)) out.push_back(*n);
    }
    return out;
  }
  std::vector<std::string> warnings() const {
    std::vector<std::string> out;
    for (const auto& warning : notified<notification::Warning>()) out.push_back(warning.code);
    return out;
  }
  // The texts sent whose `type` is this.
  std::vector<std::string> sent(const std::string& type) const {
    std::vector<std::string> out;
    for (const auto& send : all<action::TransportSend>()) {
      if (send.text.starts_with("{\"type\":\"" + type + "\"")) out.push_back(send.text);
    }
    return out;
  }
  // The payloads sent to peers.
  std::vector<PeerPayload> payloads() const {
    std::vector<PeerPayload> out;
    for (const std::string& text : sent("signal")) {
      auto parsed = parseServerMessage("{\"type\":\"signal\",\"from\":\"me\"," + text.substr(text.find("\"payload\"")));
      REQUIRE(parsed.hasValue());
      out.push_back(std::get<message::Signal>(parsed.value()).payload);
    }
    return out;
  }
  std::vector<PeerDescription> descriptions() const {
    std::vector<PeerDescription> out;
    for (const PeerPayload& payload : payloads()) {
      if (const auto* description = std::get_if<PeerDescription>(&payload.content)) out.push_back(*description);
    }
    return out;
  }

  static std::string participant(const std::string& id, bool present = true, const std::string& topology = "mesh",
                                 const std::string& sources = "") {
    return R"({"id":")" + id + R"(","name":"N-)" + id + R"(","capabilities":{"topologies":[")" + topology +
           R"("],"dataChannels":true},"sources":[)" + sources + R"(],"present":)" + (present ? "true" : "false") + "}";
  }
  static std::string joinedText(const std::string& me, const std::string& participants, bool resumed = false) {
    return R"({"type":"joined","participantId":")" + me + R"(","resumed":)" + (resumed ? "true" : "false") +
           R"(,"room":{"name":"r","topology":"mesh","capacity":6},"participants":[)" + participants +
           R"(],"iceServers":[{"urls":["stun:s"]}],"resumeToken":"resume"})";
  }
  static std::string errorText(const std::string& code, bool fatal, const std::string& about, int retry_ms = -1) {
    return R"({"type":"error","code":")" + code + R"(","message":"Because.","fatal":)" + (fatal ? "true" : "false") +
           R"(,"inReplyTo":")" + about + "\"" + (retry_ms < 0 ? "" : ",\"retryAfterMs\":" + std::to_string(retry_ms)) + "}";
  }

  void start(const std::string& me = "me", const std::string& participants = "") {
    handle(event::Start{"r", "token-0123456789", "key-0123456789", "Me", {}, {}});
    handle(event::TransportOpened{});
    message(joinedText(me, participants));
  }
  // In a room with `other`, whose connection has the number 50; returns ours. The newcomer offers.
  PeerConnectionId startWith(const std::string& other, const std::string& me = "m") {
    start(me, participant(other));
    return one<action::CreatePeerConnection>().pc;
  }

  void signal(const std::string& from, const PeerPayload& payload) {
    const std::string text = serializeSignal("x", "me", payload);
    message("{\"type\":\"signal\",\"from\":\"" + from + "\"," + text.substr(text.find("\"payload\"")));
  }
  static std::string sdp(const std::string& ufrag) { return "v=0\r\na=ice-ufrag:" + ufrag + "\r\n"; }
  static PeerPayload description(SdpType type, std::uint32_t sequence, std::uint32_t from = 50, std::uint32_t to = 0,
                                 std::uint32_t answers = 0) {
    PeerDescription d;
    d.type = type;
    d.sequence = sequence;
    d.answers = answers;
    d.sdp = sdp("r" + std::to_string(sequence));
    return {from, to, d};
  }
  // Completes the SetLocalDescription that was asked for last.
  void localSet(SdpType type, const std::string& ufrag = "l", std::vector<MidMapping> mids = {}) {
    const auto asked = one<action::SetLocalDescription>();
    handle(event::LocalDescriptionSet{asked.pc, asked.op, type, sdp(ufrag), std::move(mids)});
  }
  void remoteSet() {
    const auto asked = one<action::SetRemoteDescription>();
    handle(event::RemoteDescriptionSet{asked.pc, asked.op});
  }
  // Offer and answer, connected, channels open.
  void connect(PeerConnectionId pc, const std::string& other) {
    handle(event::NegotiationNeeded{pc});
    localSet(SdpType::kOffer);
    signal(other, description(SdpType::kAnswer, 1, 50, pc.value, 1));
    remoteSet();
    handle(event::IceConnectionStateChanged{pc, IceConnectionState::kConnected});
    handle(event::ConnectionStateChanged{pc, ConnectionState::kConnected});
    for (int i = 0; i < 3; ++i) handle(event::DataChannelOpened{pc, static_cast<DataChannel>(i)});
  }
};

}  // namespace tessera::session::test
