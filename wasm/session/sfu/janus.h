// SPDX-License-Identifier: Apache-2.0
// A participant's place in a room of a Janus SFU as a state machine without I/O: publishes, subscribes, chooses layers, comes back.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "wasm/base/units.h"
#include "wasm/session/actions.h"
#include "wasm/session/events.h"
#include "wasm/session/sfu/janus_messages.h"

namespace tessera::session::sfu {

struct JanusConfig {
  RoomAccess access;           // a room that is not there is created
  std::string participant_id;  // becomes the feed's display name, by which the others know whose it is
  std::vector<IceServer> ice_servers;
  IceTransportPolicy ice_transport_policy = IceTransportPolicy::kAll;
  int publishers = 64;  // of a room that is created

  Duration request_timeout = Duration::seconds(5);     // a request that is not answered: the session is made anew
  Duration keepalive = Duration::seconds(15);          // Janus forgets a session that is silent for 60 s
  Duration open_timeout = Duration::seconds(3);        // of the transport
  Duration retry_min = Duration::millis(250);          // between attempts, doubling
  Duration retry_max = Duration::seconds(1);
  Duration disconnected_grace = Duration::seconds(3);  // a peer connection `disconnected` for this long: session made anew
  Duration stale_grace = Duration::seconds(10);        // what was received before and is not back this long after a rejoin is gone
};

namespace event {

// Forward this layer of a participant's source from now on, also when it is received again later.
struct LayerSelected {
  std::string participant_id;
  std::string source_id;
  int spatial = 2;      // 0..2, smallest first; more than are sent means the largest
  int temporal = 2;     // 0..2, lowest frame rate first
  bool paused = false;  // nothing of it
};
// The picture does not come, or came apart on the way: have its sender begin anew with a keyframe.
struct KeyFrameRequested {
  std::string participant_id;
  std::string source_id;
};
struct IceServersChanged {
  std::vector<IceServer> ice_servers;
};
struct Started {};

}  // namespace event

// Of the session's events those that a place in an SFU knows; each means what it means there.
using JanusEvent =
    std::variant<event::Started, event::LayerSelected, event::KeyFrameRequested, event::IceServersChanged,
                 session::event::LocalSourceAdded, session::event::LocalSourceRemoved, session::event::Leave,
                 session::event::NetworkChanged, session::event::TransportOpened, session::event::TransportClosed, session::event::TransportMessage,
                 session::event::TimerFired, session::event::LocalDescriptionSet, session::event::RemoteDescriptionSet,
                 session::event::OperationFailed, session::event::IceCandidateGathered, session::event::ConnectionStateChanged>;

namespace notification {

// Of the whole place: media flows both ways (as far as there is any), or why not.
struct StateChanged {
  PeerState state = PeerState::kConnecting;
  int reconnections = 0;  // how often the place was taken anew
};
// A track that is being received: find it by pc and mid. Said again, without removal, when it comes on another connection.
struct SourceAdded {
  std::string participant_id;
  Source source;
  PeerConnectionId pc;
  std::string mid;
};
struct SourceRemoved {
  std::string participant_id;
  std::string source_id;
};
// The layer that Janus forwards has changed: what was selected has taken effect, or fell back.
struct LayerChanged {
  std::string participant_id;
  std::string source_id;
  std::optional<int> spatial;
  std::optional<int> temporal;
};
// Packets are being lost on the way to Janus (uplink) or from it.
struct SlowLink {
  bool uplink = false;
  int lost = 0;
};
// Codes: "sfu-message-invalid", "sfu-request-failed".
struct Warning {
  std::string code;
  std::string message;
};
// Given up for good, or left. Codes: "left", "sfu-access-denied", "sfu-room-full", "sfu-room-missing".
struct Closed {
  std::string code;
  std::string message;
};

}  // namespace notification

using JanusNotification =
    std::variant<notification::StateChanged, notification::SourceAdded, notification::SourceRemoved, notification::LayerChanged,
                 notification::SlowLink, notification::Warning, notification::Closed>;
// One JSON object, `type` first.
std::string toJson(const JanusNotification& notification);

namespace action {

// Answer with TransportOpened or TransportClosed.
struct OpenTransport {};
// No event of it is needed any more.
struct CloseTransport {};
struct Notify {
  JanusNotification notification;
};

}  // namespace action

// A CreatePeerConnection of an SFU has no data channels and no participant; AddSource sends the source in layers.
using JanusAction =
    std::variant<action::OpenTransport, action::CloseTransport, session::action::TransportSend,
                 session::action::CreatePeerConnection, session::action::ClosePeerConnection, session::action::SetLocalDescription,
                 session::action::SetRemoteDescription, session::action::AddIceCandidate, session::action::AddSource,
                 session::action::RemoveSource, action::Notify>;

// Two peer connections at most: one sends, one receives everything. Not synchronised, no re-entry: handle() an event, then carry
// out takeActions() in order.
class JanusSession {
 public:
  explicit JanusSession(JanusConfig config);
  ~JanusSession();
  JanusSession(const JanusSession&) = delete;
  JanusSession& operator=(const JanusSession&) = delete;

  // `now` never goes back. After Closed was notified, nothing happens any more.
  void handle(const JanusEvent& event, Timestamp now);
  std::vector<JanusAction> takeActions();
  // Hand in a TimerFired at this time (or after). nullopt: no timer runs.
  std::optional<Timestamp> nextTimeout() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tessera::session::sfu
