// SPDX-License-Identifier: Apache-2.0
// What this participant sends to Janus: one peer connection, offered anew whenever its sources change.
#include <algorithm>

#include "wasm/session/sfu/janus_impl.h"

namespace tessera::session::sfu {

void JanusSession::Impl::on(const session::event::LocalSourceAdded& e) {
  const auto known = std::find_if(sources_.begin(), sources_.end(), [&](const Source& x) { return x.id == e.source.id; });
  if (known != sources_.end()) return;
  sources_.push_back(e.source);
  pumpPublisher();
}

void JanusSession::Impl::on(const session::event::LocalSourceRemoved& e) {
  if (std::erase_if(sources_, [&](const Source& x) { return x.id == e.source_id; }) > 0) pumpPublisher();
}

void JanusSession::Impl::pumpPublisher() {
  Leg& leg = publisher_;
  if (phase_ != Phase::kJoined || !transport_open_ || leg.handle == 0 || leg.operation != Leg::Operation::kNone) return;
  if (leg.pc.value == 0) {
    if (sources_.empty()) return;
    leg.pc = PeerConnectionId{next_pc_++};
    act(session::action::CreatePeerConnection{leg.pc, {}, config_.ice_servers, config_.ice_transport_policy});
  }
  for (const std::string& id : std::vector<std::string>(sending_)) {
    if (std::any_of(sources_.begin(), sources_.end(), [&](const Source& x) { return x.id == id; })) continue;
    std::erase(sending_, id);
    act(session::action::RemoveSource{leg.pc, id});
    offer_due_ = true;
  }
  for (const Source& source : sources_) {
    if (std::find(sending_.begin(), sending_.end(), source.id) != sending_.end()) continue;
    sending_.push_back(source.id);
    act(session::action::AddSource{leg.pc, source.id, source.kind, source.content});
    offer_due_ = true;
  }
  if (!std::exchange(offer_due_, false)) return;
  act(session::action::SetLocalDescription{leg.pc, begin(leg, Leg::Operation::kLocal)});
}

void JanusSession::Impl::on(const session::event::LocalDescriptionSet& e) {
  Leg* leg = legOf(e.pc);
  if (leg == nullptr || leg->op != e.op || leg->operation != Leg::Operation::kLocal) return;
  if (leg == &subscriber_) return answered(e.sdp);
  if (!transport_open_) return restart("The media server was lost while this page made it an offer.");
  // The description that the others read: what kind of source, and which.
  std::vector<MidMapping> mids = e.mids;
  for (MidMapping& mapping : mids) {
    const auto source = std::find_if(sources_.begin(), sources_.end(), [&](const Source& x) { return x.id == mapping.source_id; });
    if (source != sources_.end()) mapping.source_id = std::string(toString(source->content)) + ":" + source->id;
  }
  send(serializePublish(to(leg->handle), expect(Request::kPublish), !published_, e.sdp, mids));
  published_ = true;
  leg->operation = Leg::Operation::kAwaiting;
  leg->awaiting_until = now_ + config_.request_timeout;
  describe(*leg);
}

void JanusSession::Impl::onPublished(const Jsep& answer) {
  Leg& leg = publisher_;
  if (leg.operation != Leg::Operation::kAwaiting) return;
  act(session::action::SetRemoteDescription{leg.pc, begin(leg, Leg::Operation::kRemote), SdpType::kAnswer, answer.sdp});
}

void JanusSession::Impl::on(const session::event::RemoteDescriptionSet& e) {
  Leg* leg = legOf(e.pc);
  if (leg == nullptr || leg->op != e.op || leg->operation != Leg::Operation::kRemote) return;
  remoteDescribed(*leg);
  if (leg == &subscriber_) {
    act(session::action::SetLocalDescription{leg->pc, begin(*leg, Leg::Operation::kLocal)});
    return;
  }
  leg->operation = Leg::Operation::kNone;
  pumpPublisher();
}

}  // namespace tessera::session::sfu
