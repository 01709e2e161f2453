// SPDX-License-Identifier: Apache-2.0
// One RTCPeerConnection: actions in, events out.

#include "wasm/browser/peer_connection.h"

#include <utility>

namespace tessera::browser {

using emscripten::val;
namespace event = session::event;

namespace {

val iceServerList(const std::vector<session::IceServer>& servers) {
  val list = val::array();
  for (const session::IceServer& server : servers) {
    val urls = val::array();
    for (const std::string& url : server.urls) push(urls, val(url));
    val entry = object({{"urls", urls}});
    if (!server.username.empty()) setMember(entry, "username", val(server.username));
    if (!server.credential.empty()) setMember(entry, "credential", val(server.credential));
    push(list, entry);
  }
  return list;
}

val configuration(const std::vector<session::IceServer>& servers, const std::string& policy) {
  return object({{"iceServers", iceServerList(servers)}, {"iceTransportPolicy", val(policy)}, {"bundlePolicy", val("max-bundle")}});
}

template <class State>
State stateAt(const val& connection, const char* key, State otherwise) {
  return session::fromString<State>(stringAt(connection, key)).value_or(otherwise);
}

}  // namespace

std::unique_ptr<PeerConnection> PeerConnection::create(const session::action::CreatePeerConnection& action, Emit emit,
                                                       JsError& error) {
  const std::string policy(toString(action.ice_transport_policy));
  JsOutcome made = tryNew("RTCPeerConnection", {configuration(action.ice_servers, policy)});
  if (!made.ok) {
    error = made.error;
    return nullptr;
  }
  std::unique_ptr<PeerConnection> result(new PeerConnection(action, std::move(emit), std::move(made.value)));
  result->listen();
  return result;
}

PeerConnection::PeerConnection(const session::action::CreatePeerConnection& action, Emit emit, val connection)
    : id_(action.pc),
      participant_id_(action.participant_id),
      emit_(std::move(emit)),
      connection_(std::move(connection)),
      ice_transport_policy_(toString(action.ice_transport_policy)),
      transceivers_(connection_) {}

PeerConnection::~PeerConnection() {
  listeners_.clear();
  continuations_.cancel();
  transceivers_.close();
  connection_.call<void>("close");
}

void PeerConnection::listen() {
  listeners_.add(connection_, "negotiationneeded", [this](const val&) { emit_(event::NegotiationNeeded{id_}); });
  listeners_.add(connection_, "icecandidate", [this](const val& happened) {
    const val candidate = member(happened, "candidate");
    session::IceCandidate gathered;
    if (!isNullish(candidate)) {
      gathered.candidate = stringAt(candidate, "candidate");
      gathered.sdp_mid = stringAt(candidate, "sdpMid");
      gathered.sdp_m_line_index = static_cast<int>(numberAt(candidate, "sdpMLineIndex"));
      gathered.username_fragment = stringAt(candidate, "usernameFragment");
    }
    emit_(event::IceCandidateGathered{id_, std::move(gathered)});
  });
  listeners_.add(connection_, "iceconnectionstatechange", [this](const val&) {
    // The connection's state first: a route without DTLS on it is no connection yet, and its own event comes after this one.
    const Emit emit = emit_;  // The first event may destroy this object.
    const event::IceConnectionStateChanged ice{id_, stateAt(connection_, "iceConnectionState", session::IceConnectionState::kNew)};
    const auto whole = session::fromString<session::ConnectionState>(stringAt(connection_, "connectionState"));
    if (whole) emit(event::ConnectionStateChanged{id_, *whole});
    emit(ice);
  });
  listeners_.add(connection_, "connectionstatechange", [this](const val&) {
    emit_(event::ConnectionStateChanged{id_, stateAt(connection_, "connectionState", session::ConnectionState::kNew)});
  });
  listeners_.add(connection_, "signalingstatechange", [this](const val&) {
    emit_(event::SignalingStateChanged{id_, stateAt(connection_, "signalingState", session::SignalingState::kStable)});
  });
  listeners_.add(connection_, "track", [this](const val& happened) {
    const std::string kind = stringAt(member(happened, "track"), "kind");
    emit_(event::RemoteTrackAdded{id_, stringAt(member(happened, "transceiver"), "mid"),
                                  session::fromString<session::SourceKind>(kind).value_or(session::SourceKind::kAudio)});
  });
}

void PeerConnection::openChannels() {
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    const auto name = static_cast<session::DataChannel>(i);
    val options = object({{"negotiated", val(true)}, {"id", val(static_cast<int>(i))}});
    if (name == session::DataChannel::kUnreliable) {
      setMember(options, "ordered", val(false));
      setMember(options, "maxRetransmits", val(0));
    }
    val channel = connection_.call<val>("createDataChannel", std::string(session::kDataChannelLabels[i]), options);
    setMember(channel, "binaryType", val("arraybuffer"));
    setMember(channel, "bufferedAmountLowThreshold", val(static_cast<int>(session::kBufferedAmountLowThreshold)));
    listeners_.add(channel, "open", [this, name](const val&) { emit_(event::DataChannelOpened{id_, name}); });
    listeners_.add(channel, "close", [this, name](const val&) { emit_(event::DataChannelClosed{id_, name}); });
    listeners_.add(channel, "bufferedamountlow",
                   [this, name](const val&) { emit_(event::DataChannelBufferedAmountLow{id_, name}); });
    listeners_.add(channel, "message", [this, name](const val& happened) {
      const val data = member(happened, "data");
      // Peers send binary only; text would come from something else and is passed on as its bytes.
      event::DataChannelMessage message{id_, name, {}};
      if (data.isString()) {
        const auto text = data.as<std::string>();
        message.bytes.assign(text.begin(), text.end());
      } else {
        message.bytes = bytesFrom(data);
      }
      emit_(message);
    });
    channels_[i] = std::move(channel);
  }
}

