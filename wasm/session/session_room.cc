// SPDX-License-Identifier: Apache-2.0
// The server's messages and what they mean for the room.
#include <algorithm>
#include <utility>

#include "wasm/session/session_impl.h"

namespace tessera::session {
namespace {

constexpr std::string_view kSignalPrefix = "signal/";
constexpr std::string_view kJoinPrefix = "join/";

}  // namespace

void Session::Impl::on(message::Joined& m) {
  if (!start_) return;
  if (m.participant_id != shared_.self_id) {
    // Who is polite hangs on the own id: with another one nothing that was agreed holds.
    while (!peers_.empty()) remove(std::string(peers_.back()->id()), "left");
    shared_.self_id = m.participant_id;
  }
  // A room that moves back to connections among its people: nobody is a newcomer, so the larger id makes the first offer.
  bool moved = false;
  if (topology_ == nullptr || topology_->name() != m.room.topology) {
    moved = ever_joined_ && m.resumed;
    topology_ = makeTopology(m.room.topology);
    if (topology_ == nullptr && !isCarriedElsewhere(m.room.topology)) {
      shared_.act(action::TransportSend{serializeLeave()});
      reject("topology-unsupported", "The room's topology is '" + m.room.topology + "', which this version does not have.");
      return;
    }
    for (const auto& peer : peers_) peer->disconnect();
  }
  const bool initiate = !ever_joined_ || !m.resumed;
  room_ = m.room;
  shared_.ice_servers = std::move(m.ice_servers);
  if (!m.resume_token.empty()) resume_token_ = std::move(m.resume_token);
  shared_.signalling_up = true;
  join_at_.reset();
  join_failures_ = 0;
  shared_.notify(notification::Joined{m.participant_id, ever_joined_, room_});
  ever_joined_ = true;
  setSignalling(SignallingState::kConnected);
  for (const auto& peer : peers_) {
    const bool listed = std::any_of(m.participants.begin(), m.participants.end(),
                                    [&](const Participant& x) { return x.id == peer->id(); });
    if (!listed) peer->setListed(false);
  }
  for (const Participant& participant : m.participants) upsert(participant);
  applyTopology(initiate, moved);
  if (shared_.state.revision != joined_revision_) sendUpdate();
  for (const auto& peer : peers_) peer->onSignallable();
}

void Session::Impl::on(message::ParticipantJoined& m) {
  if (!shared_.signalling_up) return;
  upsert(m.participant);
  applyTopology(/*initiate=*/false);
  if (Peer* peer = findPeer(m.participant.id); peer != nullptr) peer->onSignallable();
}

void Session::Impl::on(message::ParticipantUpdated& m) {
  if (!shared_.signalling_up) return;
  upsert(m.participant);
  applyTopology(/*initiate=*/false);
}

void Session::Impl::on(message::ParticipantLeft& m) {
  if (m.participant_id == shared_.self_id) {
    if (m.reason == "replaced") close("replaced");
    return;
  }
  Peer* peer = findPeer(m.participant_id);
  if (peer == nullptr) return;
  if (m.reason == "timeout" && peer->healthy()) {
    peer->setListed(false);  // only its signalling is lost: the media still flows
    return;
  }
  remove(m.participant_id, m.reason);
}

void Session::Impl::on(message::Signal& m) {
  if (!shared_.signalling_up) return;
  if (Peer* peer = findPeer(m.from); peer != nullptr) peer->onPayload(std::move(m.payload));
}

void Session::Impl::on(message::IceServers& m) { shared_.ice_servers = std::move(m.ice_servers); }

void Session::Impl::on(message::ServerError& m) {
  const std::string_view about = m.in_reply_to;
  const Duration pause = std::max(m.retry_after.value_or(Duration::zero()), shared_.config.retry_min);
  if (about.starts_with(kJoinPrefix)) {
    onJoinError(m);
    return;
  }
  if (about.starts_with(kSignalPrefix)) {
    if (m.code == "participant-unknown") return;  // it left, and the server says so
    Peer* peer = findPeer(std::string(about.substr(kSignalPrefix.size())));
    if (peer != nullptr && (m.code == "participant-away" || m.code == "rate-limited")) peer->resendAfter(pause);
    if (m.code == "participant-away") return;
  } else if (about == "update" && m.code == "rate-limited") {
    update_at_ = shared_.now + pause;
  }
  if (m.code == "not-joined" && start_) {
    if (shared_.signalling_up) {
      shared_.signalling_up = false;
      setSignalling(SignallingState::kReconnecting);
      sendJoin();
    }
    return;
  }
  shared_.warn(m.code, m.message);
}

void Session::Impl::onJoinError(const message::ServerError& m) {
  if (shared_.signalling_up || m.code == "already-joined") return;  // of a join that was said twice
  const bool about_token = m.code.starts_with("token-");
  const bool may_wait = !m.fatal || (ever_joined_ && (about_token || anyHealthy()));
  if (!may_wait) {
    reject(m.code, m.message);
    return;
  }
  shared_.warn(m.code, m.message);
  if (about_token && m.fatal) {
    join_at_.reset();  // TokenChanged goes on
    return;
  }
  const Duration pause = backoff(shared_.config.retry_min, join_failures_++, shared_.config.restart_backoff_max);
  join_at_ = shared_.now + std::max(m.retry_after.value_or(Duration::zero()), pause);
}

// --- who is there ---

Peer* Session::Impl::findPeer(const std::string& id) {
  for (const auto& peer : peers_) {
    if (peer->id() == id) return peer.get();
  }
  return nullptr;
}

Peer* Session::Impl::findPeer(PeerConnectionId pc) {
  if (pc.value == 0) return nullptr;
  for (const auto& peer : peers_) {
    if (peer->pc() == pc) return peer.get();
  }
  return nullptr;
}

void Session::Impl::upsert(const Participant& participant) {
  if (participant.id == shared_.self_id) return;
  if (Peer* peer = findPeer(participant.id); peer != nullptr) {
    peer->setListed(true);
    peer->updateFromServer(participant);
    return;
  }
  const auto place = std::find_if(peers_.begin(), peers_.end(), [&](const auto& x) { return x->id() > participant.id; });
  peers_.insert(place, std::make_unique<Peer>(shared_, participant));
}

void Session::Impl::remove(const std::string& id, const std::string& reason) {
  const auto it = std::find_if(peers_.begin(), peers_.end(), [&](const auto& x) { return x->id() == id; });
  if (it == peers_.end()) return;
  (*it)->disconnect();
  peers_.erase(it);
  std::erase(warned_topology_, id);
  shared_.notify(notification::ParticipantLeft{id, reason});
  applyTopology(/*initiate=*/false);
}

void Session::Impl::applyTopology(bool initiate, bool moved) {
  if (topology_ == nullptr) return;
  std::vector<const Participant*> participants;
  for (const auto& peer : peers_) participants.push_back(&peer->participant());
  const RoomView view{shared_.self_id, &start_->capabilities, &room_, &participants};
  const std::vector<std::string> wanted = topology_->connections(view);
  for (const auto& peer : peers_) {
    const bool wants = std::find(wanted.begin(), wanted.end(), peer->id()) != wanted.end();
    if (wants && !peer->wantsConnection()) {
      peer->connect(initiate || (moved && shared_.self_id > peer->id()));
    } else if (!wants && peer->wantsConnection()) {
      peer->disconnect();
    }
    if (wants || std::find(warned_topology_.begin(), warned_topology_.end(), peer->id()) != warned_topology_.end()) continue;
    warned_topology_.push_back(peer->id());
    shared_.warn("topology-unsupported", "Participant " + peer->id() + " cannot be connected in a room of topology '" +
                                             std::string(topology_->name()) + "'.");
  }
}

bool Session::Impl::anyHealthy() const {
  return std::any_of(peers_.begin(), peers_.end(), [](const auto& x) { return x->healthy(); });
}

}  // namespace tessera::session
