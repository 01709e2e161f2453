// SPDX-License-Identifier: Apache-2.0
// The members of each event, action and shared struct by name, written once, for the writer and the reader of the log.
#pragma once

#include <array>
#include <string_view>
#include <variant>

#include "wasm/session/actions.h"
#include "wasm/session/events.h"
#include "wasm/session/json.h"
#include "wasm/session/session.h"

namespace tessera::session {

// The `type` of each alternative, in the order of the variant.
inline constexpr std::array<std::string_view, 27> kEventTypes = {
    "Start", "TokenChanged", "Leave", "LocalSourceAdded", "LocalSourceRemoved", "LocalSourceMuted", "LocalNameChanged",
    "SendDataRequested", "NetworkChanged", "TransportOpened", "TransportClosed", "TransportMessage", "TimerFired",
    "NegotiationNeeded", "LocalDescriptionSet", "RemoteDescriptionSet", "OperationFailed", "IceCandidateGathered",
    "IceConnectionStateChanged", "ConnectionStateChanged", "SignalingStateChanged", "RemoteTrackAdded", "RemoteTrackRemoved",
    "DataChannelOpened", "DataChannelClosed", "DataChannelMessage", "DataChannelBufferedAmountLow"};
static_assert(kEventTypes.size() == std::variant_size_v<Event>);
inline constexpr std::array<std::string_view, 12> kActionTypes = {
    "TransportSend", "CreatePeerConnection", "ClosePeerConnection", "SetIceServers", "SetLocalDescription",
    "SetRemoteDescription", "AddIceCandidate", "RestartIce", "AddSource", "RemoveSource", "SendOnDataChannel", "Notify"};
static_assert(kActionTypes.size() == std::variant_size_v<Action>);
inline constexpr std::array<std::string_view, 12> kNotificationTypes = {
    "Joined", "Rejected", "SignallingStateChanged", "ParticipantJoined", "ParticipantUpdated", "ParticipantLeft",
    "RemoteSourceAdded", "RemoteSourceRemoved", "PeerStateChanged", "Data", "Warning", "Closed"};
static_assert(kNotificationTypes.size() == std::variant_size_v<Notification>);

// fields(visitor, x) calls visitor(name, member) for each member of x.
template <class V> void fields(V& v, Source& x) { v("id", x.id), v("kind", x.kind), v("content", x.content), v("muted", x.muted); }
template <class V> void fields(V& v, Capabilities& x) { v("topologies", x.topologies), v("dataChannels", x.data_channels); }
template <class V> void fields(V& v, Participant& x) {
  v("id", x.id), v("name", x.name), v("capabilities", x.capabilities), v("sources", x.sources), v("present", x.present);
  v("revision", x.revision);
}
template <class V> void fields(V& v, IceServer& x) { v("urls", x.urls), v("username", x.username), v("credential", x.credential); }
template <class V> void fields(V& v, RoomInfo& x) { v("name", x.name), v("topology", x.topology), v("capacity", x.capacity); }
template <class V> void fields(V& v, MidMapping& x) { v("mid", x.mid), v("sourceId", x.source_id); }
template <class V> void fields(V& v, IceCandidate& x) {
  v("candidate", x.candidate), v("sdpMid", x.sdp_mid), v("sdpMLineIndex", x.sdp_m_line_index);
  v("usernameFragment", x.username_fragment);
}
template <class V> void fields(V& v, SessionConfig& x) {
  v("iceTransportPolicy", x.ice_transport_policy), v("firstConnection", x.first_connection);
  v("iceDisconnectedGrace", x.ice_disconnected_grace), v("restartBackoffMin", x.restart_backoff_min);
  v("restartBackoffMax", x.restart_backoff_max), v("restartsBeforeRecreate", x.restarts_before_recreate);
  v("offerResend", x.offer_resend), v("firstOfferWait", x.first_offer_wait), v("absentGrace", x.absent_grace);
  v("joinTimeout", x.join_timeout), v("retryMin", x.retry_min), v("channelCloseGrace", x.channel_close_grace);
  v("maxQueuedMessages", x.max_queued_messages), v("maxQueuedBytes", x.max_queued_bytes);
}

namespace event {
template <class V> void fields(V& v, Start& x) {
  v("room", x.room), v("token", x.token), v("participantKey", x.participant_key), v("name", x.name);
  v("capabilities", x.capabilities), v("sources", x.sources);
}
template <class V> void fields(V& v, TokenChanged& x) { v("token", x.token); }
template <class V> void fields(V&, Leave&) {}
template <class V> void fields(V& v, LocalSourceAdded& x) { v("source", x.source), v("hasTrack", x.has_track); }
template <class V> void fields(V& v, LocalSourceRemoved& x) { v("sourceId", x.source_id); }
template <class V> void fields(V& v, LocalSourceMuted& x) { v("sourceId", x.source_id), v("muted", x.muted); }
template <class V> void fields(V& v, LocalNameChanged& x) { v("name", x.name); }
template <class V> void fields(V& v, SendDataRequested& x) {
  v("topic", x.topic), v("bytes", x.bytes), v("isText", x.is_text), v("reliable", x.reliable), v("to", x.to);
}
template <class V> void fields(V&, NetworkChanged&) {}
template <class V> void fields(V&, TransportOpened&) {}
template <class V> void fields(V& v, TransportClosed& x) { v("reason", x.reason); }
template <class V> void fields(V& v, TransportMessage& x) { v("text", x.text); }
template <class V> void fields(V&, TimerFired&) {}
template <class V> void fields(V& v, NegotiationNeeded& x) { v("pc", x.pc); }
template <class V> void fields(V& v, LocalDescriptionSet& x) {
  v("pc", x.pc), v("op", x.op), v("sdpType", x.sdp_type), v("sdp", x.sdp), v("mids", x.mids);
}
template <class V> void fields(V& v, RemoteDescriptionSet& x) { v("pc", x.pc), v("op", x.op); }
template <class V> void fields(V& v, OperationFailed& x) { v("pc", x.pc), v("op", x.op), v("name", x.name), v("message", x.message); }
template <class V> void fields(V& v, IceCandidateGathered& x) { v("pc", x.pc), v("candidate", x.candidate); }
template <class V> void fields(V& v, IceConnectionStateChanged& x) { v("pc", x.pc), v("state", x.state); }
template <class V> void fields(V& v, ConnectionStateChanged& x) { v("pc", x.pc), v("state", x.state); }
template <class V> void fields(V& v, SignalingStateChanged& x) { v("pc", x.pc), v("state", x.state); }
template <class V> void fields(V& v, RemoteTrackAdded& x) { v("pc", x.pc), v("mid", x.mid), v("kind", x.kind); }
template <class V> void fields(V& v, RemoteTrackRemoved& x) { v("pc", x.pc), v("mid", x.mid); }
template <class V> void fields(V& v, DataChannelOpened& x) { v("pc", x.pc), v("channel", x.channel); }
template <class V> void fields(V& v, DataChannelClosed& x) { v("pc", x.pc), v("channel", x.channel); }
template <class V> void fields(V& v, DataChannelMessage& x) { v("pc", x.pc), v("channel", x.channel), v("bytes", x.bytes); }
template <class V> void fields(V& v, DataChannelBufferedAmountLow& x) { v("pc", x.pc), v("channel", x.channel); }
}  // namespace event

namespace notification {
template <class V> void fields(V& v, Joined& x) { v("participantId", x.participant_id), v("resumed", x.resumed), v("room", x.room); }
template <class V> void fields(V& v, Rejected& x) { v("code", x.code), v("message", x.message); }
template <class V> void fields(V& v, SignallingStateChanged& x) { v("state", x.state); }
template <class V> void fields(V& v, ParticipantJoined& x) { v("participant", x.participant); }
template <class V> void fields(V& v, ParticipantUpdated& x) { v("participant", x.participant); }
template <class V> void fields(V& v, ParticipantLeft& x) { v("participantId", x.participant_id), v("reason", x.reason); }
template <class V> void fields(V& v, RemoteSourceAdded& x) {
  v("participantId", x.participant_id), v("source", x.source), v("pc", x.pc), v("mid", x.mid);
}
template <class V> void fields(V& v, RemoteSourceRemoved& x) { v("participantId", x.participant_id), v("sourceId", x.source_id); }
template <class V> void fields(V& v, PeerStateChanged& x) {
  v("participantId", x.participant_id), v("pc", x.pc), v("state", x.state), v("iceRestarts", x.ice_restarts);
}
template <class V> void fields(V& v, Data& x) { v("from", x.from), v("topic", x.topic), v("bytes", x.bytes), v("isText", x.is_text); }
template <class V> void fields(V& v, Warning& x) { v("code", x.code), v("message", x.message); }
template <class V> void fields(V& v, Closed& x) { v("reason", x.reason); }
}  // namespace notification

namespace action {
template <class V> void fields(V& v, TransportSend& x) { v("text", x.text); }
template <class V> void fields(V& v, CreatePeerConnection& x) {
  v("pc", x.pc), v("participantId", x.participant_id), v("iceServers", x.ice_servers);
  v("iceTransportPolicy", x.ice_transport_policy);
}
template <class V> void fields(V& v, ClosePeerConnection& x) { v("pc", x.pc); }
template <class V> void fields(V& v, SetIceServers& x) { v("pc", x.pc), v("iceServers", x.ice_servers); }
template <class V> void fields(V& v, SetLocalDescription& x) { v("pc", x.pc), v("op", x.op); }
template <class V> void fields(V& v, SetRemoteDescription& x) {
  v("pc", x.pc), v("op", x.op), v("sdpType", x.sdp_type), v("sdp", x.sdp);
}
template <class V> void fields(V& v, AddIceCandidate& x) { v("pc", x.pc), v("candidate", x.candidate); }
template <class V> void fields(V& v, RestartIce& x) { v("pc", x.pc); }
template <class V> void fields(V& v, AddSource& x) {
  v("pc", x.pc), v("sourceId", x.source_id), v("kind", x.kind), v("content", x.content);
}
template <class V> void fields(V& v, RemoveSource& x) { v("pc", x.pc), v("sourceId", x.source_id); }
template <class V> void fields(V& v, SendOnDataChannel& x) {
  v("pc", x.pc), v("channel", x.channel), v("bytes", x.bytes), v("reportLow", x.report_low);
}
template <class V> void fields(V& v, Notify& x) { v("notification", x.notification); }
}  // namespace action

// Writes each member it is shown.
class FieldWriter {
 public:
  explicit FieldWriter(JsonWriter& out) : out_(out) {}

