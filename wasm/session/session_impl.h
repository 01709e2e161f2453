// SPDX-License-Identifier: Apache-2.0
// The room as one participant sees it: signalling, who is there, what is announced; each other participant is a Peer.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "wasm/session/peer.h"
#include "wasm/session/topology.h"

namespace tessera::session {

class Session::Impl {
 public:
  explicit Impl(SessionConfig config) : shared_(config) {}

  void handle(const Event& event, Timestamp now);
  std::vector<Action> takeActions() { return std::exchange(shared_.actions, {}); }
  std::optional<Timestamp> nextTimeout() const;

 private:
  // --- events ---
  void on(const event::Start& e);
  void on(const event::TokenChanged& e);
  void on(const event::Leave& e);
  void on(const event::LocalSourceAdded& e);
  void on(const event::LocalSourceRemoved& e);
  void on(const event::LocalSourceMuted& e);
  void on(const event::LocalNameChanged& e);
  void on(const event::SendDataRequested& e);
  void on(const event::NetworkChanged& e);
  void on(const event::TransportOpened& e);
  void on(const event::TransportClosed& e);
  void on(const event::TransportMessage& e);
  void on(const event::TimerFired&) {}
  // Every other event is one of a peer connection.
  template <class E>
  void on(const E& e) {
    if (Peer* peer = findPeer(e.pc); peer != nullptr) peer->on(e);
  }

  // --- messages ---
  void on(message::Joined& m);
  void on(message::ParticipantJoined& m);
  void on(message::ParticipantUpdated& m);
  void on(message::ParticipantLeft& m);
  void on(message::Signal& m);
  void on(message::IceServers& m);
  void on(message::ServerError& m);
  void on(message::Closing&) {}  // the transport says when it is gone, and when it is back
  void on(message::Other&) {}

  void runTimers();
  void sendJoin();
  void onJoinError(const message::ServerError& error);
  void reject(const std::string& code, const std::string& message);
  void close(const std::string& reason);
  void setSignalling(SignallingState state);
  // The sources changed: everybody is told, by every way there is.
  void announceState();
  void sendUpdate();

  Peer* findPeer(const std::string& id);
  Peer* findPeer(PeerConnectionId pc);
  void upsert(const Participant& participant);
  void remove(const std::string& id, const std::string& reason);
  void applyTopology(bool initiate, bool moved = false);
  bool anyHealthy() const;

  Shared shared_;
  std::optional<event::Start> start_;
  std::string resume_token_;
  bool transport_open_ = false;
  bool closed_ = false;
  bool ever_joined_ = false;
  std::optional<SignallingState> signalling_state_;
  int join_count_ = 0;
  int join_failures_ = 0;
  std::uint32_t joined_revision_ = 0;  // of the state that the last join carried
  std::optional<Timestamp> join_at_;   // when to say join again
  std::optional<Timestamp> update_at_;
  RoomInfo room_;
  std::unique_ptr<Topology> topology_;
  std::vector<std::unique_ptr<Peer>> peers_;   // ordered by id
  std::vector<std::string> warned_topology_;   // ids of those that no topology connects
};

}  // namespace tessera::session
