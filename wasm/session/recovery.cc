// SPDX-License-Identifier: Apache-2.0
// ICE restart policy: at once on `failed`, after a grace on `disconnected`, then with growing pauses, then a fresh connection.
#include "wasm/session/recovery.h"

#include "wasm/session/shared.h"

namespace tessera::session {
namespace {

bool isConnected(IceConnectionState state) {
  return state == IceConnectionState::kConnected || state == IceConnectionState::kCompleted;
}

}  // namespace

void Recovery::onIceConnectionState(IceConnectionState state, Timestamp now) {
  ice_ = state;
  evaluate(now);
}

void Recovery::onConnectionState(ConnectionState state, Timestamp now) {
  connection_ = state;
  // ICE stands and the whole does not: DTLS failed, which no ICE restart heals.
  dtls_failed_ = state == ConnectionState::kFailed && isConnected(ice_);
  evaluate(now);
}

void Recovery::onNetworkChanged(Timestamp now) {
  forced_ = true;
  due_ = now;
}

void Recovery::onRecreated(Timestamp now) {
  ice_ = IceConnectionState::kNew;
  connection_.reset();
  due_.reset();
  last_step_ = now;
  forced_ = false;
  dtls_failed_ = false;
}

void Recovery::evaluate(Timestamp now) {
  if (healthy()) {
    ever_connected_ = true;
    attempts_ = 0;
    if (!forced_) due_.reset();
  } else if (dtls_failed_ || ice_ == IceConnectionState::kFailed) {
    schedule(now);
  } else if (ice_ == IceConnectionState::kDisconnected && !due_) {
    schedule(now + config_.ice_disconnected_grace);
  }
}

// At `when`, but never sooner after the last attempt than the back-off asks.
void Recovery::schedule(Timestamp when) {
  if (attempts_ > 0) {
    const Timestamp earliest = last_step_ + backoff(config_.restart_backoff_min, attempts_ - 1, config_.restart_backoff_max);
    if (when < earliest) when = earliest;
  }
  if (!due_ || when < *due_) due_ = when;
}

Recovery::Step Recovery::take(Timestamp now, bool can_signal) {
  if (!can_signal || !due_ || *due_ > now) return Step::kNone;
  due_.reset();
  if (healthy() && !forced_) {
    attempts_ = 0;
    return Step::kNone;
  }
  const bool recreate = dtls_failed_ || (attempts_ > 0 && attempts_ % config_.restarts_before_recreate == 0);
  ++attempts_;
  last_step_ = now;
  forced_ = false;
  if (recreate) return Step::kRecreate;
  schedule(now);  // if it does not help, again
  return Step::kRestartIce;
}

bool Recovery::healthy() const {
  return isConnected(ice_) && (!connection_ || *connection_ == ConnectionState::kConnected);
}

PeerState Recovery::state() const {
  if (healthy()) return PeerState::kConnected;
  if (attempts_ >= config_.restarts_before_recreate) return PeerState::kFailed;
  return ever_connected_ ? PeerState::kReconnecting : PeerState::kConnecting;
}

}  // namespace tessera::session