  template <class T>
  void operator()(std::string_view name, T& member) {
    out_.key(name);
    put(member);
  }
  void put(std::string& x) { out_.string(x); }
  void put(bool x) { out_.boolean(x); }
  void put(Bytes& x) { out_.string(encodeBase64(x)); }
  void put(PeerConnectionId& x) { out_.integer(x.value); }
  void put(OperationId& x) { out_.integer(x.value); }
  void put(DataChannel x) { out_.integer(static_cast<int>(x)); }
  void put(Duration& x) { out_.integer(x.toMicros()); }
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  void put(T x) {
    out_.integer(static_cast<std::int64_t>(x));
  }
  template <class E>
    requires(kEnumNames<E>.size() > 0)
  void put(E x) {
    out_.string(toString(x));
  }
  template <class T>
    requires(!std::same_as<T, std::uint8_t>)
  void put(std::vector<T>& list) {
    out_.beginArray();
    for (T& x : list) put(x);
    out_.endArray();
  }
  void put(Notification& x) { typed(x, kNotificationTypes.data()); }
  template <class T>
    requires std::is_class_v<T>
  void put(T& x) {
    out_.beginObject();
    fields(*this, x);
    out_.endObject();
  }
  // A variant as an object whose first member is `type`.
  template <class Variant>
  void typed(Variant& x, const std::string_view* types) {
    out_.beginObject();
    out_.key("type");
    out_.string(types[x.index()]);
    std::visit([this](auto& alternative) { fields(*this, alternative); }, x);
    out_.endObject();
  }

 private:
  JsonWriter& out_;
};

}  // namespace tessera::session
