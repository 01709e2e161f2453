// SPDX-License-Identifier: Apache-2.0
// A call in the browser: the loop around the session.

#include "wasm/browser/call.h"

#include <emscripten/emscripten.h>

#include <algorithm>
#include <variant>

namespace tessera::browser {

using emscripten::val;
namespace action = session::action;
namespace event = session::event;
namespace notification = session::notification;

namespace {

constexpr Duration kLevelPeriod = Duration::millis(150);
constexpr Duration kStatsPeriod = Duration::seconds(2);

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

Timestamp now() { return Timestamp::micros(static_cast<std::int64_t>(emscripten_get_now() * 1000)); }

session::SourceKind kindOf(session::SourceContent content) {
  const bool video = content == session::SourceContent::kCamera || content == session::SourceContent::kScreen;
  return video ? session::SourceKind::kVideo : session::SourceKind::kAudio;
}

session::SessionConfig configFrom(const val& options) {
  session::SessionConfig config;
  if (member(options, "relayOnly").isTrue()) config.ice_transport_policy = session::IceTransportPolicy::kRelay;
  config.first_connection = static_cast<std::uint32_t>(std::max(1.0, numberAt(options, "firstConnection", 1)));
  return config;
}

}  // namespace

Call::Call(const val& options, val listener)
    : listener_(std::move(listener)),
      session_(configFrom(options)),
      log_(configFrom(options)),
      diagnosed_([this](const val& arguments) { return digestAll(arguments[0], false); }),
      polled_([this](const val& arguments) { return digestAll(arguments[0], true); }) {}

Call::~Call() { close(); }

void Call::handle(session::Event first) {
  if (closed_) return;
  waiting_.push_back(std::move(first));
  if (running_) return;
  running_ = true;
  while (!waiting_.empty()) {
    const session::Event event = std::move(waiting_.front());
    waiting_.pop_front();
    const Timestamp time = now();
    log_.record(event, time);
    session_.handle(event, time);
    const std::vector<session::Action> actions = session_.takeActions();
    log_.record(actions, time);
    for (const session::Action& action : actions) execute(action);
  }
  running_ = false;
  if (closing_) {
    tearDown();
  } else {
    armSessionTimer();
  }
}

void Call::execute(const session::Action& asked) {
  const auto withPeer = [this](session::PeerConnectionId id, auto&& run) {
    if (const auto peer = peers_.find(id); peer != peers_.end()) run(*peer->second.connection);
  };
  std::visit(
      Overloaded{
          [&](const action::TransportSend& it) { listener_.call<void>("send", it.text); },
          [&](const action::CreatePeerConnection& it) { createPeer(it); },
          [&](const action::ClosePeerConnection& it) { peers_.erase(it.pc); },
          [&](const action::SetIceServers& it) { withPeer(it.pc, [&](auto& pc) { pc.setIceServers(it.ice_servers); }); },
          [&](const action::SetLocalDescription& it) { withPeer(it.pc, [&](auto& pc) { pc.setLocalDescription(it.op); }); },
          [&](const action::SetRemoteDescription& it) { withPeer(it.pc, [&](auto& pc) { pc.setRemoteDescription(it); }); },
          [&](const action::AddIceCandidate& it) { withPeer(it.pc, [&](auto& pc) { pc.addIceCandidate(it.candidate); }); },
          [&](const action::RestartIce& it) { withPeer(it.pc, [&](auto& pc) { pc.restartIce(); }); },
          [&](const action::AddSource& it) {
            const auto local = local_.find(it.source_id);
            const val track = local == local_.end() ? val::null() : local->second.track;
            withPeer(it.pc, [&](auto& pc) {
              pc.transceivers().add(it.source_id, std::string(toString(it.kind)), std::string(toString(it.content)), track);
            });
          },
          [&](const action::RemoveSource& it) { withPeer(it.pc, [&](auto& pc) { pc.transceivers().remove(it.source_id); }); },
          [&](const action::SendOnDataChannel& it) { withPeer(it.pc, [&](auto& pc) { pc.send(it); }); },
          [&](const action::Notify& it) { notify(it.notification); },
      },
      asked);
}

void Call::createPeer(const action::CreatePeerConnection& asked) {
  JsError error;
  auto connection = PeerConnection::create(asked, [this](const session::Event& event) { handle(event); }, error);
  if (connection == nullptr) {
    notify(notification::Warning{"peer-unreachable", "The browser refused a connection: " + error.message});
    return;
  }
  connection->openChannels();
  peers_.emplace(asked.pc, Peer{std::move(connection), {}, {}});
  armStatsTimer();
}

void Call::notify(const session::Notification& notification) {
  val track = val::undefined();
  if (const auto* added = std::get_if<notification::RemoteSourceAdded>(&notification)) {
    if (const auto peer = peers_.find(added->pc); peer != peers_.end()) {
      track = peer->second.connection->transceivers().receiverTrack(added->mid);
      std::erase_if(peer->second.received, [added](const auto& entry) { return entry.second.id == added->source.id; });
      peer->second.received.insert_or_assign(added->mid, added->source);
      armLevelTimer();
    }
  } else if (const auto* removed = std::get_if<notification::RemoteSourceRemoved>(&notification)) {
    for (auto& [id, peer] : peers_) {
      if (peer.connection->participantId() != removed->participant_id) continue;
      std::erase_if(peer.received, [removed](const auto& entry) { return entry.second.id == removed->source_id; });
    }
  } else if (const auto* data = std::get_if<notification::Data>(&notification)) {
    const val payload = data->is_text ? val(std::string(data->bytes.begin(), data->bytes.end()))
                                      : toUint8Array(data->bytes.data(), data->bytes.size());
    listener_.call<void>("data", data->from, data->topic, payload);
    return;
  } else if (std::holds_alternative<notification::Closed>(notification)) {
    ended_ = true;
  }
  listener_.call<void>("notify", session::toJson(notification), track);
}

void Call::armSessionTimer() {
  const std::optional<Timestamp> due = session_.nextTimeout();
  if (!due) {
    session_timer_.clear();
    return;
  }
  session_timer_.set(
      *due - now(),
      [](void* self) {
        auto* call = static_cast<Call*>(self);
        call->session_timer_.forget();
        call->handle(event::TimerFired{});
      },
      this);
}

void Call::armLevelTimer() {
  level_timer_.set(
      kLevelPeriod,
      [](void* self) {
        auto* call = static_cast<Call*>(self);
        call->level_timer_.forget();
        call->measureLevels();
      },
      this);
}

void Call::armStatsTimer() {
  stats_timer_.set(
      kStatsPeriod,
      [](void* self) {
        auto* call = static_cast<Call*>(self);
        call->stats_timer_.forget();
        if (call->peers_.empty()) return;
        call->armStatsTimer();
        call->requestStats(call->polled_);
      },
      this);
}

void Call::measureLevels() {
  std::map<std::string, double> levels;
  bool listening = false;
  for (const auto& [id, peer] : peers_) {
    double& level = levels[peer.connection->participantId()];
    for (const auto& [mid, receiver] : peer.connection->transceivers().audioReceivers()) {
      const auto source = peer.received.find(mid);
      if (source == peer.received.end() || source->second.content != session::SourceContent::kMicrophone) continue;
      listening = true;
      const JsOutcome sources = tryCall(receiver, "getSynchronizationSources");
      if (!sources.ok) continue;
      const int count = lengthOf(sources.value);
      for (int i = 0; i < count; ++i) level = std::max(level, numberAt(sources.value[i], "audioLevel"));
    }
  }
  const bool changed = active_speaker_.update(levels, emscripten_get_now());
  if (listening || !active_speaker_.speaker().empty()) armLevelTimer();
  if (changed) listener_.call<void>("activeSpeaker", active_speaker_.speaker());
}

val Call::requestStats(const JsCallback& done) {
  val list = val::array();
  for (const auto& [id, peer] : peers_) {
    push(list, val(id.value));
    push(list, peer.connection->requestStats());
  }
  return val::global("Promise").call<val>("all", list).call<val>("then", done.function());
}

val Call::digestAll(const val& ids_and_reports, bool for_listener) {
  val result = val::array();
  const int count = lengthOf(ids_and_reports);
  for (int i = 0; i + 1 < count && !closed_; i += 2) {
    const session::PeerConnectionId id{ids_and_reports[i].as<std::uint32_t>()};
    const auto entry = peers_.find(id);
    if (entry == peers_.end()) continue;
    Peer& peer = entry->second;
    const std::string participant_id = peer.connection->participantId();
    PeerStats::Digest digest = peer.connection->digest(ids_and_reports[i + 1]);
    const bool changed = for_listener && peer.quality.update(digest.quality);
    const std::string quality(toString(peer.quality.quality()));
    if (changed) listener_.call<void>("quality", participant_id, quality);
    if (for_listener) continue;
    setMember(digest.details, "participantId", val(participant_id));
    setMember(digest.details, "connection", val(id.value));
    setMember(digest.details, "quality", val(quality));
    setMember(digest.details, "states", val(peer.connection->states()));
    const val inbound = member(digest.details, "inbound");
    for (int row = 0; row < lengthOf(inbound); ++row) {
      const auto source = peer.received.find(stringAt(inbound[row], "mid"));
      if (source != peer.received.end()) setMember(inbound[row], "sourceId", val(source->second.id));
    }
    const val outbound = member(digest.details, "outbound");
    for (int row = 0; row < lengthOf(outbound); ++row) {
      setMember(outbound[row], "sourceId", val(peer.connection->transceivers().sourceOf(stringAt(outbound[row], "mid"))));
    }
    push(result, digest.details);
  }
  return result;
}

val Call::diagnostics() {
  if (closed_) return val::global("Promise").call<val>("resolve", val::array());
  return requestStats(diagnosed_);
}

void Call::start(const std::string& room, const std::string& token, const std::string& participant_key,
                 const std::string& name) {
  event::Start start{room, token, participant_key, name, {}, {}};
  for (const auto& [id, local] : local_) {
    if (!isNullish(local.track)) start.sources.push_back(local.source);
  }
  started_ = true;
  handle(std::move(start));
  for (const auto& [id, local] : local_) {
    if (isNullish(local.track)) handle(event::LocalSourceAdded{local.source, false});
  }
}

void Call::setToken(const std::string& token) { handle(event::TokenChanged{token}); }
void Call::setName(const std::string& name) { handle(event::LocalNameChanged{name}); }
void Call::leave() { handle(event::Leave{}); }
void Call::transportOpened() { handle(event::TransportOpened{}); }
void Call::transportClosed(const std::string& reason) { handle(event::TransportClosed{reason}); }
void Call::transportMessage(const std::string& text) { handle(event::TransportMessage{text}); }
void Call::networkChanged() { handle(event::NetworkChanged{}); }

void Call::addSource(const std::string& source_id, const std::string& content, bool muted, const val& track) {
  const auto parsed = session::fromString<session::SourceContent>(content);
  if (!parsed || closed_) return;
  const session::Source source{source_id, kindOf(*parsed), *parsed, muted};
  local_.insert_or_assign(source_id, LocalSource{source, track});
  if (started_) handle(event::LocalSourceAdded{source, !isNullish(track)});
}

void Call::setSourceTrack(const std::string& source_id, const val& track) {
  const auto entry = local_.find(source_id);
  if (entry == local_.end() || closed_) return;
  LocalSource& local = entry->second;
  const bool first = isNullish(local.track) && !isNullish(track);
  local.track = track;
  for (auto& [id, peer] : peers_) {
    peer.connection->transceivers().replaceTrack(source_id, std::string(toString(local.source.content)), track);
  }
  if (first && started_) handle(event::LocalSourceAdded{local.source, true});
}

void Call::setSourceMuted(const std::string& source_id, bool muted) {
  const auto entry = local_.find(source_id);
  if (entry == local_.end() || entry->second.source.muted == muted) return;
  entry->second.source.muted = muted;
  if (started_) handle(event::LocalSourceMuted{source_id, muted});
}

void Call::removeSource(const std::string& source_id) {
  if (local_.erase(source_id) > 0 && started_) handle(event::LocalSourceRemoved{source_id});
}

void Call::sendData(const std::string& topic, const val& data, bool reliable, const val& to) {
  event::SendDataRequested request{topic, {}, data.isString(), reliable, {}};
  if (request.is_text) {
    const auto text = data.as<std::string>();
    request.bytes.assign(text.begin(), text.end());
  } else {
    request.bytes = bytesFrom(data);
  }
  const int count = isNullish(to) ? 0 : lengthOf(to);
  for (int i = 0; i < count; ++i) request.to.push_back(to[i].as<std::string>());
  handle(std::move(request));
}

void Call::close() {
  if (closed_ || closing_) return;
  closing_ = true;
  if (started_ && !ended_) {
    handle(event::Leave{});
  } else if (!running_) {
    tearDown();
  }
}

void Call::tearDown() {
  closed_ = true;
  waiting_.clear();
  session_timer_.clear();
  level_timer_.clear();
  stats_timer_.clear();
  diagnosed_.reset();
  polled_.reset();
  peers_.clear();
  local_.clear();
  listener_ = val::undefined();
}

}  // namespace tessera::browser
