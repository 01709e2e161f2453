// SPDX-License-Identifier: Apache-2.0
// The fake connection's signalling half: descriptions, rollback, transceivers, when negotiation is needed.
#include "tests/native/session/fake_peer_connection.h"

#include <algorithm>

namespace tessera::session::test {

FakePeerConnection::FakePeerConnection(Network& network, int host, PeerConnectionId id, Emit emit)
    : network_(network), host_(host), id_(id), fingerprint_(network.next_fingerprint++), emit_(std::move(emit)) {
  network_.connections.push_back(this);
  negotiation_needed_ = false;
  updateNegotiationNeeded();
}

FakePeerConnection::~FakePeerConnection() {
  *alive_ = false;
  std::erase(network_.connections, this);
}

void FakePeerConnection::later(Duration delay, std::function<void()> task) {
  network_.world.after(delay, [alive = alive_, this, run = std::move(task)] {
    if (*alive && !closed_) run();
  });
}

void FakePeerConnection::close() {
  closed_ = true;
  network_.pokeAll();
}

// --- the operations chain (webrtc-pc 4.4.1.2) ---

void FakePeerConnection::enqueue(std::function<void()> run) {
  chain_.push_back(std::move(run));
  if (chain_.size() == 1) later(network_.world.between(0, 30), [this] { runNext(); });
}

void FakePeerConnection::runNext() {
  chain_.front()();
  chain_.pop_front();
  if (!chain_.empty()) {
    later(network_.world.between(0, 30), [this] { runNext(); });
  } else {
    updateNegotiationNeeded();
  }
}

// --- descriptions ---

std::string FakePeerConnection::write(const Description& d) {
  std::string sdp = "v=0\r\na=fingerprint:" + std::to_string(d.fingerprint) + "\r\n";
  for (const Section& s : d.sections) {
    sdp += "m=" + s.kind + "\r\na=mid:" + s.mid + "\r\na=ice-ufrag:" + d.ufrag + "\r\na=" + (s.send ? "sendrecv" : "recvonly") + "\r\n";
  }
  return sdp;
}

FakePeerConnection::Description FakePeerConnection::read(const std::string& sdp) {
  Description d;
  std::size_t start = 0;
  while (start < sdp.size()) {
    const std::size_t end = sdp.find("\r\n", start);
    const std::string line = sdp.substr(start, end - start);
    start = end + 2;
    if (line.starts_with("a=fingerprint:")) d.fingerprint = std::stoi(line.substr(14));
    if (line.starts_with("m=")) d.sections.push_back(Section{"", line.substr(2), false});
    if (line.starts_with("a=mid:")) d.sections.back().mid = line.substr(6);
    if (line.starts_with("a=ice-ufrag:")) d.ufrag = line.substr(12);
    if (line == "a=sendrecv") d.sections.back().send = true;
  }
  return d;
}

// Small numbers, as browsers choose them, so that both sides of a glare choose the same.
std::string FakePeerConnection::freshMid(const std::vector<Section>& sections) {
  for (int i = 0;; ++i) {
    const std::string mid = std::to_string(i);
    if (std::none_of(sections.begin(), sections.end(), [&](const Section& s) { return s.mid == mid; })) return mid;
  }
}

FakePeerConnection::Description FakePeerConnection::localDescription(SdpType type) {
  Description d;
  d.fingerprint = fingerprint_;
  const bool remote_restarted = type == SdpType::kAnswer && !remote_ufrag_.empty() && pending_remote_ufrag_ != remote_ufrag_;
  if (local_ufrag_.empty() || restart_wanted_ || remote_restarted) {
    pending_local_ufrag_ = "u" + std::to_string(network_.next_ufrag++);
    network_.ufrag_address[pending_local_ufrag_] = network_.address[host_];
  } else {
    pending_local_ufrag_ = local_ufrag_;
  }
  d.ufrag = pending_local_ufrag_;
  if (type == SdpType::kOffer) {
    d.sections = agreed_;
    if (std::none_of(d.sections.begin(), d.sections.end(), [](const Section& s) { return s.kind == "application"; })) {
      d.sections.push_back(Section{freshMid(d.sections), "application", true});
    }
    for (Transceiver& t : transceivers_) {
      if (!t.mid.empty()) continue;
      t.mid = freshMid(d.sections);
      d.sections.push_back(Section{t.mid, std::string(toString(t.kind)), false});
    }
  } else {
    d.sections = pending_;
  }
  for (Section& s : d.sections) {
    if (s.kind == "application") continue;
    for (Transceiver& t : transceivers_) {
      if (t.mid != s.mid) continue;
      s.send = !t.source.empty();
      t.offered_send = s.send;
    }
  }
  return d;
}

void FakePeerConnection::setLocalDescription(OperationId op) {
  enqueue([this, op] {
    const SdpType type = signaling_ == SignalingState::kHaveRemoteOffer ? SdpType::kAnswer : SdpType::kOffer;
    const Description d = localDescription(type);
    event::LocalDescriptionSet set{id_, op, type, write(d), {}};
    for (const Transceiver& t : transceivers_) {
      if (!t.mid.empty() && !t.source.empty()) set.mids.push_back(MidMapping{t.mid, t.source});
    }
    pending_ = d.sections;
    gather(pending_local_ufrag_);
    if (type == SdpType::kOffer) {
      signaling_ = SignalingState::kHaveLocalOffer;
      emit_(event::SignalingStateChanged{id_, signaling_});
    } else {
      becomeStable();
    }
    emit_(set);
  });
}

std::string FakePeerConnection::checkRemote(SdpType type, const Description& d) const {
  if (type == SdpType::kAnswer && signaling_ != SignalingState::kHaveLocalOffer) return "InvalidStateError";
  if (remote_fingerprint_ != 0 && d.fingerprint != remote_fingerprint_) return "InvalidAccessError";
  if (d.ufrag.empty() || d.sections.empty()) return "OperationError";
  const std::vector<Section>& base = type == SdpType::kAnswer ? pending_ : agreed_;
  if (d.sections.size() < base.size() || (type == SdpType::kAnswer && d.sections.size() != base.size())) return "InvalidAccessError";
  for (std::size_t i = 0; i < base.size(); ++i) {
    if (base[i].mid != d.sections[i].mid || base[i].kind != d.sections[i].kind) return "InvalidAccessError";
  }
  return "";
}

void FakePeerConnection::setRemoteDescription(OperationId op, SdpType type, const std::string& sdp) {
  enqueue([this, op, type, sdp] {
    const Description d = read(sdp);
    if (type == SdpType::kOffer && signaling_ == SignalingState::kHaveLocalOffer) rollback();
    const std::string problem = checkRemote(type, d);
    if (!problem.empty()) {
      ++network_.operation_failures;
      emit_(event::OperationFailed{id_, op, problem, "The fake refuses this description."});
      return;
    }
    pending_ = d.sections;
    pending_remote_ufrag_ = d.ufrag;
    remote_fingerprint_ = d.fingerprint;
    applyRemote(d);
    if (type == SdpType::kOffer) {
      signaling_ = SignalingState::kHaveRemoteOffer;
      emit_(event::SignalingStateChanged{id_, signaling_});
    } else {
      becomeStable();
    }
    emit_(event::RemoteDescriptionSet{id_, op});
  });
}

void FakePeerConnection::applyRemote(const Description& d) {
  for (const Section& s : d.sections) {
    if (s.kind == "application") continue;
    auto t = std::find_if(transceivers_.begin(), transceivers_.end(), [&](const Transceiver& x) { return x.mid == s.mid; });
    if (t == transceivers_.end()) {
      // RFC 9429, 5.10: one that addTrack() made and no description names takes the section.
      t = std::find_if(transceivers_.begin(), transceivers_.end(), [&](const Transceiver& x) {
        return x.mid.empty() && toString(x.kind) == s.kind;
      });
      if (t == transceivers_.end()) {
        transceivers_.emplace_back();
        t = transceivers_.end() - 1;
        t->kind = *fromString<SourceKind>(s.kind);
      }
      t->mid = s.mid;
    }
    if (s.send && !t->receiving) emit_(event::RemoteTrackAdded{id_, t->mid, t->kind});
    if (!s.send && t->receiving) emit_(event::RemoteTrackRemoved{id_, t->mid});
    t->receiving = s.send;
  }
}

void FakePeerConnection::rollback() {
  for (Transceiver& t : transceivers_) {
    const bool agreed = std::any_of(agreed_.begin(), agreed_.end(), [&](const Section& s) { return s.mid == t.mid; });
    if (!agreed) t.mid.clear();
  }
  pending_.clear();
  pending_local_ufrag_.clear();
  signaling_ = SignalingState::kStable;
  emit_(event::SignalingStateChanged{id_, signaling_});
}

void FakePeerConnection::becomeStable() {
  signaling_ = SignalingState::kStable;
  agreed_ = pending_;
  if (pending_local_ufrag_ != local_ufrag_) restart_wanted_ = false;
  local_ufrag_ = pending_local_ufrag_;
  remote_ufrag_ = pending_remote_ufrag_;
  for (Transceiver& t : transceivers_) t.negotiated_send = t.offered_send;
  negotiation_needed_ = false;
  emit_(event::SignalingStateChanged{id_, signaling_});
  network_.pokeAll();
}

// --- webrtc-pc 4.7.3 ---

bool FakePeerConnection::negotiationNeeded() const {
  if (restart_wanted_) return true;
  if (std::none_of(agreed_.begin(), agreed_.end(), [](const Section& s) { return s.kind == "application"; })) return true;
  return std::any_of(transceivers_.begin(), transceivers_.end(), [](const Transceiver& t) {
    return t.mid.empty() ? !t.source.empty() : t.negotiated_send != !t.source.empty();
  });
}

void FakePeerConnection::updateNegotiationNeeded() {
  if (needed_event_queued_ || !chain_.empty()) return;
  needed_event_queued_ = true;
  later(network_.world.between(0, 5), [this] {
    needed_event_queued_ = false;
    if (!chain_.empty() || signaling_ != SignalingState::kStable) return;  // looked at again when that is over
    if (!negotiationNeeded()) {
      negotiation_needed_ = false;
    } else if (!negotiation_needed_) {
      negotiation_needed_ = true;
      emit_(event::NegotiationNeeded{id_});
    }
  });
}

void FakePeerConnection::restartIce() {
  if (local_ufrag_.empty()) return;  // nothing to replace yet
  restart_wanted_ = true;
  updateNegotiationNeeded();
}

void FakePeerConnection::addSource(const std::string& source_id, SourceKind kind) {
  auto t = std::find_if(transceivers_.begin(), transceivers_.end(),
                        [&](const Transceiver& x) { return x.kind == kind && x.source.empty() && !x.negotiated_send; });
  if (t == transceivers_.end()) {
    transceivers_.emplace_back();
    t = transceivers_.end() - 1;
    t->kind = kind;
  }
  t->source = source_id;
  updateNegotiationNeeded();
}

void FakePeerConnection::removeSource(const std::string& source_id) {
  for (Transceiver& t : transceivers_) {
    if (t.source == source_id) t.source.clear();
  }
  updateNegotiationNeeded();
}

}  // namespace tessera::session::test
