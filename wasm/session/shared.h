// SPDX-License-Identifier: Apache-2.0
// What the parts of one session have in common: the time of the current event, the actions so far, and the local state.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "wasm/session/messages.h"
#include "wasm/session/session.h"

namespace tessera::session {

struct Shared {
  explicit Shared(SessionConfig c) : config(c), next_pc(c.first_connection == 0 ? 1 : c.first_connection) {}

  const SessionConfig config;
  Timestamp now;
  std::vector<Action> actions;
  std::uint32_t next_pc;
  std::uint32_t next_op = 1;

  std::string self_id;          // empty until joined
  bool signalling_up = false;   // joined on the present transport
  std::vector<IceServer> ice_servers;
  ParticipantState state;           // what this participant announces
  std::vector<std::string> tracks;  // the ids of the sources that have a track

  template <class A>
  void act(A action) {
    actions.emplace_back(std::move(action));
  }
  template <class N>
  void notify(N notification) {
    actions.emplace_back(action::Notify{std::move(notification)});
  }
  void warn(std::string code, std::string message) {
    notify(notification::Warning{std::move(code), std::move(message)});
  }
};

// The earlier of two deadlines, either of which may not run.
inline std::optional<Timestamp> earlier(std::optional<Timestamp> a, std::optional<Timestamp> b) {
  if (!a || (b && *b < *a)) return b;
  return a;
}

// first * 2^step, at most `limit`.
inline Duration backoff(Duration first, int step, Duration limit) {
  Duration d = first;
  for (int i = 0; i < step && d < limit; ++i) d = d * 2;
  return d < limit ? d : limit;
}

}  // namespace tessera::session
