// SPDX-License-Identifier: Apache-2.0
// A participant's life: its connection's making and replacing, recovery, sources, state and data.
#include "wasm/session/peer.h"

#include <algorithm>
#include <utility>

namespace tessera::session {
namespace {

constexpr int kFailuresUntilFailed = 3;
constexpr Duration kMidsDelay = Duration::millis(100);

template <class List, class Predicate>
auto findIf(List& list, Predicate predicate) -> decltype(&*list.begin()) {
  const auto it = std::find_if(list.begin(), list.end(), predicate);
  return it == list.end() ? nullptr : &*it;
}

bool contains(const std::vector<std::string>& list, const std::string& x) {
  return std::find(list.begin(), list.end(), x) != list.end();
}

}  // namespace

Peer::Peer(Shared& shared, Participant participant)
    : shared_(shared), participant_(std::move(participant)), recovery_(shared.config), data_(shared) {
  shared_.notify(notification::ParticipantJoined{participant_});
}

// --- lifecycle ---

void Peer::connect(bool initiate) {
  if (wants_connection_) return;
  wants_connection_ = true;
  open(initiate);
}

void Peer::disconnect() {
  wants_connection_ = false;
  reopen_at_.reset();
  close();
}

void Peer::open(bool initiate) {
  reopen_at_.reset();
  connection_ = Connection();
  connection_.id = PeerConnectionId{shared_.next_pc++};
  connection_.ice_servers = shared_.ice_servers;
  if (!initiate) connection_.hold_until = shared_.now + shared_.config.first_offer_wait;
  data_.reset(connection_.id);
  shared_.act(action::CreatePeerConnection{connection_.id, id(), shared_.ice_servers, shared_.config.ice_transport_policy});
  syncSources();
  updateState();
}

void Peer::close() {
  if (connection_.id.value == 0) return;
  connection_.mids.clear();
  reconcileSources();
  shared_.act(action::ClosePeerConnection{connection_.id});
  connection_ = Connection();
  data_.reset(PeerConnectionId());
  recovery_.onRecreated(shared_.now);
}

void Peer::replace(bool initiate) {
  close();
  open(initiate);
}

// The connection cannot go on: a fresh one at once the first time, after a pause when that does not help.
void Peer::fail(const std::string& what) {
  shared_.warn("negotiation-failed", what);
  close();
  const int failures = failures_++;
  if (failures == 0) {
    open(/*initiate=*/true);
  } else {
    reopen_at_ = shared_.now + backoff(shared_.config.retry_min, failures, shared_.config.restart_backoff_max);
    updateState();
  }
}

void Peer::recover() {
  if (connection_.id.value == 0) return;
  switch (recovery_.take(shared_.now, signallable())) {
    case Recovery::Step::kNone:
      break;
    case Recovery::Step::kRestartIce:
      ++ice_restarts_;
      refreshIceServers();
      shared_.act(action::RestartIce{connection_.id});
      break;
    case Recovery::Step::kRecreate:
      replace(/*initiate=*/true);
      break;
  }
  updateState();
}

// TURN credentials expire: a restart is of no use with old ones.
void Peer::refreshIceServers() {
  if (connection_.ice_servers == shared_.ice_servers) return;
  connection_.ice_servers = shared_.ice_servers;
  shared_.act(action::SetIceServers{connection_.id, shared_.ice_servers});
}

void Peer::updateState() {
  const bool healthy_now = healthy();
  if (healthy_now) failures_ = 0;
  if (listed_ || healthy_now) {
    gone_at_.reset();
  } else if (!gone_at_) {
    gone_at_ = shared_.now + shared_.config.absent_grace;
  }
  if (!wants_connection_) return;
  PeerState state = connection_.id.value == 0 ? PeerState::kReconnecting : recovery_.state();
  if (state != PeerState::kConnected && failures_ >= kFailuresUntilFailed) state = PeerState::kFailed;
  const bool was_failed = notified_ && notified_->state == PeerState::kFailed;
  if (notified_ && notified_->pc == connection_.id && notified_->state == state && notified_->ice_restarts == ice_restarts_) return;
  notified_ = notification::PeerStateChanged{id(), connection_.id, state, ice_restarts_};
  shared_.notify(*notified_);
  if (state == PeerState::kFailed && !was_failed) {
    shared_.warn("peer-unreachable", "No connection with participant " + id() + " yet; attempts go on.");
  }
}

// --- the room ---

void Peer::updateFromServer(const Participant& participant) {
  const bool came_back = participant.present && !participant_.present;
  bool changed = participant_.name != participant.name || participant_.present != participant.present ||
                 participant_.capabilities != participant.capabilities;
  participant_.name = participant.name;
  participant_.present = participant.present;
  participant_.capabilities = participant.capabilities;
  // Without a revision, the participant's own word on an open control channel is the newer one.
  const bool authoritative = participant.revision == 0 && !connection_.state_received;
  changed |= applySources(participant.revision, participant.sources, authoritative);
  if (changed) shared_.notify(notification::ParticipantUpdated{participant_});
  reconcileSources();
  if (came_back) onSignallable();
}

void Peer::setListed(bool listed) {
  listed_ = listed;
  if (!listed && participant_.present) {
    participant_.present = false;
    shared_.notify(notification::ParticipantUpdated{participant_});
  }
  updateState();
}

bool Peer::expired() const { return shared_.signalling_up && gone_at_ && *gone_at_ <= shared_.now; }

void Peer::onSignallable() {
  if (!signallable()) return;
  resend(/*candidates=*/!healthy() || connection_.offer.has_value());
  pump();
  recover();
}

void Peer::resendAfter(Duration delay) { resend_all_at_ = earlier(resend_all_at_, shared_.now + delay); }

// --- sources ---

void Peer::syncSources() {
  if (connection_.id.value == 0) return;
  std::vector<std::string>& sent = connection_.sent_sources;
  const std::vector<std::string> before = sent;
  for (const std::string& source_id : sent) {
    if (!contains(shared_.tracks, source_id)) shared_.act(action::RemoveSource{connection_.id, source_id});
  }
  std::erase_if(sent, [this](const std::string& x) { return !contains(shared_.tracks, x); });
  for (const Source& source : shared_.state.sources) {
    if (!contains(shared_.tracks, source.id) || contains(sent, source.id)) continue;
    shared_.act(action::AddSource{connection_.id, source.id, source.kind, source.content});
    sent.push_back(source.id);
  }
  if (sent != before) connection_.mids_due_at = shared_.now + kMidsDelay;
}

void Peer::sendState() {
  if (data_.isOpen(DataChannel::kControl)) data_.sendControl(serializeControl(shared_.state));
}

bool Peer::applySources(std::uint32_t revision, const std::vector<Source>& sources, bool authoritative) {
  if (!authoritative && revision <= participant_.revision) return false;
  participant_.revision = std::max(participant_.revision, revision);
  if (participant_.sources == sources) return false;
  participant_.sources = sources;
  return true;
}

// A source is announced while its track is received, its mid is mapped to it, and the participant says that it has it.
void Peer::reconcileSources() {
  std::vector<MidMapping> wanted;
  for (const MidMapping& mapping : connection_.mids) {
    const Source* source = findIf(participant_.sources, [&](const Source& x) { return x.id == mapping.source_id; });
    const Track* track = findIf(connection_.tracks, [&](const Track& x) { return x.mid == mapping.mid; });
    const bool taken = findIf(wanted, [&](const MidMapping& x) { return x.source_id == mapping.source_id; }) != nullptr;
    if (source != nullptr && track != nullptr && track->kind == source->kind && !taken) wanted.push_back(mapping);
  }
  const auto has = [](const std::vector<MidMapping>& list, const MidMapping& x) {
    return std::find(list.begin(), list.end(), x) != list.end();
  };
  for (const MidMapping& old : connection_.announced) {
    if (!has(wanted, old)) shared_.notify(notification::RemoteSourceRemoved{id(), old.source_id});
  }
  for (const MidMapping& mapping : wanted) {
    if (has(connection_.announced, mapping)) continue;
    const Source* source = findIf(participant_.sources, [&](const Source& x) { return x.id == mapping.source_id; });
    shared_.notify(notification::RemoteSourceAdded{id(), *source, connection_.id, mapping.mid});
  }
  connection_.announced = std::move(wanted);
}

void Peer::on(const event::RemoteTrackAdded& e) {
  if (Track* known = findIf(connection_.tracks, [&](const Track& x) { return x.mid == e.mid; }); known != nullptr) {
    known->kind = e.kind;
  } else {
    connection_.tracks.push_back(Track{e.mid, e.kind});
  }
  reconcileSources();
}

void Peer::on(const event::RemoteTrackRemoved& e) {
  std::erase_if(connection_.tracks, [&](const Track& x) { return x.mid == e.mid; });
  reconcileSources();
}

// --- connection states ---

void Peer::onNetworkChanged() {
  if (connection_.id.value == 0) return;
  recovery_.onNetworkChanged(shared_.now);
  recover();
}

void Peer::on(const event::IceConnectionStateChanged& e) {
  recovery_.onIceConnectionState(e.state, shared_.now);
  recover();
}

void Peer::on(const event::ConnectionStateChanged& e) {
  recovery_.onConnectionState(e.state, shared_.now);
  recover();
}

// --- data ---

void Peer::on(const event::DataChannelOpened& e) {
  connection_.channel_closed_at.reset();
  data_.onOpened(e.channel);
  if (e.channel == DataChannel::kControl) sendState();
}

void Peer::on(const event::DataChannelClosed& e) {
  data_.onClosed(e.channel);
  if (e.channel == DataChannel::kControl) connection_.state_received = false;
  if (!connection_.channel_closed_at) connection_.channel_closed_at = shared_.now;
}

void Peer::on(const event::DataChannelBufferedAmountLow& e) { data_.onBufferedAmountLow(e.channel); }

void Peer::on(const event::DataChannelMessage& e) {
  if (e.channel == DataChannel::kControl) {
    auto state = parseControl(std::string_view(reinterpret_cast<const char*>(e.bytes.data()), e.bytes.size()));
    if (!state.hasValue()) {
      shared_.warn("message-invalid", state.error().message);
    } else if (state.value().has_value()) {
      connection_.state_received = true;
      if (applySources(state.value()->revision, state.value()->sources, /*authoritative=*/false)) {
        shared_.notify(notification::ParticipantUpdated{participant_});
      }
      reconcileSources();
    }
    return;
  }
  auto envelope = decodeEnvelope(e.bytes);
  if (!envelope.hasValue()) {
    shared_.warn("data-invalid", envelope.error().message);
    return;
  }
  Envelope& data = envelope.value();
  shared_.notify(notification::Data{id(), std::move(data.topic), std::move(data.bytes), data.is_text});
}

// --- time ---

void Peer::onTimer() {
  const auto take = [this](std::optional<Timestamp>& at) {
    if (!at || *at > shared_.now) return false;
    at.reset();
    return true;
  };
  if (take(reopen_at_)) open(/*initiate=*/true);
  if (take(resend_all_at_)) onSignallable();
  if (connection_.id.value == 0) return;
  const bool mids_due = take(connection_.mids_due_at);
  if (mids_due) connection_.negotiation_needed = true;
  const bool held = take(connection_.hold_until);
  if (take(connection_.retry_at) || held || mids_due) pump();
  if (signallable() && take(connection_.resend_at)) resend(/*candidates=*/true);
  const std::optional<Timestamp>& closed = connection_.channel_closed_at;
  if (closed && *closed + shared_.config.channel_close_grace <= shared_.now && healthy() && signallable()) {
    replace(/*initiate=*/true);
  }
  recover();
}

std::optional<Timestamp> Peer::nextTimeout() const {
  std::optional<Timestamp> next = reopen_at_;
  if (signallable()) next = earlier(next, resend_all_at_);
  if (shared_.signalling_up) next = earlier(next, gone_at_);
  if (connection_.id.value == 0) return next;
  next = earlier(next, connection_.hold_until);
  next = earlier(next, connection_.retry_at);
  next = earlier(next, connection_.mids_due_at);
  if (signallable()) next = earlier(next, connection_.resend_at);
  if (connection_.channel_closed_at && healthy() && signallable()) {
    next = earlier(next, *connection_.channel_closed_at + shared_.config.channel_close_grace);
  }
  return earlier(next, recovery_.nextTimeout(signallable()));
}

}  // namespace tessera::session
