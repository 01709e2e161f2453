// SPDX-License-Identifier: Apache-2.0
// When the frames of one sender are shown and heard: a jitter buffer for all its streams, so that sound and picture stay together.
//
// All streams of a sender have timestamps on one clock. The earliest that frames arrive, over ten to twenty seconds, maps that
// clock to ours; a delay on top, as long as nearly all frames take longer than the earliest, says when each is due. The delay
// grows as soon as frames come later than it, and shrinks by a few hundredths of the time that passes. The ways are reliable and keep their order, so frames are
// late in bursts and never exchanged: a picture of which more layers may come is waited for until anything else has come. Bytes stay with the caller: frames go by a number. Sans-I/O.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "wasm/base/units.h"
#include "wasm/relay/frame.h"
#include "wasm/relay/layer_state.h"

namespace tessera::relay {

struct PlayoutOptions {
  Duration least = Duration::millis(15);
  Duration most = Duration::millis(400);
  // So long before it is due sound is given out: to be decoded, and to wait where it is played from.
  Duration sound_lead = Duration::millis(35);
};

class Playout {
 public:
  // Frames that wait; of what comes beyond that, video is dropped until a keyframe, sound at once.
  static constexpr std::size_t kMaxFrames = 512;
  static constexpr std::size_t kMaxBytes = 16u << 20;
  static constexpr std::size_t kMaxStreams = 32;

  enum class Kept : std::uint8_t { kYes, kFull, kLate, kBroken };
  enum class Action : std::uint8_t {
    kNone,    // nothing is due
    kShow,    // decode, with everything else of the same stream and timestamp, and show
    kDecode,  // decode and do not show: a newer picture of the same stream is due, too
    kHear,    // decode and play at `due`
  };
  struct Due {
    Action action = Action::kNone;
    std::uint32_t frame = 0;
    std::uint16_t stream = 0;
    std::uint64_t timestamp = 0;
    Timestamp due;
  };

  explicit Playout(PlayoutOptions options = {}) : options_(options) {}

  // A frame has arrived. `frame`: the caller's number for it, given back by next(). kYes: it waits. Otherwise the caller lets it go.
  Kept push(Timestamp now, const FrameHeader& header, std::uint32_t frame);
  // What is due now, one frame each call.
  Due next(Timestamp now);
  // When next() has something to give; far in the future for nothing.
  Timestamp deadline() const;
  // Forgets a stream; its frames' numbers go to `dropped`.
  void removeStream(std::uint16_t stream, std::vector<std::uint32_t>& dropped);

  // The next stream of which a keyframe is needed, each at most every half second; -1: none.
  int keyFrameNeeded(Timestamp now);
  // When a frame with this timestamp is due, as things are now.
  Timestamp dueAt(std::uint64_t timestamp) const;
  Duration delay() const { return delay_; }
  std::size_t waiting() const { return waiting_; }

 private:
  struct Waiting {
    std::uint64_t timestamp;
    std::uint32_t frame;
    std::uint32_t bytes;
    std::uint8_t spatial;
    Timestamp arrived;
    std::uint64_t number;  // of all frames of the sender
  };
  struct Stream {
    bool audio = false;
    std::deque<Waiting> frames;
    LayerState layers;
    bool wants_key = false;
    bool asked = false;
    Timestamp asked_at;
    std::uint64_t given = 0;  // timestamp + 1 of the last frame given out
    std::uint8_t top = 0;     // the highest spatial layer of the last picture that was whole
    std::array<Duration, 128> latenesses{};
    std::size_t count = 0;
  };
  void observe(Timestamp now, Stream& stream, std::uint64_t timestamp);
  void adapt(Timestamp now);
  std::int64_t base() const;
  Timestamp dueOf(const Stream& stream, const Waiting& frame) const;
  // When the first picture of a stream counts as whole at the latest; the beginning of time where it does already.
  Timestamp wholeAt(const Stream& stream) const;

  PlayoutOptions options_;
  std::map<std::uint16_t, Stream> streams_;
  std::uint64_t frames_ = 0;  // that have arrived
  std::size_t waiting_ = 0;
  std::size_t bytes_ = 0;
  bool started_ = false;
  bool hears_ = false;
  std::int64_t least_ = 0;  // microseconds from timestamp to arrival, of the present ten seconds
  std::int64_t least_before_ = 0;
  Timestamp least_since_;
  Duration delay_;
  Timestamp adapted_;
};

}  // namespace tessera::relay
