// SPDX-License-Identifier: Apache-2.0
// Running a session's log again.
#include <utility>

#include "wasm/session/json.h"
#include "wasm/session/session_log.h"

namespace tessera::session {
namespace {

constexpr std::size_t kMaxLineBytes = 4 * 1024 * 1024;

Error malformed(std::size_t line, const char* what) {
  return Error{ErrorCode::kInvalidMessage, "Line " + std::to_string(line) + ": " + what};
}

// Numbers in a log are integers, and members stand in the writer's order, so the text after the key is the member itself.
std::string_view memberText(std::string_view line, std::string_view key) {
  const std::size_t at = line.find(key);
  if (at == std::string_view::npos || line.empty() || line.back() != '}') return {};
  return line.substr(at + key.size(), line.size() - at - key.size() - 1);
}

}  // namespace

Result<std::optional<ReplayDifference>> replay(std::string_view log) {
  std::unique_ptr<Session> session;
  std::size_t number = 0;
  std::string pending;  // what the last event made the session do, and the log has not confirmed yet
  while (!log.empty()) {
    const std::size_t end = log.find('\n');
    const std::string_view line = log.substr(0, end);
    log = end == std::string_view::npos ? std::string_view() : log.substr(end + 1);
    ++number;
    if (line.empty()) continue;
    const auto json = parseJson(line, kMaxLineBytes);
    if (!json) return malformed(number, "not JSON.");
    if (session == nullptr) {
      const auto version = findInteger(*json, "tessera", 1, 1);
      const auto config = configFromJson(memberText(line, "\"config\":"));
      if (!version || !config.hasValue()) return malformed(number, "not the first line of a session log of version 1.");
      session = std::make_unique<Session>(config.value());
      continue;
    }
    if (findBool(*json, "truncated").value_or(false)) return std::optional<ReplayDifference>();
    const auto t = findInteger(*json, "t", 0, INT64_MAX / 4);
    if (!t) return malformed(number, "no time.");
    if (findMember(*json, "event") != nullptr) {
      if (!pending.empty()) return std::optional(ReplayDifference{number, "", std::move(pending)});
      const auto event = eventFromJson(memberText(line, ",\"event\":"));
      if (!event.hasValue()) return malformed(number, "not an event.");
      session->handle(event.value(), Timestamp::micros(*t));
      const auto actions = session->takeActions();
      if (!actions.empty()) pending = SessionLog::actionsJson(actions);
      continue;
    }
    const std::string_view expected = memberText(line, ",\"actions\":");
    if (expected.empty()) return malformed(number, "neither an event nor actions.");
    if (expected != pending) return std::optional(ReplayDifference{number, std::string(expected), std::move(pending)});
    pending.clear();
  }
  if (session == nullptr) return malformed(number, "the log is empty.");
  if (!pending.empty()) return std::optional(ReplayDifference{number, "", std::move(pending)});
  return std::optional<ReplayDifference>();
}

}  // namespace tessera::session
