// SPDX-License-Identifier: Apache-2.0
// The complete record of a session as JSON lines, and its replay: a call that went wrong becomes a native test.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wasm/session/session.h"

namespace tessera::session {

// First line {"tessera":1,"config":{...}}, then in order {"t":microseconds,"event":{...}} and {"t":…,"actions":[...]} after each
// event that asked for something. The token and the participant key are replaced by a placeholder; names, messages and
// addresses are not. Beyond max_bytes nothing more is recorded and the last line is {"truncated":true}.
class SessionLog {
 public:
  static constexpr std::size_t kDefaultMaxBytes = 8 * 1024 * 1024;

  explicit SessionLog(const SessionConfig& config, std::size_t max_bytes = kDefaultMaxBytes);

  void record(const Event& event, Timestamp now);
  void record(const std::vector<Action>& actions, Timestamp now);  // empty: no line
  const std::string& text() const { return text_; }

  // As they stand in a line of the log.
  static std::string actionsJson(const std::vector<Action>& actions);

 private:
  void keepSecret(const std::string& secret, const char* name);
  void append(std::string line);

  std::string text_;
  std::size_t max_bytes_;
  bool truncated_ = false;
  std::vector<std::pair<std::string, std::string>> secrets_;  // what is never written, and what stands for it
};

struct ReplayDifference {
  std::size_t line = 0;  // 1-based
  std::string expected;  // what the log says
  std::string actual;    // what this build does
};

// Runs the log's events through a fresh session and compares the actions byte for byte. Error: the log does not parse.
Result<std::optional<ReplayDifference>> replay(std::string_view log);

}  // namespace tessera::session
