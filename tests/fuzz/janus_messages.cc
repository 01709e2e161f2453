// SPDX-License-Identifier: Apache-2.0
// Fuzzes what a place in a Janus room reads from the server: lines of messages to one that is in a room and subscribes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "wasm/session/sfu/janus.h"

using namespace tessera;
using namespace tessera::session;
using namespace tessera::session::sfu;

namespace {

constexpr const char* kOpening[] = {
    R"({"janus":"success","transaction":"t1","data":{"id":1}})",
    R"({"janus":"success","transaction":"t2","data":{"id":2}})",
    R"({"janus":"event","sender":2,"transaction":"t3","plugindata":{"data":{"videoroom":"joined","room":9,"id":3,"private_id":4,"publishers":[{"id":5,"display":"a","streams":[{"type":"video","mid":"0","description":"camera:c"}]}]}}})",
    R"({"janus":"success","transaction":"t4","data":{"id":6}})",
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view lines(reinterpret_cast<const char*>(data), size);
  JanusConfig config;
  config.access.room = 9;
  config.participant_id = "me";
  JanusSession session(config);
  Timestamp now = Timestamp::millis(1);
  const auto handle = [&](const JanusEvent& event) {
    session.handle(event, now);
    for (int round = 0; round < 8; ++round) {
      const auto actions = session.takeActions();
      if (actions.empty()) break;
      for (const JanusAction& action : actions) {
        if (const auto* local = std::get_if<session::action::SetLocalDescription>(&action)) {
          session.handle(session::event::LocalDescriptionSet{local->pc, local->op, SdpType::kOffer, "v=0\r\n", {}}, now);
        } else if (const auto* remote = std::get_if<session::action::SetRemoteDescription>(&action)) {
          session.handle(session::event::RemoteDescriptionSet{remote->pc, remote->op}, now);
        } else if (std::holds_alternative<sfu::action::OpenTransport>(action)) {
          session.handle(session::event::TransportOpened{}, now);
        } else if (const auto* told = std::get_if<sfu::action::Notify>(&action)) {
          if (toJson(told->notification).empty()) std::abort();
        }
      }
    }
  };
  handle(sfu::event::Started{});
  handle(session::event::LocalSourceAdded{{"cam", SourceKind::kVideo, SourceContent::kCamera, false}, true});
  handle(sfu::event::LayerSelected{"a", "c", 1, 1, false});
  handle(sfu::event::KeyFrameRequested{"a", "c"});
  for (const char* line : kOpening) handle(session::event::TransportMessage{line});
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    handle(session::event::TransportMessage{std::string(lines.substr(0, end))});
    now = now + Duration::millis(400);
    handle(session::event::TimerFired{});
    lines = end == std::string_view::npos ? std::string_view() : lines.substr(end + 1);
  }
  return 0;
}
