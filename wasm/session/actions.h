// SPDX-License-Identifier: Apache-2.0
// Everything a session can ask for: carried out in order by whoever embeds it, without any decision of its own.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "wasm/base/result.h"
#include "wasm/session/types.h"

namespace tessera::session {

namespace notification {

// In the room. Repeated with resumed=true each time signalling came back.
struct Joined {
  std::string participant_id;
  bool resumed = false;
  RoomInfo room;
};
// The server refuses the (first) join for good; Closed follows.
struct Rejected {
  std::string code;  // the protocol's
  std::string message;
};
struct SignallingStateChanged {
  SignallingState state = SignallingState::kConnected;
};
struct ParticipantJoined {
  Participant participant;
};
// Name, presence, or a source's existence or mute state changed.
struct ParticipantUpdated {
  Participant participant;
};
struct ParticipantLeft {
  std::string participant_id;
  std::string reason;  // "left", "timeout", "replaced"
};
// A track that is being received belongs to `source`: find it by pc and mid. Comes after ParticipantJoined.
struct RemoteSourceAdded {
  std::string participant_id;
  Source source;
  PeerConnectionId pc;
  std::string mid;
};
struct RemoteSourceRemoved {
  std::string participant_id;
  std::string source_id;
};
struct PeerStateChanged {
  std::string participant_id;
  PeerConnectionId pc;
  PeerState state = PeerState::kConnecting;
  int ice_restarts = 0;  // so far, on all connections with this participant
};
struct Data {
  std::string from;
  std::string topic;
  Bytes bytes;
  bool is_text = false;
};
// Something went wrong and the call goes on. Codes: the protocol's non-fatal ones, and "data-too-large", "data-invalid",
// "data-queue-full", "data-undeliverable", "topology-unsupported", "message-invalid", "peer-unreachable", "negotiation-failed".
struct Warning {
  std::string code;
  std::string message;
};
// The last notification of a session. Every peer connection has been closed; close the transport.
struct Closed {
  std::string reason;  // "left", "rejected", "replaced" (the same participant joined elsewhere)
};

}  // namespace notification

using Notification =
    std::variant<notification::Joined, notification::Rejected, notification::SignallingStateChanged,
                 notification::ParticipantJoined, notification::ParticipantUpdated, notification::ParticipantLeft,
                 notification::RemoteSourceAdded, notification::RemoteSourceRemoved, notification::PeerStateChanged,
                 notification::Data, notification::Warning, notification::Closed>;

namespace action {

// Only ever asked for between TransportOpened and TransportClosed.
struct TransportSend {
  std::string text;
};
// Also creates the three data channels of kDataChannelLabels (control and reliable ordered and reliable, unreliable with
// ordered:false and maxRetransmits:0), so that NegotiationNeeded follows.
struct CreatePeerConnection {
  PeerConnectionId pc;
  std::string participant_id;
  std::vector<IceServer> ice_servers;
  IceTransportPolicy ice_transport_policy = IceTransportPolicy::kAll;
};
// close(), and forget it: no further event of it is needed.
struct ClosePeerConnection {
  PeerConnectionId pc;
};
// setConfiguration() with fresh servers (TURN credentials expire), the rest as it was.
struct SetIceServers {
  PeerConnectionId pc;
  std::vector<IceServer> ice_servers;
};
// setLocalDescription() with no argument. Answer with LocalDescriptionSet or OperationFailed.
struct SetLocalDescription {
  PeerConnectionId pc;
  OperationId op;
};
// setRemoteDescription(); an offer in have-local-offer rolls back implicitly. Answer with RemoteDescriptionSet or OperationFailed.
struct SetRemoteDescription {
  PeerConnectionId pc;
  OperationId op;
  SdpType sdp_type = SdpType::kOffer;
  std::string sdp;
};
// addIceCandidate(). A failure may be reported (op 0) or not; an empty candidate is passed on as it is.
struct AddIceCandidate {
  PeerConnectionId pc;
  IceCandidate candidate;
};
struct RestartIce {
  PeerConnectionId pc;
};
// Send the track of this local source on the connection. NegotiationNeeded follows by itself.
struct AddSource {
  PeerConnectionId pc;
  std::string source_id;
  SourceKind kind = SourceKind::kAudio;
  SourceContent content = SourceContent::kMicrophone;
};
struct RemoveSource {
  PeerConnectionId pc;
  std::string source_id;
};
// send() as binary. With report_low, DataChannelBufferedAmountLow must follow as soon as bufferedAmount is at or below
// kBufferedAmountLowThreshold: at once (as its own event, later) if it already is, else on `bufferedamountlow`.
struct SendOnDataChannel {
  PeerConnectionId pc;
  DataChannel channel = DataChannel::kControl;
  Bytes bytes;
  bool report_low = false;
};
struct Notify {
  Notification notification;
};

}  // namespace action

using Action = std::variant<action::TransportSend, action::CreatePeerConnection, action::ClosePeerConnection,
                            action::SetIceServers, action::SetLocalDescription, action::SetRemoteDescription,
                            action::AddIceCandidate, action::RestartIce, action::AddSource, action::RemoveSource,
                            action::SendOnDataChannel, action::Notify>;

// One JSON object, `type` first; a Notify holds `notification`, an object with its own `type`. Bytes as base64.
std::string toJson(const Action& action);
std::string toJson(const Notification& notification);
// Accepts what toJson wrote; missing members keep their default, unknown ones are ignored.
Result<Action> actionFromJson(std::string_view text);

}  // namespace tessera::session
