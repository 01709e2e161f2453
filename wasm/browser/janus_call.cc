// SPDX-License-Identifier: Apache-2.0
// A place in a Janus room: the loop around its session.

#include "wasm/browser/janus_call.h"

#include <emscripten/emscripten.h>

#include <algorithm>
#include <type_traits>
#include <variant>

namespace tessera::browser {

using emscripten::val;
namespace sfu = session::sfu;
namespace event = session::event;
namespace action = session::action;

namespace {

constexpr Duration kLevelPeriod = Duration::millis(150);
constexpr Duration kStatsPeriod = Duration::seconds(2);

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

Timestamp now() { return Timestamp::micros(static_cast<std::int64_t>(emscripten_get_now() * 1000)); }

std::vector<session::IceServer> iceServersFrom(const val& list) {
  std::vector<session::IceServer> servers;
  const int count = isNullish(list) ? 0 : lengthOf(list);
  for (int i = 0; i < count; ++i) {
    const val entry = list[i];
    session::IceServer server;
    const val urls = member(entry, "urls");
    if (urls.isString()) {
      server.urls.push_back(urls.as<std::string>());
    } else {
      for (int n = 0; !isNullish(urls) && n < lengthOf(urls); ++n) server.urls.push_back(urls[n].as<std::string>());
    }
    server.username = stringAt(entry, "username");
    server.credential = stringAt(entry, "credential");
    servers.push_back(std::move(server));
  }
  return servers;
}

sfu::JanusConfig configFrom(const val& options) {
  sfu::JanusConfig config;
  config.access.room = static_cast<sfu::JanusId>(numberAt(options, "room"));
  config.access.pin = stringAt(options, "pin");
  config.access.secret = stringAt(options, "secret");
  config.participant_id = stringAt(options, "participantId");
  config.ice_servers = iceServersFrom(member(options, "iceServers"));
  if (member(options, "relayOnly").isTrue()) config.ice_transport_policy = session::IceTransportPolicy::kRelay;
  return config;
}

}  // namespace

JanusCall::JanusCall(const val& options, val listener)
    : listener_(std::move(listener)),
      session_(configFrom(options)),
      diagnosed_([this](const val& arguments) { return digestAll(arguments[0], false); }),
      polled_([this](const val& arguments) { return digestAll(arguments[0], true); }) {}

JanusCall::~JanusCall() { close(); }

void JanusCall::handle(sfu::JanusEvent first) {
  if (closed_) return;
  waiting_.push_back(std::move(first));
  if (running_) return;
  running_ = true;
  while (!waiting_.empty()) {
    const sfu::JanusEvent event = std::move(waiting_.front());
    waiting_.pop_front();
    session_.handle(event, now());
    for (const sfu::JanusAction& asked : session_.takeActions()) execute(asked);
  }
  running_ = false;
  if (closing_) {
    tearDown();
  } else {
    armSessionTimer();
  }
}

void JanusCall::handleFromConnection(const session::Event& happened) {
  std::visit(
      [this](const auto& it) {
        using E = std::remove_cvref_t<decltype(it)>;
        if constexpr (std::is_same_v<E, event::LocalDescriptionSet>) {
          event::LocalDescriptionSet described = it;
          described.mids.clear();
          if (const auto leg = legs_.find(it.pc); leg != legs_.end()) {
            for (auto& [mid, source_id] : leg->second.senders->mids()) described.mids.push_back({mid, source_id});
          }
          handle(std::move(described));
        } else if constexpr (std::is_constructible_v<sfu::JanusEvent, E>) {
          handle(it);
        }
      },
      happened);
}

void JanusCall::execute(const sfu::JanusAction& asked) {
  const auto withLeg = [this](session::PeerConnectionId id, auto&& run) {
    if (const auto leg = legs_.find(id); leg != legs_.end()) run(leg->second);
  };
  std::visit(
      Overloaded{
          [&](const sfu::action::OpenTransport&) { listener_.call<void>("open"); },
          [&](const sfu::action::CloseTransport&) { listener_.call<void>("closeTransport"); },
          [&](const action::TransportSend& it) { listener_.call<void>("send", it.text); },
          [&](const action::CreatePeerConnection& it) { createLeg(it); },
          [&](const action::ClosePeerConnection& it) {
            withLeg(it.pc, [](Leg& leg) { leg.senders->close(); });
            legs_.erase(it.pc);
          },
          [&](const action::SetLocalDescription& it) { withLeg(it.pc, [&](Leg& leg) { leg.connection->setLocalDescription(it.op); }); },
          [&](const action::SetRemoteDescription& it) { withLeg(it.pc, [&](Leg& leg) { leg.connection->setRemoteDescription(it); }); },
          [&](const action::AddIceCandidate& it) { withLeg(it.pc, [&](Leg& leg) { leg.connection->addIceCandidate(it.candidate); }); },
          [&](const action::AddSource& it) {
            const auto local = local_.find(it.source_id);
            if (local == local_.end()) return;
            withLeg(it.pc, [&](Leg& leg) {
              leg.senders->add(it.source_id, std::string(toString(it.kind)), std::string(toString(it.content)), local->second.layers,
                               local->second.track);
              if (const auto layers = active_layers_.find(it.source_id); layers != active_layers_.end()) {
                leg.senders->setActiveLayers(it.source_id, layers->second);
              }
            });
          },
          [&](const action::RemoveSource& it) { withLeg(it.pc, [&](Leg& leg) { leg.senders->remove(it.source_id); }); },
          [&](const sfu::action::Notify& it) { notify(it.notification); },
      },
      asked);
}

void JanusCall::createLeg(const action::CreatePeerConnection& asked) {
  JsError error;
  auto connection = PeerConnection::create(asked, [this](const session::Event& it) { handleFromConnection(it); }, error);
  if (connection == nullptr) {
    notify(sfu::notification::Warning{"peer-unreachable", "The browser refused a connection: " + error.message});
    return;
  }
  auto senders = std::make_unique<LayeredSenders>(connection->connection());
  legs_.emplace(asked.pc, Leg{std::move(connection), std::move(senders), {}, {}});
  armStatsTimer();
}

void JanusCall::notify(const sfu::JanusNotification& notification) {
  val track = val::undefined();
  if (const auto* added = std::get_if<sfu::notification::SourceAdded>(&notification)) {
    if (const auto leg = legs_.find(added->pc); leg != legs_.end()) {
      track = leg->second.connection->transceivers().receiverTrack(added->mid);
      std::erase_if(leg->second.received, [added](const auto& entry) {
        return entry.second.participant_id == added->participant_id && entry.second.source.id == added->source.id;
      });
      leg->second.received.insert_or_assign(added->mid, Received{added->participant_id, added->source});
      armLevelTimer();
    }
  } else if (const auto* removed = std::get_if<sfu::notification::SourceRemoved>(&notification)) {
    for (auto& [id, leg] : legs_) {
      std::erase_if(leg.received, [removed](const auto& entry) {
        return entry.second.participant_id == removed->participant_id && entry.second.source.id == removed->source_id;
      });
    }
  } else if (std::holds_alternative<sfu::notification::Closed>(notification)) {
    ended_ = true;
  }
  listener_.call<void>("notify", sfu::toJson(notification), track);
}

void JanusCall::armSessionTimer() {
  const std::optional<Timestamp> due = session_.nextTimeout();
  if (!due) {
    session_timer_.clear();
    return;
  }
  session_timer_.set(
      *due - now(),
      [](void* self) {
        auto* call = static_cast<JanusCall*>(self);
        call->session_timer_.forget();
        call->handle(event::TimerFired{});
      },
      this);
}

void JanusCall::armLevelTimer() {
  level_timer_.set(
      kLevelPeriod,
      [](void* self) {
        auto* call = static_cast<JanusCall*>(self);
        call->level_timer_.forget();
        call->measureLevels();
      },
      this);
}

void JanusCall::armStatsTimer() {
  stats_timer_.set(
      kStatsPeriod,
      [](void* self) {
        auto* call = static_cast<JanusCall*>(self);
        call->stats_timer_.forget();
        if (call->legs_.empty()) return;
        call->armStatsTimer();
        call->requestStats(call->polled_);
      },
      this);
}

void JanusCall::measureLevels() {
  std::map<std::string, double> levels;
  for (const auto& [id, leg] : legs_) {
    for (const auto& [mid, receiver] : leg.connection->transceivers().audioReceivers()) {
      const auto received = leg.received.find(mid);
      if (received == leg.received.end() || received->second.source.content != session::SourceContent::kMicrophone) continue;
      double& level = levels[received->second.participant_id];
      const JsOutcome sources = tryCall(receiver, "getSynchronizationSources");
      const int count = sources.ok ? lengthOf(sources.value) : 0;
      for (int i = 0; i < count; ++i) level = std::max(level, numberAt(sources.value[i], "audioLevel"));
    }
  }
  const bool changed = active_speaker_.update(levels, emscripten_get_now());
  if (!levels.empty() || !active_speaker_.speaker().empty()) armLevelTimer();
  if (changed) listener_.call<void>("activeSpeaker", active_speaker_.speaker());
}

val JanusCall::requestStats(const JsCallback& done) {
  val list = val::array();
  for (const auto& [id, leg] : legs_) {
    push(list, val(id.value));
    push(list, leg.connection->requestStats());
  }
  return val::global("Promise").call<val>("all", list).call<val>("then", done.function());
}

val JanusCall::digestAll(const val& ids_and_reports, bool for_listener) {
  val result = val::array();
  const int count = lengthOf(ids_and_reports);
  for (int i = 0; i + 1 < count && !closed_; i += 2) {
    const session::PeerConnectionId id{ids_and_reports[i].as<std::uint32_t>()};
    const auto entry = legs_.find(id);
    if (entry == legs_.end()) continue;
    Leg& leg = entry->second;
    PeerStats::Digest digest = leg.connection->digest(ids_and_reports[i + 1]);
    const bool changed = for_listener && !leg.received.empty() && leg.quality.update(digest.quality);
    const std::string quality(toString(leg.quality.quality()));
    if (changed) listener_.call<void>("quality", quality);
    if (for_listener) continue;
    setMember(digest.details, "connection", val(id.value));
    setMember(digest.details, "states", val(leg.connection->states()));
    const val inbound = member(digest.details, "inbound");
    for (int row = 0; row < lengthOf(inbound); ++row) {
      const auto received = leg.received.find(stringAt(inbound[row], "mid"));
      if (received == leg.received.end()) continue;
      setMember(inbound[row], "participantId", val(received->second.participant_id));
      setMember(inbound[row], "sourceId", val(received->second.source.id));
    }
    const val outbound = member(digest.details, "outbound");
    for (int row = 0; row < lengthOf(outbound); ++row) {
      setMember(outbound[row], "sourceId", val(leg.senders->sourceOf(stringAt(outbound[row], "mid"))));
    }
    push(result, digest.details);
  }
  return result;
}

val JanusCall::diagnostics() {
  if (closed_) return val::global("Promise").call<val>("resolve", val::array());
  return requestStats(diagnosed_);
}

val JanusCall::receiverStatistics() const {
  for (const auto& [id, leg] : legs_) {
    if (!leg.received.empty()) return leg.connection->requestStats();
  }
  return val::global("Promise").call<val>("resolve", val::null());
}

void JanusCall::start() { handle(sfu::event::Started{}); }
void JanusCall::transportOpened() { handle(event::TransportOpened{}); }
void JanusCall::transportClosed() { handle(event::TransportClosed{}); }
void JanusCall::transportMessage(const std::string& text) { handle(event::TransportMessage{text}); }
void JanusCall::networkChanged() { handle(event::NetworkChanged{}); }
void JanusCall::setIceServers(const val& servers) { handle(sfu::event::IceServersChanged{iceServersFrom(servers)}); }

void JanusCall::addSource(const std::string& source_id, const std::string& content, int layers, const val& track) {
  const auto parsed = session::fromString<session::SourceContent>(content);
  if (!parsed || closed_) return;
  const bool video = *parsed == session::SourceContent::kCamera || *parsed == session::SourceContent::kScreen;
  const session::Source source{source_id, video ? session::SourceKind::kVideo : session::SourceKind::kAudio, *parsed, false};
  local_.insert_or_assign(source_id, LocalSource{source, std::clamp(layers, 1, 3), track});
  handle(event::LocalSourceAdded{source, true});
}

void JanusCall::setSourceTrack(const std::string& source_id, const val& track) {
  const auto entry = local_.find(source_id);
  if (entry == local_.end() || closed_) return;
  entry->second.track = track;
  for (auto& [id, leg] : legs_) leg.senders->replaceTrack(source_id, track);
}

void JanusCall::removeSource(const std::string& source_id) {
  if (local_.erase(source_id) > 0) handle(event::LocalSourceRemoved{source_id});
}

void JanusCall::setActiveLayers(const std::string& source_id, unsigned layers) {
  active_layers_[source_id] = layers;
  for (auto& [id, leg] : legs_) leg.senders->setActiveLayers(source_id, layers);
}

void JanusCall::selectLayer(const std::string& participant_id, const std::string& source_id, int spatial, int temporal, bool paused) {
  handle(sfu::event::LayerSelected{participant_id, source_id, spatial, temporal, paused});
}

void JanusCall::requestKeyFrame(const std::string& participant_id, const std::string& source_id) {
  handle(sfu::event::KeyFrameRequested{participant_id, source_id});
}

void JanusCall::close() {
  if (closed_ || closing_) return;
  closing_ = true;
  if (!ended_) {
    handle(event::Leave{});
  } else if (!running_) {
    tearDown();
  }
}

void JanusCall::tearDown() {
  closed_ = true;
  waiting_.clear();
  session_timer_.clear();
  level_timer_.clear();
  stats_timer_.clear();
  diagnosed_.reset();
  polled_.reset();
  for (auto& [id, leg] : legs_) leg.senders->close();
  legs_.clear();
  local_.clear();
  listener_ = val::undefined();
}

}  // namespace tessera::browser
