// SPDX-License-Identifier: Apache-2.0
// The relay's parts in plain numbers, for bindings: times in milliseconds on a clock that never goes back, timestamps in microseconds.
#pragma once

#include <string>
#include <vector>

#include "wasm/relay/forwarder.h"
#include "wasm/relay/frame.h"
#include "wasm/relay/playout.h"
#include "wasm/relay/sound_clock.h"

namespace tessera::relay {

// One frame's header, read from or written to five big-endian words, so that nobody needs a view of the module's memory.
class FramePort {
 public:
  // The first 20 bytes of a message as words (0 for what it does not have), and its size in bytes.
  // Gives '' or an error's code: 'unsupported', 'data-too-large', 'message-invalid'.
  std::string read(std::uint32_t w0, std::uint32_t w1, std::uint32_t w2, std::uint32_t w3, std::uint32_t w4, std::uint32_t size);
  const std::string& message() const { return message_; }
  void setVideo(int stream, int spatial, int temporal, bool key, bool switching, bool unreferenced, double timestamp, int payload);
  void setAudio(int stream, double timestamp, int payload);
  // Of the frame that `media` has; its payload follows by itself: 4 bytes, microseconds.
  void setAcknowledgement(const FramePort& media);
  void setKeyFrameRequest(int stream);
  std::uint32_t word(int index) const;

  int type() const { return static_cast<int>(header_.type); }
  int stream() const { return header_.stream; }
  int spatial() const { return header_.spatial; }
  int temporal() const { return header_.temporal; }
  bool key() const { return header_.key; }
  bool switching() const { return header_.switching; }
  bool unreferenced() const { return header_.unreferenced; }
  double timestamp() const { return static_cast<double>(header_.timestamp); }
  const FrameHeader& header() const { return header_; }

 private:
  FrameHeader header_;
  std::string message_;
};

class ForwarderPort {
 public:
  void setTarget(int stream, int spatial, int temporal) { forwarder_.setTarget(static_cast<std::uint16_t>(stream), spatial, temporal); }
  void removeStream(int stream) { forwarder_.removeStream(static_cast<std::uint16_t>(stream)); }
  // 0 send, 1 unwanted, 2 late, 3 broken.
  int offer(double now, const FramePort& frame, int bytes) { return static_cast<int>(forwarder_.offer(at(now), frame.header(), static_cast<std::size_t>(bytes))); }
  // False: it fits nothing that was sent. `held`: microseconds.
  bool acknowledged(double now, const FramePort& frame, double held);
  void advance(double now) { forwarder_.advance(at(now)); }
  int keyFrameNeeded(double now) { return forwarder_.keyFrameNeeded(at(now)); }
  double stalled(double now) { return millis(forwarder_.stalled(at(now))); }
  // Bits per second; below 0: no limit is known.
  double limit() const;
  double lateness(double now) { return millis(forwarder_.window().lateness(at(now))); }
  double baseRoundTrip() const { return millis(forwarder_.window().baseRoundTrip()); }
  double delivered(double now) { return static_cast<double>(forwarder_.window().delivered(at(now)).toBitsPerSecond()); }
  int bytesUnderWay() const { return static_cast<int>(forwarder_.window().bytesUnderWay()); }

 private:
  static double millis(Duration duration) { return static_cast<double>(duration.toMicros()) / 1000; }
  Timestamp at(double now);

  Forwarder forwarder_;
  Timestamp last_;
};

class PlayoutPort {
 public:
  // 0 kept, 1 full, 2 late, 3 broken. `frame`: the caller's number for it.
  int push(double now, const FramePort& header, int frame) { return static_cast<int>(playout_.push(at(now), header.header(), static_cast<std::uint32_t>(frame))); }
  // 0 none, 1 show, 2 decode only, 3 hear; what follows tells of the frame.
  int next(double now);
  int frame() const { return static_cast<int>(due_.frame); }
  int stream() const { return due_.stream; }
  double timestamp() const { return static_cast<double>(due_.timestamp); }
  // Milliseconds; below 0: never.
  double deadline() const;
  // Gives how many numbers of frames were let go; dropped(index) is each.
  int removeStream(int stream);
  int dropped(int index) const { return static_cast<int>(dropped_.at(static_cast<std::size_t>(index))); }
  int keyFrameNeeded(double now) { return playout_.keyFrameNeeded(at(now)); }
  double delay() const { return static_cast<double>(playout_.delay().toMicros()) / 1000; }

  // Where sound is played from has come to this sample.
  void played(double now, double position) { sound_.played(at(now), static_cast<std::int64_t>(position)); }
  // The sample at which a packet with this timestamp is to be played; below 0: played() was never called.
  double place(double timestamp, int samples);
  int jumps() const { return sound_.jumps(); }

 private:
  Timestamp at(double now);

  Playout playout_;
  SoundClock sound_;
  Playout::Due due_;
  std::vector<std::uint32_t> dropped_;
  Timestamp last_;
};

}  // namespace tessera::relay
