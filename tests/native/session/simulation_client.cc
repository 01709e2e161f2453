// SPDX-License-Identifier: Apache-2.0
// A simulated page: carries out its session's actions on fakes and keeps account of what the application is told.
#include <algorithm>

#include "tests/native/session/simulation.h"

namespace tessera::session::test {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

Client::Client(Simulation& s, int h, std::string k) : simulation(s), host(h), key(std::move(k)), session(s.config) {
  if (s.options.log) log = std::make_unique<SessionLog>(s.config);
}

void Client::post(Event event) {
  simulation.world.after(Duration::zero(), [this, event = std::move(event)] { handle(event); });
}

void Client::handle(const Event& event) {
  const Timestamp now = simulation.world.now();
  if (log) log->record(event, now);
  session.handle(event, now);
  std::vector<Action> taken = session.takeActions();
  if (log) log->record(taken, now);
  for (Action& action : taken) {
    if (keep_actions) actions.push_back(action);
    perform(action);
  }
  armTimer();
}

void Client::armTimer() {
  const auto next = session.nextTimeout();
  if (!next || (armed_ && *armed_ <= *next)) return;
  armed_ = *next;
  const Timestamp at = std::max(*next, simulation.world.now());
  simulation.world.after(at - simulation.world.now(), [this, at = *next] {
    if (armed_ != at) return;
    armed_.reset();
    const auto due = session.nextTimeout();
    if (due && *due <= simulation.world.now()) handle(event::TimerFired{});
    armTimer();
  });
}

void Client::perform(Action& action) {
  const auto pc = [this](PeerConnectionId number) -> FakePeerConnection& {
    const auto it = connections.find(number);
    if (it == connections.end()) {
      contradictions.push_back("action on a connection that does not exist");
      return *connections.begin()->second;
    }
    return *it->second;
  };
  std::visit(
      Overloaded{
          [&](action::TransportSend& a) {
            if (!socket_open) contradictions.push_back("sent on a closed transport");
            sent.push_back(a.text);
            simulation.fromClient(*this, a.text);
          },
          [&](action::CreatePeerConnection& a) {
            if (connections.contains(a.pc)) contradictions.push_back("connection number used twice");
            for (const auto& [other, who] : connection_with) {
              if (who == a.participant_id) contradictions.push_back("two connections with one participant");
            }
            connections[a.pc] = std::make_unique<FakePeerConnection>(simulation.network, host, a.pc,
                                                                     [this](Event e) { post(std::move(e)); });
            connection_with[a.pc] = a.participant_id;
          },
          [&](action::ClosePeerConnection& a) {
            pc(a.pc).close();
            connection_with.erase(a.pc);
            // The object goes later: its own functions may be on the stack.
            std::shared_ptr<FakePeerConnection> old(connections.extract(a.pc).mapped().release());
            simulation.world.after(Duration::zero(), [old] {});
          },
          [&](action::SetIceServers&) {},
          [&](action::SetLocalDescription& a) { pc(a.pc).setLocalDescription(a.op); },
          [&](action::SetRemoteDescription& a) { pc(a.pc).setRemoteDescription(a.op, a.sdp_type, a.sdp); },
          [&](action::AddIceCandidate& a) { pc(a.pc).addIceCandidate(a.candidate); },
          [&](action::RestartIce& a) {
            ++ice_restarts;
            pc(a.pc).restartIce();
          },
          [&](action::AddSource& a) { pc(a.pc).addSource(a.source_id, a.kind); },
          [&](action::RemoveSource& a) { pc(a.pc).removeSource(a.source_id); },
          [&](action::SendOnDataChannel& a) { pc(a.pc).send(a.channel, a.bytes, a.report_low); },
          [&](action::Notify& a) { notified(a.notification); },
      },
      action);
}

void Client::notified(const Notification& notification) {
  if (!closed.empty()) contradictions.push_back("notified after Closed");
  const auto remote = [this](const std::string& who) -> Remote& {
    if (!remotes.contains(who)) contradictions.push_back("unknown participant " + who);
    return remotes[who];
  };
  std::visit(Overloaded{
                 [&](const notification::Joined& n) {
                   id = n.participant_id;
                   ++joined;
                 },
                 [&](const notification::Rejected& n) { rejected = n.code; },
                 [&](const notification::SignallingStateChanged& n) { signalling = n.state; },
                 [&](const notification::ParticipantJoined& n) {
                   if (remotes.contains(n.participant.id)) contradictions.push_back("joined twice");
                   remotes[n.participant.id] = Remote{n.participant, {}, {}, {}};
                 },
                 [&](const notification::ParticipantUpdated& n) { remote(n.participant.id).participant = n.participant; },
                 [&](const notification::ParticipantLeft& n) {
                   if (!remote(n.participant_id).sources.empty()) contradictions.push_back("left with sources");
                   remotes.erase(n.participant_id);
                 },
                 [&](const notification::RemoteSourceAdded& n) {
                   if (!remote(n.participant_id).sources.emplace(n.source.id, MidMapping{n.mid, n.source.id}).second) {
                     contradictions.push_back("source added twice");
                   }
                 },
                 [&](const notification::RemoteSourceRemoved& n) {
                   if (remote(n.participant_id).sources.erase(n.source_id) == 0) contradictions.push_back("unknown source removed");
                 },
                 [&](const notification::PeerStateChanged& n) {
                   remote(n.participant_id).pc = n.pc;
                   remote(n.participant_id).state = n.state;
                 },
                 [&](const notification::Data& n) { data.push_back(n); },
                 [&](const notification::Warning& n) { warnings.push_back(n); },
                 [&](const notification::Closed& n) { closed = n.reason; },
             },
             notification);
}

Source Client::addSource(SourceContent content, bool has_track) {
  const bool video = content == SourceContent::kCamera || content == SourceContent::kScreen;
  Source source{"s" + std::to_string(next_source_++), video ? SourceKind::kVideo : SourceKind::kAudio, content, false};
  sources.push_back(source);
  if (has_track) tracks.insert(source.id);
  handle(event::LocalSourceAdded{source, has_track});
  return source;
}

}  // namespace tessera::session::test
