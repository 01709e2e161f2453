// SPDX-License-Identifier: Apache-2.0
// Application data to one participant: waits for its channel, never fills the browser's buffer, survives a new connection.
#pragma once

#include <array>
#include <deque>

#include "wasm/session/shared.h"

namespace tessera::session {

class DataChannels {
 public:
  // At most so many bytes are handed to the browser before it said that its buffer has drained.
  static constexpr std::size_t kWindowBytes = 1024 * 1024;

  explicit DataChannels(Shared& shared) : shared_(shared) {}

  // The channels of another connection, not open yet. What waits goes on waiting; what the old channels held is lost.
  void reset(PeerConnectionId pc);
  void onOpened(DataChannel channel);
  void onClosed(DataChannel channel);
  void onBufferedAmountLow(DataChannel channel);
  bool isOpen(DataChannel channel) const { return at(channel).open; }

  // `envelope` is encoded already. False: the queue is full (reliable), nothing was kept. Unreliable data is dropped when it
  // cannot go at once.
  [[nodiscard]] bool send(const Bytes& envelope, bool reliable);
  // On the control channel; the caller knows that it is open.
  void sendControl(const std::string& text);

 private:
  struct Channel {
    bool open = false;
    bool report_pending = false;
    std::size_t outstanding = 0;  // handed over since the buffer was last known to be low
  };
  Channel& at(DataChannel channel) { return channels_[static_cast<std::size_t>(channel)]; }
  const Channel& at(DataChannel channel) const { return channels_[static_cast<std::size_t>(channel)]; }
  bool hasRoom(DataChannel channel) const { return at(channel).open && at(channel).outstanding < kWindowBytes; }
  void hand(DataChannel channel, Bytes bytes);
  void flush();

  Shared& shared_;
  PeerConnectionId pc_;
  std::array<Channel, 3> channels_;
  std::deque<Bytes> queue_;
  std::size_t queued_bytes_ = 0;
};

}  // namespace tessera::session
