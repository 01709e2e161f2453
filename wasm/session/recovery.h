// SPDX-License-Identifier: Apache-2.0
// When a connection needs an ICE restart or a successor: watches its states, knows patience and back-off, does nothing itself.
#pragma once

#include <optional>

#include "wasm/session/session.h"

namespace tessera::session {

class Recovery {
 public:
  enum class Step : std::uint8_t { kNone, kRestartIce, kRecreate };

  explicit Recovery(const SessionConfig& config) : config_(config) {}

  void onIceConnectionState(IceConnectionState state, Timestamp now);
  void onConnectionState(ConnectionState state, Timestamp now);
  // A restart is due even though the connection may look well.
  void onNetworkChanged(Timestamp now);
  // A successor has been made; the count of attempts goes on.
  void onRecreated(Timestamp now);

  // The step that is due, if any: it is then taken as done. Without signalling no step can be carried out, so none is due.
  Step take(Timestamp now, bool can_signal);
  std::optional<Timestamp> nextTimeout(bool can_signal) const { return can_signal ? due_ : std::nullopt; }

  bool healthy() const;
  PeerState state() const;

 private:
  void evaluate(Timestamp now);
  void schedule(Timestamp when);

  const SessionConfig& config_;
  IceConnectionState ice_ = IceConnectionState::kNew;
  std::optional<ConnectionState> connection_;  // not every browser reports it
  std::optional<Timestamp> due_;
  Timestamp last_step_;
  int attempts_ = 0;  // since it was last well
  bool ever_connected_ = false;
  bool forced_ = false;
  bool dtls_failed_ = false;
};

}  // namespace tessera::session
