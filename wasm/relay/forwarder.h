// SPDX-License-Identifier: Apache-2.0
// Decides, frame by frame, what one receiver is sent: the layers chosen for it, as far as its way carries them.
//
// When acknowledgements are late whole layers go first (temporal, then spatial), then pictures, and sound last: beyond
// kWindow nothing is sent at all, so what waits anywhere between the two ends stays bounded. A picture whose references were
// not sent is not sent either; a keyframe is asked for instead. Both ends of a way use this: the server for each receiver, and
// a sender for the server. Sans-I/O, no allocation per frame but the window's.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "wasm/relay/bandwidth.h"
#include "wasm/relay/layer_state.h"
#include "wasm/relay/send_window.h"

namespace tessera::relay {

enum class Verdict : std::uint8_t {
  kSend,
  kUnwanted,   // a layer that was not chosen
  kLate,       // the way is behind
  kBroken,     // what it refers to was not sent
};

class Forwarder {
 public:
  static constexpr std::size_t kMaxStreams = 1024;

  // The highest layers to send of a video; -1: nothing of it. Without a word everything is sent.
  void setTarget(std::uint16_t stream, int spatial, int temporal);
  void removeStream(std::uint16_t stream);

  // A media frame, in the order in which its sender sent it. kSend counts it as sent. More streams than kMaxStreams: kUnwanted.
  Verdict offer(Timestamp now, const FrameHeader& frame, std::size_t bytes);
  // False: the acknowledgement fits nothing that was sent.
  bool acknowledged(Timestamp now, const FrameHeader& acknowledgement, Duration held);
  // Lets time pass: to be called every 50 to 250 ms.
  void advance(Timestamp now) { bandwidth_.update(now, window_, false); }

  // The next stream of which a keyframe is needed, each at most every half second, none while the way is behind; -1: none.
  int keyFrameNeeded(Timestamp now);
  // Nothing was acknowledged for this long although something should have been.
  Duration stalled(Timestamp now) const { return window_.waiting(now); }
  DataRate limit() const { return bandwidth_.limit(); }
  const SendWindow& window() const { return window_; }

 private:
  struct Stream {
    int spatial = kSpatialLayers - 1;
    int temporal = kTemporalLayers - 1;
    LayerState layers;
    bool wants_key = false;
    bool asked = false;
    Timestamp asked_at;
  };
  Verdict judge(Stream& stream, const FrameHeader& frame, Duration lateness) const;

  SendWindow window_;
  Bandwidth bandwidth_;
  std::map<std::uint16_t, Stream> streams_;
};

}  // namespace tessera::relay
