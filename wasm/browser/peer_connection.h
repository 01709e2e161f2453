// SPDX-License-Identifier: Apache-2.0
// One RTCPeerConnection: carries out the session's actions on it and reports what the browser says as events.

#pragma once

#include <emscripten/val.h>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "wasm/browser/js_call.h"
#include "wasm/browser/js_callback.h"
#include "wasm/browser/peer_stats.h"
#include "wasm/browser/transceivers.h"
#include "wasm/session/actions.h"
#include "wasm/session/events.h"

namespace tessera::browser {

// Decides nothing. Destroying it closes the connection; no event comes after that.
class PeerConnection {
 public:
  // Called from the browser's event loop, never from inside a member function of this class. May destroy the object.
  using Emit = std::function<void(const session::Event& event)>;

  // nullptr if the browser refuses the configuration (`error` says why).
  static std::unique_ptr<PeerConnection> create(const session::action::CreatePeerConnection& action, Emit emit, JsError& error);
  ~PeerConnection();
  PeerConnection(const PeerConnection&) = delete;
  PeerConnection& operator=(const PeerConnection&) = delete;

  // The session's three data channels; before the first description.
  void openChannels();
  void setIceServers(const std::vector<session::IceServer>& servers);
  void setLocalDescription(session::OperationId operation);
  void setRemoteDescription(const session::action::SetRemoteDescription& action);
  void addIceCandidate(const session::IceCandidate& candidate);
  void restartIce();
  // False if the channel is not open or the browser refuses.
  bool send(const session::action::SendOnDataChannel& action);

  Transceivers& transceivers() { return transceivers_; }
  const std::string& participantId() const { return participant_id_; }
  // The RTCPeerConnection.
  const emscripten::val& connection() const { return connection_; }

  // A promise of the RTCStatsReport that digest() takes.
  emscripten::val requestStats() const;
  PeerStats::Digest digest(const emscripten::val& report);
  // {connectionState, iceConnectionState, iceGatheringState, signalingState}.
  emscripten::val states() const;
  bool isConnected() const;

 private:
  PeerConnection(const session::action::CreatePeerConnection& action, Emit emit, emscripten::val connection);

  void listen();
  void fail(session::OperationId operation, const JsError& error);

  session::PeerConnectionId id_;
  std::string participant_id_;
  Emit emit_;
  emscripten::val connection_;
  std::string ice_transport_policy_;
  std::array<emscripten::val, session::kDataChannelLabels.size()> channels_;
  Transceivers transceivers_;
  PeerStats stats_;
  Continuations continuations_;
  Listeners listeners_;
};

// A bare RTCPeerConnection for what is no part of the call: asking whether a way is open. null if the browser refuses the configuration.
emscripten::val openPeerConnection(const emscripten::val& configuration);

}  // namespace tessera::browser
