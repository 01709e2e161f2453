// SPDX-License-Identifier: Apache-2.0
// Estimates the downlink from what getStats says of the inbound streams, for SFUs that do not say themselves.
//
// What it watches, per stream, between two samples:
//   lateness   seconds of media that should have arrived and have not: how much the one-way delay has grown. Its slope is
//              the delay gradient. Audio (fifty packets a second) shows it within 100 ms, video within a few frames.
//   loss       packets lost of those expected
//   jitter     growth over the smallest seen (RFC 3550, 6.4.1)
//   buffer     growth of the jitter buffer's delay per frame
//   freezes    of the picture
// Evidence that most streams agree on makes it say "congested" within 200 to 300 ms; what one stream alone shows is its
// sender's trouble. Sound is sent evenly, pictures as fast as a busy sender makes them: where there is sound, lateness counts
// only if sound is late as well, and where there is none only with jitter or loss, or once nothing arrives at all. A sound that
// is silent while others arrive as usual has been muted and is no witness. Congested, what arrives while all is late is what the
// link carries: the limit falls to 85 % of it. Then it holds, climbs slowly past the rate that failed, and beyond it as far as what
// arrives bears out. Once well more than what failed has arrived for a while, the link has recovered. Without trouble there is no limit.
#pragma once

#include <algorithm>
#include <array>
#include <deque>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "wasm/layers/types.h"

namespace tessera::layers {

inline constexpr DataRate kUnlimited = DataRate::bitsPerSecond(std::numeric_limits<std::int64_t>::max() / 4);

struct DownlinkEstimate {
  DataRate rate = kUnlimited;  // kUnlimited: no reason for a limit has been seen
  int confidence = 500;        // thousandths
  bool calm = true;            // no trouble for so long that more may be taken at once

  bool operator==(const DownlinkEstimate&) const = default;
};

// What of an estimate may be given to video: less the less sure it is (100 % down to 80 %), and `audio` taken off first.
constexpr DataRate usableRate(const DownlinkEstimate& estimate, DataRate audio) {
  if (estimate.rate >= kUnlimited) return kUnlimited;
  return DataRate::bitsPerSecond(estimate.rate.toBitsPerSecond() / 1000 * (800 + estimate.confidence / 5)) - audio;
}

// One inbound stream's counters since it began, as in RTCInboundRtpStreamStats.
struct StreamSample {
  std::string id;  // the source's; empty for audio
  bool audio = false;
  std::int64_t packets_received = 0;
  std::int64_t packets_lost = 0;
  std::int64_t bytes_received = 0;  // headers included where known
  std::int64_t frames_received = 0;
  std::int64_t frames_decoded = 0;
  std::int64_t freezes = 0;
  Duration jitter;
  Duration jitter_buffer_delay;  // sum over all frames or samples given out
  std::int64_t jitter_buffer_emitted = 0;
  Duration decode_time;  // sum
  Resolution resolution;

  bool operator==(const StreamSample&) const = default;
};

// What the server itself says (LiveKit's connection quality, Janus's slow link).
enum class ServerQuality : std::uint8_t { kGood, kPoor, kLost };

struct EstimatorOptions {
  // Where a call starts. Doubles every 200 ms without trouble: a link that is fine limits nobody for longer than a moment.
  DataRate initial = DataRate::kilobitsPerSecond(3000);
  DataRate minimum = DataRate::kilobitsPerSecond(40);

  bool operator==(const EstimatorOptions&) const = default;
};

class DownlinkEstimator {
 public:
  explicit DownlinkEstimator(EstimatorOptions options = {}) : options_(options) {}

  // `expected[i]`: frames a second of the layer in force for samples[i]; 0 where nothing is expected, or not yet.
  // `now` never goes back. Samples 100 to 250 ms apart are best.
  void sample(Timestamp now, std::span<const StreamSample> samples, std::span<const FrameRate> expected);
  void server(Timestamp now, ServerQuality quality);
  // Lets time pass: the limit rises where it may. `demand`: what would be taken without a limit.
  void advance(Timestamp now, DataRate demand);

  DownlinkEstimate estimate() const;
  // When congestion was seen last; long ago if never, or if the limit has since risen to twice what failed.
  Timestamp lastTrouble() const { return troubled_ && limited_ && limit_ < 2 * failed_ ? last_trouble_ : Timestamp::millis(-3'600'000); }
  // What the link is known to carry, where the limit has climbed farther than that.
  DataRate carried() const { return troubled_ && limited_ ? DataRate::bitsPerSecond(static_cast<std::int64_t>(std::min(limit_, std::max(failed_, static_cast<double>(received_.toBitsPerSecond()))))) : kUnlimited; }
  // What arrived over about the last half second.
  DataRate received() const { return received_; }
  // Seen in the latest sample: 0 none, 1000 certain congestion.
  int evidence() const { return evidence_; }

 private:
  struct Stream {
    std::string id;
    int nth = 0;  // among the sounds, which have no ids
    StreamSample last;
    double ratio = 0;      // frames or packets arriving, of those expected; 0: not learnt yet
    double lateness = 0;   // seconds
    double learnt = 0;     // seconds of observation in `ratio`
    double least_jitter = 1e9;
    double buffer = 0;     // seconds per frame, smoothed
    double lost = 0, arrived = 0;  // packets, each counting less the older it is
    FrameRate expected;
    Timestamp quiet_until;
    Timestamp last_arrival;
    Timestamp resumed_until;
    bool present = false;
  };
  struct Votes {
    double weight = 0, late = 0, very_late = 0, growing = 0, jittery = 0, frozen = 0;
    int streams = 0, late_streams = 0;
    bool sound = false, sound_late = false, sound_very_late = false;
  };

  Stream& streamOf(const StreamSample& sample, int nth);
  void forgetSounds(std::span<const StreamSample> samples);
  void observe(Stream& stream, const StreamSample& sample, FrameRate expected, Timestamp now, double dt, Votes& votes);
  double lateness(const Votes& votes, Timestamp now) const;
  double loss() const;
  bool starved() const;
  void measure(Timestamp now, std::int64_t bytes);
  double beyond(Timestamp now) const;
  double busiest(Timestamp now) const;
  void congested(Timestamp now, double share, bool queueing);

  EstimatorOptions options_;
  std::vector<Stream> streams_;
  struct Arrival {
    Timestamp at;
    std::int64_t bytes;
    bool late = false;  // most streams were late
  };
  std::deque<Arrival> arrivals_;  // bytes since the sample before, over the last second
  DataRate received_;
  DataRate latest_;
  double usual_ = 0;  // bits a second, averaged over about two seconds
  Timestamp last_sample_;
  Timestamp last_arrival_;
  Timestamp last_advance_;
  Timestamp last_trouble_;
  Timestamp below_at_;  // when what arrived was last not well above what failed
  Timestamp hold_until_;
  bool started_ = false;
  bool sampled_ = false;
  bool troubled_ = false;  // ever
  bool limited_ = false;
  double limit_ = 0;   // bits per second, while limited_
  double failed_ = 0;  // the rate that the link carried when it was congested last
  int failures_ = 0;   // one after the other without getting past failed_
  double score_ = 0;
  int evidence_ = 0;
};

}  // namespace tessera::layers
