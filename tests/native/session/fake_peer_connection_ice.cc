// SPDX-License-Identifier: Apache-2.0
// The fake connection's transport half: candidates, ICE states, data channels.
#include <algorithm>

#include "tests/native/session/fake_peer_connection.h"

namespace tessera::session::test {

void Network::pokeAll() {
  const std::vector<FakePeerConnection*> all = connections;
  for (FakePeerConnection* pc : all) pc->poke();
}

void FakePeerConnection::gather(const std::string& ufrag) {
  if (!gathered_.insert(ufrag).second) return;
  for (int i = 0; i < 2; ++i) {
    later(network_.world.between(1, 60), [this, ufrag, i] {
      const bool used = ufrag == local_ufrag_ || ufrag == pending_local_ufrag_;
      if (!used) return;
      const std::string text = "candidate:" + std::to_string(i) + " 1 udp 1 192.0.2." + std::to_string(host_) + " 9 typ host";
      emit_(event::IceCandidateGathered{id_, IceCandidate{text, "0", 0, ufrag}});
    });
  }
  later(network_.world.between(60, 80), [this, ufrag] {
    emit_(event::IceCandidateGathered{id_, IceCandidate{"", "0", 0, ufrag}});
  });
}

void FakePeerConnection::addIceCandidate(const IceCandidate& candidate) {
  enqueue([this, candidate] {
    const std::string& present = pending_remote_ufrag_;
    if (remote_fingerprint_ == 0 || candidate.username_fragment != present) {
      ++network_.candidate_failures;
      emit_(event::OperationFailed{id_, OperationId{}, "OperationError", "No description has this candidate's generation."});
      return;
    }
    if (!candidate.candidate.empty()) candidate_ufrags_.insert(candidate.username_fragment);
    network_.pokeAll();
  });
}

FakePeerConnection* FakePeerConnection::other() const {
  for (FakePeerConnection* pc : network_.connections) {
    if (pc->fingerprint_ == remote_fingerprint_ && pc->remote_fingerprint_ == fingerprint_ && !pc->closed_) return pc;
  }
  return nullptr;
}

bool FakePeerConnection::pathValid() const {
  const FakePeerConnection* pc = other();
  if (closed_ || pc == nullptr || !network_.reachable(host_, pc->host_)) return false;
  if (local_ufrag_.empty() || local_ufrag_ != pc->remote_ufrag_ || remote_ufrag_ != pc->local_ufrag_) return false;
  if (network_.ufrag_address.at(local_ufrag_) != network_.address[host_]) return false;
  if (network_.ufrag_address.at(remote_ufrag_) != network_.address[pc->host_]) return false;
  return candidate_ufrags_.contains(remote_ufrag_) || pc->candidate_ufrags_.contains(local_ufrag_);
}

void FakePeerConnection::setIce(IceConnectionState state) {
  if (ice_ == state) return;
  ice_ = state;
  ++ice_epoch_;
  emit_(event::IceConnectionStateChanged{id_, state});
  if (closed_) return;
  ConnectionState connection = ConnectionState::kConnecting;
  if (state == IceConnectionState::kConnected) connection = ConnectionState::kConnected;
  if (state == IceConnectionState::kDisconnected) connection = ConnectionState::kDisconnected;
  if (state == IceConnectionState::kFailed) connection = ConnectionState::kFailed;
  emit_(event::ConnectionStateChanged{id_, connection});
  if (closed_ || state != IceConnectionState::kConnected) return;
  if (!channels_open_) {
    channels_open_ = true;
    for (int i = 0; i < 3 && !closed_; ++i) emit_(event::DataChannelOpened{id_, static_cast<DataChannel>(i)});
  }
  pumpOutbox();
}

void FakePeerConnection::poke() {
  if (closed_ || local_ufrag_.empty() || remote_ufrag_.empty()) return;
  if (checked_local_ != local_ufrag_ || checked_remote_ != remote_ufrag_) {
    checked_local_ = local_ufrag_;
    checked_remote_ = remote_ufrag_;
    later(Duration::zero(), [this] {
      setIce(IceConnectionState::kChecking);
      poke();
    });
    return;
  }
  const int epoch = ice_epoch_;
  const auto when = [this, epoch](Duration delay, bool valid, IceConnectionState next) {
    later(delay, [this, epoch, valid, next] {
      if (ice_epoch_ != epoch || pathValid() != valid) return;
      setIce(next);
      poke();
    });
  };
  const bool valid = pathValid();
  if (valid && (ice_ == IceConnectionState::kChecking || ice_ == IceConnectionState::kDisconnected)) {
    when(network_.world.between(10, 100), true, IceConnectionState::kConnected);
  } else if (!valid && ice_ == IceConnectionState::kConnected) {
    when(network_.world.between(1000, 4000), false, IceConnectionState::kDisconnected);
  } else if (!valid && ice_ == IceConnectionState::kDisconnected) {
    when(network_.world.between(5000, 9000), false, IceConnectionState::kFailed);
  } else if (!valid && ice_ == IceConnectionState::kChecking) {
    when(network_.world.between(12000, 15000), false, IceConnectionState::kFailed);
  }
}

// --- data ---

void FakePeerConnection::send(DataChannel channel, const Bytes& bytes, bool report_low) {
  if (!channels_open_ || channels_closed_) return;
  if (report_low) later(network_.world.between(1, 50), [this, channel] { emit_(event::DataChannelBufferedAmountLow{id_, channel}); });
  if (channel == DataChannel::kUnreliable && !connected()) return;
  outbox_.emplace_back(channel, std::make_shared<Bytes>(bytes));
  pumpOutbox();
}

// Ordered and reliable while both ends live: what cannot go now waits for the path.
void FakePeerConnection::pumpOutbox() {
  FakePeerConnection* to = other();
  if (to == nullptr || !connected() || !to->channels_open_) {
    if (!outbox_.empty()) later(Duration::millis(200), [this] { pumpOutbox(); });
    return;
  }
  while (!outbox_.empty()) {
    auto [channel, bytes] = std::move(outbox_.front());
    outbox_.pop_front();
    to->deliver(channel, std::move(bytes));
  }
}

void FakePeerConnection::deliver(DataChannel channel, std::shared_ptr<Bytes> bytes) {
  later(Duration::millis(20), [this, channel, bytes = std::move(bytes)] {
    if (!channels_closed_) emit_(event::DataChannelMessage{id_, channel, *bytes});
  });
}

void FakePeerConnection::closeChannels() {
  if (!channels_open_ || channels_closed_) return;
  channels_closed_ = true;
  for (int i = 0; i < 3; ++i) {
    later(Duration::zero(), [this, i] { emit_(event::DataChannelClosed{id_, static_cast<DataChannel>(i)}); });
  }
}

}  // namespace tessera::session::test
