// SPDX-License-Identifier: Apache-2.0
// Perfect negotiation (W3C webrtc-pc, 10.7) over signalling that may lose, repeat and delay: one operation at a time,
// descriptions numbered, connections told apart by number.
#include <algorithm>
#include <utility>

#include "wasm/session/peer.h"

namespace tessera::session {
namespace {

constexpr std::size_t kMaxIncoming = 32;
constexpr int kOfferFailuresUntilFail = 3;
constexpr Duration kMaxResend = Duration::seconds(30);

}  // namespace

// --- what arrives ---

void Peer::onPayload(PeerPayload payload) {
  if (!wants_connection_ || payload.from < latest_remote_) return;  // of a connection that the other side has given up
  if (payload.from > latest_remote_) {
    latest_remote_ = payload.from;
    connection_.state_received = false;
    participant_.revision = 0;  // it may be another page with the same key, which counts anew
  }
  auto* description = std::get_if<PeerDescription>(&payload.content);
  if (connection_.id.value == 0) {
    if (payload.to != 0) return;
    open(/*initiate=*/false);
  }
  // Meant for a connection that this side has given up: the offer of its successor is on its way, or will be.
  if (payload.to != 0 && payload.to != connection_.id.value) return;
  if (connection_.remote != payload.from) {
    const bool offered = description != nullptr && description->type == SdpType::kOffer;
    if (connection_.negotiated) {
      // The other side has a fresh connection; what was agreed with its predecessor is void.
      replace(/*initiate=*/description != nullptr && !offered);
    } else {
      connection_.incoming.clear();
      connection_.remote_candidates = RemoteCandidates();
    }
    connection_.remote = payload.from;
  }
  if (description == nullptr) {
    connection_.remote_candidates.add(std::move(*std::get_if<IceCandidate>(&payload.content)));
    flushCandidates();
    return;
  }
  if (applySources(description->state.revision, description->state.sources, /*authoritative=*/false)) {
    shared_.notify(notification::ParticipantUpdated{participant_});
    reconcileSources();
  }
  if (connection_.incoming.size() >= kMaxIncoming) connection_.incoming.erase(connection_.incoming.begin());
  connection_.incoming.push_back(std::move(*description));
  pump();
}

// --- the chain of operations ---

// Starts the next operation when none runs: what the other side said comes first, then an offer of our own.
void Peer::pump() {
  Connection& c = connection_;
  if (c.id.value == 0) return;
  while (c.operation == Operation::kNone && !c.incoming.empty()) {
    PeerDescription description = std::move(c.incoming.front());
    c.incoming.erase(c.incoming.begin());
    if (startNext(std::move(description))) return;
  }
  if (c.operation != Operation::kNone || c.signaling != SignalingState::kStable) return;
  if (!c.negotiation_needed || c.hold_until || c.retry_at || !signallable()) return;
  c.negotiation_needed = false;
  start(Operation::kLocalOffer);
}

// True when an operation was started.
bool Peer::startNext(PeerDescription description) {
  Connection& c = connection_;
  if (description.type == SdpType::kOffer) return startRemoteOffer(std::move(description));
  if (c.signaling != SignalingState::kHaveLocalOffer || !c.offer || c.offer->sequence != description.answers) return false;  // stale
  c.processed = std::max(c.processed, description.sequence);
  c.applying = std::move(description);
  start(Operation::kRemoteAnswer);
  return true;
}

bool Peer::startRemoteOffer(PeerDescription description) {
  Connection& c = connection_;
  if (description.sequence < c.processed) return false;  // overtaken by what came after it
  if (description.sequence == c.processed) {
    // Told again: our answer may have been lost.
    resend(/*candidates=*/true);
    return false;
  }
  if (c.signaling == SignalingState::kHaveLocalOffer) {
    if (c.offer && description.answered >= c.offer->sequence) {
      // Not glare: the answer to our offer was lost, and the other side has gone on. Make it say both again.
      send(*c.offer);
      return false;
    }
    if (!polite()) return false;
  }
  c.processed = description.sequence;
  c.offer.reset();  // rolled back, if there was one
  c.resend_at.reset();
  c.hold_until.reset();
  // The browser looks anew at whether negotiation is needed once it is stable again (webrtc-pc 4.7.3).
  c.negotiation_needed = false;
  c.applying = std::move(description);
  start(Operation::kRemoteOffer);
  return true;
}

void Peer::start(Operation operation) {
  Connection& c = connection_;
  c.operation = operation;
  c.op = OperationId{shared_.next_op++};
  if (operation == Operation::kLocalOffer || operation == Operation::kLocalAnswer) {
    c.mids_due_at.reset();
    shared_.act(action::SetLocalDescription{c.id, c.op});
  } else {
    c.negotiated = true;
    shared_.act(action::SetRemoteDescription{c.id, c.op, c.applying.type, c.applying.sdp});
  }
}

void Peer::on(const event::NegotiationNeeded&) {
  connection_.negotiation_needed = true;
  pump();
}

// Known from the operations already, in an order that no event queue can disturb; it stands in the log for its reader.
void Peer::on(const event::SignalingStateChanged&) {}

void Peer::on(const event::LocalDescriptionSet& e) {
  Connection& c = connection_;
  if (e.op != c.op || c.operation == Operation::kNone) return;
  const bool answer = c.operation == Operation::kLocalAnswer;
  c.operation = Operation::kNone;
  if ((e.sdp_type == SdpType::kAnswer) != answer) {
    fail("setLocalDescription gave a description of another type than asked for.");
    return;
  }
  PeerDescription description;
  description.sequence = ++c.sequence;
  description.type = e.sdp_type;
  description.sdp = e.sdp;
  description.mids = e.mids;
  c.local_candidates.onDescription(e.sdp);
  c.offer_failures = 0;
  if (answer) {
    c.signaling = SignalingState::kStable;
    c.answered = c.applying.sequence;
    description.answers = c.applying.sequence;
    c.answer = std::move(description);
    send(*c.answer);
  } else {
    c.signaling = SignalingState::kHaveLocalOffer;
    c.offer = std::move(description);
    c.resends = 0;
    c.resend_at = shared_.now + shared_.config.offer_resend;
    send(*c.offer);
  }
  pump();
}

void Peer::on(const event::RemoteDescriptionSet& e) {
  Connection& c = connection_;
  if (e.op != c.op || (c.operation != Operation::kRemoteOffer && c.operation != Operation::kRemoteAnswer)) return;
  const bool offer = c.operation == Operation::kRemoteOffer;
  c.operation = Operation::kNone;
  c.remote_candidates.onDescription(c.applying.sdp);
  c.mids = c.applying.mids;
  flushCandidates();
  reconcileSources();
  if (offer) {
    c.signaling = SignalingState::kHaveRemoteOffer;
    start(Operation::kLocalAnswer);
    return;
  }
  c.signaling = SignalingState::kStable;
  c.offer.reset();
  c.resend_at.reset();
  pump();
}

void Peer::on(const event::OperationFailed& e) {
  Connection& c = connection_;
  if (e.op.value == 0 || e.op != c.op || c.operation == Operation::kNone) return;  // a candidate's failure harms nothing
  const Operation operation = c.operation;
  c.operation = Operation::kNone;
  if (operation == Operation::kLocalOffer && ++c.offer_failures < kOfferFailuresUntilFail) {
    c.negotiation_needed = true;
    c.retry_at = shared_.now + backoff(shared_.config.retry_min, c.offer_failures - 1, shared_.config.restart_backoff_max);
    pump();
    return;
  }
  fail("With participant " + id() + ": " + e.name + ": " + e.message);
}

// --- candidates ---

void Peer::on(const event::IceCandidateGathered& e) {
  connection_.local_candidates.add(e.candidate);
  send(e.candidate);
}

// A candidate is only handed over when its description is applied and none is on its way, so that none fails for want of it.
void Peer::flushCandidates() {
  const Operation operation = connection_.operation;
  if (operation == Operation::kRemoteOffer || operation == Operation::kRemoteAnswer) return;
  for (IceCandidate& candidate : connection_.remote_candidates.takeReady()) {
    shared_.act(action::AddIceCandidate{connection_.id, std::move(candidate)});
  }
}

// --- what is sent ---

void Peer::send(const PeerDescription& description) {
  PeerDescription copy = description;
  copy.answered = connection_.answered;
  copy.state = shared_.state;
  send(PeerPayload{.content = std::move(copy)});
}

void Peer::send(const IceCandidate& candidate) { send(PeerPayload{.content = candidate}); }

// What cannot be sent now is sent by onSignallable().
void Peer::send(PeerPayload payload) {
  if (!signallable()) return;
  payload.from = connection_.id.value;
  payload.to = connection_.remote;
  shared_.act(action::TransportSend{serializeSignal("signal/" + id(), id(), payload)});
}

void Peer::sendCandidates() {
  for (const IceCandidate& candidate : connection_.local_candidates.all()) send(candidate);
}

// Answer before offer: the other side needs them in this order.
void Peer::resend(bool candidates) {
  Connection& c = connection_;
  if (c.id.value == 0 || !signallable()) return;
  if (c.answer) send(*c.answer);
  if (c.offer) {
    send(*c.offer);
    c.resend_at = shared_.now + backoff(shared_.config.offer_resend, ++c.resends, kMaxResend);
  }
  if (candidates) sendCandidates();
}

}  // namespace tessera::session
