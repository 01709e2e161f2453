// SPDX-License-Identifier: Apache-2.0
// Recording a session.
#include "wasm/session/session_log.h"

#include <utility>

namespace tessera::session {
namespace {

void replaceAll(std::string& text, const std::string& what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

std::string stamped(Timestamp now, const char* name, const std::string& json) {
  return "{\"t\":" + std::to_string(now.toMicros()) + ",\"" + name + "\":" + json + "}";
}

}  // namespace

SessionLog::SessionLog(const SessionConfig& config, std::size_t max_bytes) : max_bytes_(max_bytes) {
  append("{\"tessera\":1,\"config\":" + toJson(config) + "}");
}

void SessionLog::keepSecret(const std::string& secret, const char* name) {
  if (secret.size() < 8) return;  // too short to be a secret, long enough to stand somewhere by chance
  for (const auto& known : secrets_) {
    if (known.first == secret) return;
  }
  secrets_.emplace_back(secret, std::string(name) + "-" + std::to_string(secrets_.size()));
}

void SessionLog::record(const Event& event, Timestamp now) {
  if (truncated_) return;
  if (const auto* start = std::get_if<event::Start>(&event)) {
    keepSecret(start->token, "token");
    keepSecret(start->participant_key, "key");
  } else if (const auto* changed = std::get_if<event::TokenChanged>(&event)) {
    keepSecret(changed->token, "token");
  } else if (const auto* message = std::get_if<event::TransportMessage>(&event)) {
    constexpr std::string_view kMember = "\"resumeToken\":\"";
    if (std::size_t begin = message->text.find(kMember); begin != std::string::npos) {
      begin += kMember.size();
      const std::size_t end = message->text.find('"', begin);
      if (end != std::string::npos) keepSecret(message->text.substr(begin, end - begin), "token");
    }
  }
  append(stamped(now, "event", toJson(event)));
}

void SessionLog::record(const std::vector<Action>& actions, Timestamp now) {
  if (truncated_ || actions.empty()) return;
  append(stamped(now, "actions", actionsJson(actions)));
}

std::string SessionLog::actionsJson(const std::vector<Action>& actions) {
  std::string json = "[";
  for (const Action& action : actions) {
    if (json.size() > 1) json += ',';
    json += toJson(action);
  }
  return json + "]";
}

void SessionLog::append(std::string line) {
  for (const auto& [secret, placeholder] : secrets_) replaceAll(line, secret, placeholder);
  if (text_.size() + line.size() + 1 > max_bytes_) {
    truncated_ = true;
    line = "{\"truncated\":true}";
  }
  text_ += line;
  text_ += '\n';
}

}  // namespace tessera::session
