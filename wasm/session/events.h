// SPDX-License-Identifier: Apache-2.0
// Everything that can happen to a session: what the application asks, what signalling, the browser and the clock report.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "wasm/base/result.h"
#include "wasm/session/types.h"

namespace tessera::session {

namespace event {

// --- the application ---

// Enter a room. Comes once; TransportOpened may come before or after. Later ones are ignored.
struct Start {
  std::string room;
  std::string token;
  std::string participant_key;  // 32 random bytes, base64url: secret, the same for the whole session
  std::string name;
  Capabilities capabilities;
  std::vector<Source> sources;  // those that already have a track; usually empty
};
// A fresh token for the next join; also ends a wait that Warning "token-expired" began.
struct TokenChanged {
  std::string token;
};
struct Leave {};
struct LocalSourceAdded {
  Source source;
  bool has_track = true;  // false: announced, but nothing to send yet; say it again with true when there is
};
struct LocalSourceRemoved {
  std::string source_id;
};
struct LocalSourceMuted {
  std::string source_id;
  bool muted = false;
};
struct LocalNameChanged {
  std::string name;
};
// Above kMaxDataBytes: Warning "data-too-large", nothing is sent. Text must be valid UTF-8.
struct SendDataRequested {
  std::string topic;  // at most 256 bytes
  Bytes bytes;
  bool is_text = false;
  bool reliable = true;
  std::vector<std::string> to;  // participant ids; empty: everybody
};
// The browser or the machine says that the network is another one now ('online', a changed local address).
struct NetworkChanged {};

// --- signalling and the clock ---

struct TransportOpened {};
struct TransportClosed {
  std::string reason;
};
// One JSON text from the server.
struct TransportMessage {
  std::string text;
};
struct TimerFired {};

// --- peer connections; an event of a connection that was closed since is ignored ---

struct NegotiationNeeded {
  PeerConnectionId pc;
};
// setLocalDescription() was fulfilled. `mids`: what each transceiver that has a sending track sends.
struct LocalDescriptionSet {
  PeerConnectionId pc;
  OperationId op;
  SdpType sdp_type = SdpType::kOffer;
  std::string sdp;
  std::vector<MidMapping> mids;
};
struct RemoteDescriptionSet {
  PeerConnectionId pc;
  OperationId op;
};
// The operation was rejected; `name` is the DOMException's. For AddIceCandidate op is 0.
struct OperationFailed {
  PeerConnectionId pc;
  OperationId op;
  std::string name;
  std::string message;
};
struct IceCandidateGathered {
  PeerConnectionId pc;
  IceCandidate candidate;
};
struct IceConnectionStateChanged {
  PeerConnectionId pc;
  IceConnectionState state = IceConnectionState::kNew;
};
struct ConnectionStateChanged {
  PeerConnectionId pc;
  ConnectionState state = ConnectionState::kNew;
};
struct SignalingStateChanged {
  PeerConnectionId pc;
  SignalingState state = SignalingState::kStable;
};
// `track` event; may come before or after the RemoteDescriptionSet that caused it.
struct RemoteTrackAdded {
  PeerConnectionId pc;
  std::string mid;
  SourceKind kind = SourceKind::kAudio;
};
struct RemoteTrackRemoved {
  PeerConnectionId pc;
  std::string mid;
};
struct DataChannelOpened {
  PeerConnectionId pc;
  DataChannel channel = DataChannel::kControl;
};
struct DataChannelClosed {
  PeerConnectionId pc;
  DataChannel channel = DataChannel::kControl;
};
struct DataChannelMessage {
  PeerConnectionId pc;
  DataChannel channel = DataChannel::kControl;
  Bytes bytes;  // the UTF-8 of a text message
};
// See action::SendOnDataChannel::report_low.
struct DataChannelBufferedAmountLow {
  PeerConnectionId pc;
  DataChannel channel = DataChannel::kControl;
};

}  // namespace event

using Event =
    std::variant<event::Start, event::TokenChanged, event::Leave, event::LocalSourceAdded, event::LocalSourceRemoved,
                 event::LocalSourceMuted, event::LocalNameChanged, event::SendDataRequested, event::NetworkChanged,
                 event::TransportOpened, event::TransportClosed, event::TransportMessage, event::TimerFired,
                 event::NegotiationNeeded, event::LocalDescriptionSet, event::RemoteDescriptionSet, event::OperationFailed,
                 event::IceCandidateGathered, event::IceConnectionStateChanged, event::ConnectionStateChanged,
                 event::SignalingStateChanged, event::RemoteTrackAdded, event::RemoteTrackRemoved, event::DataChannelOpened,
                 event::DataChannelClosed, event::DataChannelMessage, event::DataChannelBufferedAmountLow>;

// One JSON object, `type` first; bytes as base64. Strings must be UTF-8.
std::string toJson(const Event& event);
// Accepts what toJson wrote; missing members keep their default, unknown ones are ignored.
Result<Event> eventFromJson(std::string_view text);

}  // namespace tessera::session