void PeerConnection::fail(session::OperationId operation, const JsError& error) {
  emit_(event::OperationFailed{id_, operation, error.name, error.message});
}

void PeerConnection::setIceServers(const std::vector<session::IceServer>& servers) {
  tryCall(connection_, "setConfiguration", {configuration(servers, ice_transport_policy_)});
}

void PeerConnection::setLocalDescription(session::OperationId operation) {
  continuations_.then(
      tryCall(connection_, "setLocalDescription"),
      [this, operation](const val&) {
        const val description = member(connection_, "localDescription");
        event::LocalDescriptionSet set{id_, operation, session::SdpType::kOffer, "", {}};
        if (!isNullish(description)) {
          set.sdp_type = stateAt(description, "type", session::SdpType::kOffer);
          set.sdp = stringAt(description, "sdp");
        }
        for (auto& [mid, source_id] : transceivers_.mids()) set.mids.push_back({mid, source_id});
        emit_(set);
      },
      [this, operation](const JsError& error) { fail(operation, error); });
}

void PeerConnection::setRemoteDescription(const session::action::SetRemoteDescription& action) {
  const val description = object({{"type", val(std::string(toString(action.sdp_type)))}, {"sdp", val(action.sdp)}});
  const session::OperationId operation = action.op;
  continuations_.then(
      tryCall(connection_, "setRemoteDescription", {description}),
      [this, operation](const val&) { emit_(event::RemoteDescriptionSet{id_, operation}); },
      [this, operation](const JsError& error) { fail(operation, error); });
}

void PeerConnection::addIceCandidate(const session::IceCandidate& candidate) {
  val init = object({{"candidate", val(candidate.candidate)}});
  if (!candidate.sdp_mid.empty()) setMember(init, "sdpMid", val(candidate.sdp_mid));
  setMember(init, "sdpMLineIndex", val(candidate.sdp_m_line_index));
  if (!candidate.username_fragment.empty()) setMember(init, "usernameFragment", val(candidate.username_fragment));
  continuations_.then(tryCall(connection_, "addIceCandidate", {init}), nullptr,
                      [this](const JsError& error) { fail(session::OperationId{}, error); });
}

void PeerConnection::restartIce() { tryCall(connection_, "restartIce"); }

bool PeerConnection::send(const session::action::SendOnDataChannel& action) {
  const val& channel = channels_[static_cast<std::size_t>(action.channel)];
  const bool sent = tryCall(channel, "send", {toUint8Array(action.bytes.data(), action.bytes.size())}).ok;
  if (action.report_low && numberAt(channel, "bufferedAmount") <= static_cast<double>(session::kBufferedAmountLowThreshold)) {
    const session::DataChannel name = action.channel;
    continuations_.then(
        val::undefined(), [this, name](const val&) { emit_(event::DataChannelBufferedAmountLow{id_, name}); }, nullptr);
  }
  return sent;
}

val PeerConnection::requestStats() const { return connection_.call<val>("getStats"); }

PeerStats::Digest PeerConnection::digest(const val& report) {
  PeerStats::Digest digest = stats_.digest(report);
  digest.quality.connected = isConnected();
  return digest;
}

val PeerConnection::states() const {
  val result = val::object();
  copyMembers(result, connection_, "connectionState iceConnectionState iceGatheringState signalingState");
  return result;
}

bool PeerConnection::isConnected() const { return stringAt(connection_, "connectionState") == "connected"; }

val openPeerConnection(const val& configuration) {
  const JsOutcome made = tryNew("RTCPeerConnection", {configuration});
  return made.ok ? made.value : val::null();
}

}  // namespace tessera::browser
