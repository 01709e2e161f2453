// SPDX-License-Identifier: Apache-2.0
// Fuzzes what a session reads from outside: server messages (parsed, and handled by a session in a call), control messages,
// data envelopes. The first byte picks which.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "wasm/session/messages.h"
#include "wasm/session/session.h"

using namespace tessera;
using namespace tessera::session;

namespace {

constexpr const char* kJoined =
    R"({"type":"joined","participantId":"m","resumed":false,"room":{"name":"r","topology":"mesh","capacity":6},)"
    R"("participants":[{"id":"a","name":"A","capabilities":{"topologies":["mesh"],"dataChannels":true},"sources":[],"present":true}],)"
    R"("iceServers":[]})";

// Lines of server messages to a session in a room; every operation that it asks for succeeds at once.
void drive(std::string_view lines) {
  Session session;
  Timestamp now = Timestamp::millis(1);
  const auto handle = [&](const Event& event) {
    session.handle(event, now);
    for (int round = 0; round < 8; ++round) {
      const auto actions = session.takeActions();
      if (actions.empty()) break;
      for (const Action& action : actions) {
        if (toJson(action).empty()) std::abort();
        if (const auto* local = std::get_if<action::SetLocalDescription>(&action)) {
          session.handle(event::LocalDescriptionSet{local->pc, local->op, SdpType::kOffer, "v=0\r\na=ice-ufrag:x\r\n", {}}, now);
        } else if (const auto* remote = std::get_if<action::SetRemoteDescription>(&action)) {
          session.handle(event::RemoteDescriptionSet{remote->pc, remote->op}, now);
        } else if (const auto* created = std::get_if<action::CreatePeerConnection>(&action)) {
          session.handle(event::NegotiationNeeded{created->pc}, now);
        }
      }
    }
  };
  handle(event::Start{"r", "t", "k", "n", {}, {}});
  handle(event::TransportOpened{});
  handle(event::TransportMessage{kJoined});
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    handle(event::TransportMessage{std::string(lines.substr(0, end))});
    now = now + Duration::millis(500);
    handle(event::TimerFired{});
    lines = end == std::string_view::npos ? std::string_view() : lines.substr(end + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0: {
      (void)parseServerMessage(text).hasValue();
      break;
    }
    case 1: {
      const auto state = parseControl(text);
      // What was accepted is written such that it is accepted again, as the same.
      if (state.hasValue() && state.value().has_value()) {
        const auto again = parseControl(serializeControl(*state.value()));
        if (!again.hasValue() || *again.value() != *state.value()) std::abort();
      }
      break;
    }
    case 2: {
      const Bytes bytes(data + 1, data + size);
      const auto envelope = decodeEnvelope(bytes);
      if (!envelope.hasValue()) break;
      const auto again = encodeEnvelope(envelope.value());
      if (!again.hasValue()) std::abort();
      const auto decoded = decodeEnvelope(again.value());
      if (!decoded.hasValue() || decoded.value().bytes != envelope.value().bytes || decoded.value().topic != envelope.value().topic) {
        std::abort();
      }
      break;
    }
    default: drive(text);
  }
  return 0;
}
