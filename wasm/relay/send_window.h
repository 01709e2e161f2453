// SPDX-License-Identifier: Apache-2.0
// What is under way on one socket, as the receiver's acknowledgements tell: how late it is, and what the way carries.
//
// A socket takes megabytes without a word, so nothing but acknowledgements says what has arrived. Sans-I/O: the time is handed in.
#pragma once

#include <cstdint>
#include <deque>

#include "wasm/base/units.h"
#include "wasm/relay/frame.h"

namespace tessera::relay {

// How often receivers acknowledge.
inline constexpr Duration kAcknowledgeEvery = Duration::millis(50);
// Media that may be unacknowledged beyond the base round trip.
inline constexpr Duration kWindow = Duration::millis(200);

class SendWindow {
 public:
  static constexpr std::size_t kMaxUnderWay = 4096;

  // A media frame of `bytes` in all was given to the socket. `now` never goes back.
  void sent(Timestamp now, const FrameHeader& frame, std::size_t bytes);
  // The receiver has this frame and all before it, since `held` ago. False: no such frame is under way, and nothing has changed.
  bool acknowledged(Timestamp now, const FrameHeader& acknowledgement, Duration held);

  // By how much the oldest frame under way is older than a round trip on an idle way; zero while nothing is. Up to
  // kAcknowledgeEvery of it is no more than the wait for the next acknowledgement.
  Duration unacknowledged(Timestamp now) const;
  // How far the way is behind: what the last acknowledgement told, or more where the next one is overdue.
  Duration lateness(Timestamp now) const;
  bool full() const { return under_way_.size() >= kMaxUnderWay; }
  std::size_t bytesUnderWay() const { return bytes_under_way_; }
  std::size_t framesUnderWay() const { return under_way_.size(); }
  // The least seen within the last 10 to 20 s; 100 ms before the first acknowledgement.
  Duration baseRoundTrip() const;
  // The last acknowledgement's round trip beyond the base one.
  Duration queueing() const { return queueing_; }
  // How long the oldest frame has been waiting; zero while nothing is under way.
  Duration waiting(Timestamp now) const;
  // What the acknowledgements of the last second add up to.
  DataRate delivered(Timestamp now) const;

 private:
  struct Sent {
    std::uint64_t timestamp;
    Timestamp at;
    std::uint32_t bytes;
    std::uint16_t stream;
    std::uint8_t layer;
  };
  struct Delivery {
    Timestamp at;
    std::size_t bytes;
  };
  void measure(Timestamp now, Duration round_trip);

  std::deque<Sent> under_way_;
  std::deque<Delivery> deliveries_;
  std::size_t bytes_under_way_ = 0;
  Duration least_ = Duration::max();         // of the present ten seconds
  Duration least_before_ = Duration::max();  // of the ten before
  Timestamp least_since_;
  Duration queueing_;
};

}  // namespace tessera::relay
