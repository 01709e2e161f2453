// SPDX-License-Identifier: Apache-2.0
// A call as a state machine without I/O: events and the time go in, actions come out, and the same events give the same actions.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wasm/base/result.h"
#include "wasm/base/units.h"
#include "wasm/session/actions.h"
#include "wasm/session/events.h"

namespace tessera::session {

struct SessionConfig {
  IceTransportPolicy ice_transport_policy = IceTransportPolicy::kAll;
  // The first PeerConnectionId. Peers take a larger number for a newer connection: where a participant key outlives its
  // page, hand in something that grows from page to page, such as the seconds since 1970.
  std::uint32_t first_connection = 1;

  Duration ice_disconnected_grace = Duration::seconds(3);   // `disconnected` for this long: ICE restart
  Duration restart_backoff_min = Duration::seconds(4);      // between two ICE restarts, doubling
  Duration restart_backoff_max = Duration::seconds(30);
  int restarts_before_recreate = 3;                         // failed ICE restarts until a fresh connection is made
  Duration offer_resend = Duration::seconds(5);             // an unanswered offer is sent again, doubling
  Duration first_offer_wait = Duration::seconds(2);         // who waits for the other's first offer makes one itself after this
  Duration absent_grace = Duration::seconds(20);            // a participant that the server lost and that is not connected
  Duration join_timeout = Duration::seconds(10);            // a join that is not answered is sent again
  Duration retry_min = Duration::seconds(1);                // a failed operation, a join asked to wait
  Duration channel_close_grace = Duration::seconds(5);      // a data channel closed though its connection lives: fresh connection
  std::size_t max_queued_messages = 512;                    // reliable data waiting for a channel, per participant
  std::size_t max_queued_bytes = 2 * 1024 * 1024;

  bool operator==(const SessionConfig&) const = default;
};

// One JSON object; durations in microseconds, named as the members.
std::string toJson(const SessionConfig& config);
Result<SessionConfig> configFromJson(std::string_view text);

// Not synchronised. Nothing is called back, so there is no re-entry: handle() an event, then carry out takeActions() in order.
class Session {
 public:
  explicit Session(SessionConfig config = {});
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // `now` never goes back. After Closed was notified, nothing happens any more.
  void handle(const Event& event, Timestamp now);
  // What has been asked for since the last call.
  std::vector<Action> takeActions();
  // Hand in a TimerFired at this time (or after); changes with every handle(). nullopt: no timer runs.
  std::optional<Timestamp> nextTimeout() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tessera::session
