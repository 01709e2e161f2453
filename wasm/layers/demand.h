// SPDX-License-Identifier: Apache-2.0
// The sender's side: what all receivers together take, and so which encodings are worth their processor time.
//
// A layer that somebody asks for is switched on in the very call. One that nobody takes any more is switched off after a
// short wait, so that a tile that is dragged about does not make the encoder start and stop.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "wasm/layers/types.h"

namespace tessera::layers {

// What is to be sent of one spatial layer (one encoding of RTCRtpEncodingParameters, in rising order of size).
struct EncodingDemand {
  bool active = false;
  int max_temporal = -1;  // the highest that anybody takes; -1 while inactive

  bool operator==(const EncodingDemand&) const = default;
};

class SenderDemand {
 public:
  // At most this many receivers are told apart; those beyond count as wanting everything.
  static constexpr std::size_t kMaxReceivers = 100'000;

  // `spatial_layers` 1..kMaxSpatial + 1. `wait`: how long a layer stays on after the last receiver left it.
  explicit SenderDemand(int spatial_layers, Duration wait = Duration::millis(600));

  // What a receiver takes from now on; spatial -1: nothing. Indices beyond what is offered count as the highest.
  void set(Timestamp now, std::string_view receiver, int spatial, int temporal);
  // The receiver has left.
  void remove(Timestamp now, std::string_view receiver);
  // True: the encodings have changed. Call after set() and remove(), and at deadline().
  bool update(Timestamp now);

  const std::vector<EncodingDemand>& encodings() const { return encodings_; }
  // When update() has to be called without any event; the largest time there is: never.
  Timestamp deadline() const { return deadline_; }
  // Simulcast needs the exact layer (the default); where higher layers are predicted from lower ones, these are needed too.
  void setLayersDepend(bool depend) { depend_ = depend; }

 private:
  struct Taken {
    int spatial, temporal;
  };
  void count(Taken taken, int by);

  std::map<std::string, Taken, std::less<>> receivers_;
  std::array<std::array<std::int64_t, kMaxTemporal + 1>, kMaxSpatial + 1> counts_{};
  std::vector<EncodingDemand> encodings_;
  struct Wait {
    bool waiting = false;
    Timestamp until;
  };
  std::vector<Wait> waits_;
  Duration wait_;
  Timestamp deadline_;
  bool depend_ = false;
};

// One encoding to send, as RTCRtpEncodingParameters has them.
struct Encoding {
  std::string rid;
  double scale_resolution_down_by = 1;
  DataRate max_bitrate;
  FrameRate max_frame_rate;
  std::string scalability_mode;

  bool operator==(const Encoding&) const = default;
};

// The layers worth sending of a picture of this size. A camera: up to three sizes, each half as wide as the next, as many as
// browsers encode (three from 960x540, two from 480x270). A screen: full size always, because text has to stay legible, at
// 5, 15 and the source's own rate. Rising order; a size that is empty gives one encoding without a bitrate's limit.
std::vector<Encoding> encodingsFor(Content content, Resolution resolution, FrameRate frame_rate);

// The bitrate at which a picture of this size and rate looks good in VP8, H.264 and their like.
DataRate goodBitrate(Content content, Resolution resolution, FrameRate frame_rate);

}  // namespace tessera::layers
