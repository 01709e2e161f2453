// SPDX-License-Identifier: Apache-2.0
// The session's events from the application and the transport.
#include "wasm/session/session.h"

#include <algorithm>
#include <utility>

#include "wasm/session/session_impl.h"

namespace tessera::session {
namespace {

constexpr std::size_t kMaxSources = 16;

}  // namespace

Session::Session(SessionConfig config) : impl_(std::make_unique<Impl>(config)) {}
Session::~Session() = default;
void Session::handle(const Event& event, Timestamp now) { impl_->handle(event, now); }
std::vector<Action> Session::takeActions() { return impl_->takeActions(); }
std::optional<Timestamp> Session::nextTimeout() const { return impl_->nextTimeout(); }

void Session::Impl::handle(const Event& event, Timestamp now) {
  if (closed_) return;
  if (now > shared_.now) shared_.now = now;
  std::visit([this](const auto& e) { on(e); }, event);
  if (!closed_) runTimers();
}

std::optional<Timestamp> Session::Impl::nextTimeout() const {
  if (closed_) return std::nullopt;
  std::optional<Timestamp> next;
  if (transport_open_) next = earlier(join_at_, shared_.signalling_up ? update_at_ : std::nullopt);
  for (const auto& peer : peers_) next = earlier(next, peer->nextTimeout());
  return next;
}

void Session::Impl::runTimers() {
  if (transport_open_ && join_at_ && *join_at_ <= shared_.now) sendJoin();
  if (shared_.signalling_up && update_at_ && *update_at_ <= shared_.now) sendUpdate();
  for (const auto& peer : peers_) peer->onTimer();
  for (std::size_t i = peers_.size(); i-- > 0;) {
    if (peers_[i]->expired()) remove(std::string(peers_[i]->id()), "timeout");
  }
}

// --- signalling ---

void Session::Impl::on(const event::Start& e) {
  if (start_) return;
  start_ = e;
  for (const Source& source : e.sources) {
    if (shared_.state.sources.size() >= kMaxSources) break;
    shared_.state.sources.push_back(source);
    shared_.tracks.push_back(source.id);
  }
  shared_.state.revision = 1;
  if (transport_open_) sendJoin();
}

void Session::Impl::on(const event::TokenChanged& e) {
  if (!start_) return;
  start_->token = e.token;
  resume_token_.clear();
  if (transport_open_ && !shared_.signalling_up) sendJoin();
}

void Session::Impl::on(const event::TransportOpened&) {
  transport_open_ = true;
  shared_.signalling_up = false;
  join_failures_ = 0;
  if (start_) sendJoin();
}

void Session::Impl::on(const event::TransportClosed&) {
  transport_open_ = false;
  shared_.signalling_up = false;
  join_at_.reset();
  if (ever_joined_) setSignalling(SignallingState::kReconnecting);
}

void Session::Impl::sendJoin() {
  JoinMessage join;
  join.id = "join/" + std::to_string(++join_count_);
  join.room = start_->room;
  join.token = resume_token_.empty() ? start_->token : resume_token_;
  join.participant_key = start_->participant_key;
  join.name = start_->name;
  join.capabilities = start_->capabilities;
  join.state = shared_.state;
  joined_revision_ = shared_.state.revision;
  join_at_ = shared_.now + shared_.config.join_timeout;
  shared_.act(action::TransportSend{serializeJoin(join)});
}

void Session::Impl::setSignalling(SignallingState state) {
  if (signalling_state_ == state) return;
  signalling_state_ = state;
  shared_.notify(notification::SignallingStateChanged{state});
}

void Session::Impl::on(const event::TransportMessage& e) {
  auto message = parseServerMessage(e.text);
  if (!message.hasValue()) {
    shared_.warn("message-invalid", message.error().message);
    return;
  }
  std::visit([this](auto& m) { on(m); }, message.value());
}

void Session::Impl::reject(const std::string& code, const std::string& message) {
  shared_.notify(notification::Rejected{code, message});
  close("rejected");
}

void Session::Impl::on(const event::Leave&) {
  if (transport_open_ && join_count_ > 0) shared_.act(action::TransportSend{serializeLeave()});
  close("left");
}

void Session::Impl::close(const std::string& reason) {
  for (const auto& peer : peers_) peer->disconnect();
  peers_.clear();
  setSignalling(SignallingState::kClosed);
  shared_.notify(notification::Closed{reason});
  closed_ = true;
}

// --- local state ---

void Session::Impl::on(const event::LocalSourceAdded& e) {
  auto& sources = shared_.state.sources;
  const auto known = std::find_if(sources.begin(), sources.end(), [&](const Source& x) { return x.id == e.source.id; });
  if (known != sources.end()) {
    *known = e.source;
  } else if (sources.size() < kMaxSources) {
    sources.push_back(e.source);
  } else {
    shared_.warn("invalid-argument", "A participant has at most 16 sources.");
    return;
  }
  std::erase(shared_.tracks, e.source.id);
  if (e.has_track) shared_.tracks.push_back(e.source.id);
  announceState();
  for (const auto& peer : peers_) peer->syncSources();
}

void Session::Impl::on(const event::LocalSourceRemoved& e) {
  std::erase(shared_.tracks, e.source_id);
  if (std::erase_if(shared_.state.sources, [&](const Source& x) { return x.id == e.source_id; }) == 0) return;
  announceState();
  for (const auto& peer : peers_) peer->syncSources();
}

void Session::Impl::on(const event::LocalSourceMuted& e) {
  for (Source& source : shared_.state.sources) {
    if (source.id != e.source_id || source.muted == e.muted) continue;
    source.muted = e.muted;
    announceState();
    return;
  }
}

void Session::Impl::on(const event::LocalNameChanged& e) {
  if (!start_ || start_->name == e.name) return;
  start_->name = e.name;
  if (shared_.signalling_up) sendUpdate();
}

void Session::Impl::announceState() {
  ++shared_.state.revision;
  for (const auto& peer : peers_) peer->sendState();
  if (shared_.signalling_up) sendUpdate();
}

void Session::Impl::sendUpdate() {
  update_at_.reset();
  shared_.act(action::TransportSend{serializeUpdate("update", start_->name, shared_.state)});
}

void Session::Impl::on(const event::SendDataRequested& e) {
  auto envelope = encodeEnvelope(Envelope{e.topic, e.bytes, e.is_text});
  if (!envelope.hasValue()) {
    shared_.warn(std::string(toString(envelope.error().code)), envelope.error().message);
    return;
  }
  const auto send = [&](Peer& peer) {
    if (!peer.sendData(envelope.value(), e.reliable)) {
      shared_.warn("data-queue-full", "Participant " + peer.id() + " does not take data fast enough: a message was dropped.");
    }
  };
  if (e.to.empty()) {
    for (const auto& peer : peers_) {
      if (peer->wantsConnection()) send(*peer);
    }
    return;
  }
  for (const std::string& id : e.to) {
    Peer* peer = findPeer(id);
    if (peer != nullptr && peer->wantsConnection()) {
      send(*peer);
    } else {
      shared_.warn("data-undeliverable", "Participant " + id + " is not connected with this one.");
    }
  }
}

void Session::Impl::on(const event::NetworkChanged&) {
  for (const auto& peer : peers_) peer->onNetworkChanged();
}

}  // namespace tessera::session
