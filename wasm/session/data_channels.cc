// SPDX-License-Identifier: Apache-2.0
// Queueing and backpressure of the data channels.
#include "wasm/session/data_channels.h"

#include <utility>

namespace tessera::session {

void DataChannels::reset(PeerConnectionId pc) {
  pc_ = pc;
  channels_ = {};
}

void DataChannels::onOpened(DataChannel channel) {
  at(channel) = Channel{.open = true};
  if (channel == DataChannel::kReliable) flush();
}

void DataChannels::onClosed(DataChannel channel) { at(channel) = Channel{}; }

void DataChannels::onBufferedAmountLow(DataChannel channel) {
  at(channel).outstanding = 0;
  at(channel).report_pending = false;
  if (channel == DataChannel::kReliable) flush();
}

bool DataChannels::send(const Bytes& envelope, bool reliable) {
  if (!reliable) {
    if (hasRoom(DataChannel::kUnreliable)) hand(DataChannel::kUnreliable, envelope);
    return true;
  }
  if (queue_.empty() && hasRoom(DataChannel::kReliable)) {
    hand(DataChannel::kReliable, envelope);
    return true;
  }
  if (queue_.size() >= shared_.config.max_queued_messages ||
      envelope.size() > shared_.config.max_queued_bytes - queued_bytes_) {
    return false;
  }
  queued_bytes_ += envelope.size();
  queue_.push_back(envelope);
  return true;
}

void DataChannels::sendControl(const std::string& text) { hand(DataChannel::kControl, Bytes(text.begin(), text.end())); }

void DataChannels::hand(DataChannel channel, Bytes bytes) {
  Channel& state = at(channel);
  state.outstanding += bytes.size();
  const bool report = !state.report_pending && state.outstanding >= kWindowBytes / 4;
  if (report) state.report_pending = true;
  shared_.act(action::SendOnDataChannel{pc_, channel, std::move(bytes), report});
}

void DataChannels::flush() {
  while (!queue_.empty() && hasRoom(DataChannel::kReliable)) {
    queued_bytes_ -= queue_.front().size();
    hand(DataChannel::kReliable, std::move(queue_.front()));
    queue_.pop_front();
  }
}

}  // namespace tessera::session
