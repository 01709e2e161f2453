// SPDX-License-Identifier: Apache-2.0
// Delay gradient, loss and the limit that follows from them.
#include "wasm/layers/estimator.h"

#include <algorithm>
#include <cmath>

namespace tessera::layers {
namespace {

// Seconds of observation before a stream's own rate is known well enough to call it late.
constexpr double kLearning = 0.5;
constexpr double kFirstMean = 2;
constexpr double kAudioPacketRate = 50;
// After congestion, nothing rises for this long: the queue drains, and the new layers' first frames are large.
constexpr Duration kHold = Duration::millis(900);
constexpr Duration kMostHold = Duration::millis(4500);
// A second cut only after the first could take effect.
constexpr Duration kReaction = Duration::millis(450);
// Cuts this close together are one event.
constexpr Duration kEvent = Duration::millis(1500);
// Congestion again within this time, at a limit that should have ended it.
constexpr Duration kPersisting = Duration::seconds(4);
constexpr Duration kCalm = Duration::seconds(12);
// So much more than what failed, for so long without a sign of trouble: the link has recovered.
constexpr double kRecovered = 1.25;
constexpr Duration kProof = Duration::millis(700);
constexpr double kBackOff = 0.85;
constexpr double kIdle = 0.75;
constexpr double kStepBack = 0.92;

// A sound that is silent for so long while others arrive has been muted: a queue would let some of it through.
constexpr Duration kMuted = Duration::millis(150);
// Unless little arrives of anything: on a very slow link a single large frame stands before all sound for so long.
constexpr Duration kUnheard = Duration::seconds(1);
constexpr double kStarved = 0.6;
constexpr Duration kPause = Duration::seconds(1);
constexpr Duration kResuming = Duration::millis(300);
// So long without a packet at all, and the link is down.
constexpr Duration kSilence = Duration::millis(700);

// More than any counter grows between two samples; keeps sums of hostile input in range.
constexpr std::int64_t kMostGrowth = 1'000'000'000'000;

std::int64_t growth(std::int64_t now, std::int64_t before) { return std::clamp<std::int64_t>(now - before, 0, kMostGrowth); }

DataRate rateOf(std::int64_t bytes, double seconds) {
  return DataRate::bitsPerSecond(static_cast<std::int64_t>(std::min(1e12, static_cast<double>(bytes) * 8 / std::max(0.02, seconds))));
}

// `rate` per second over `dt` seconds.
double grown(double value, double rate, double dt) { return value + value * rate * std::min(dt, 1.0); }

}  // namespace

DownlinkEstimator::Stream& DownlinkEstimator::streamOf(const StreamSample& sample, int nth) {
  for (Stream& stream : streams_) {
    if (stream.last.audio == sample.audio && (sample.audio ? stream.nth == nth : stream.id == sample.id)) return stream;
  }
  streams_.emplace_back();
  streams_.back().id = sample.id;
  streams_.back().nth = nth;
  streams_.back().last = sample;
  return streams_.back();
}

// Where there are more or fewer than before, nobody can tell which is which.
void DownlinkEstimator::forgetSounds(std::span<const StreamSample> samples) {
  const auto sounds = std::ranges::count_if(samples, [](const StreamSample& sample) { return sample.audio; });
  const auto known = std::ranges::count_if(streams_, [](const Stream& stream) { return stream.last.audio; });
  if (sounds != known) std::erase_if(streams_, [](const Stream& stream) { return stream.last.audio; });
}

void DownlinkEstimator::observe(Stream& stream, const StreamSample& sample, FrameRate expected, Timestamp now, double dt, Votes& votes) {
  const StreamSample& last = stream.last;
  const double per_second = sample.audio ? kAudioPacketRate : static_cast<double>(expected.toMillihertz()) / 1000;
  if (per_second <= 0) {
    stream.lateness = 0;
    stream.expected = expected;
    return;
  }
  if (stream.expected == FrameRate() && !sample.audio) stream.quiet_until = now + Duration::millis(1200);  // it has just been asked for
  stream.expected = expected;
  const Duration silent = now - stream.last_arrival;
  if (sample.audio && silent >= kMuted && last_arrival_ > stream.last_arrival && (silent > kUnheard || !starved())) {
    stream.lateness = stream.learnt = stream.ratio = 0;
    return;
  }
  const std::int64_t arrived = sample.audio ? sample.packets_received - last.packets_received : sample.frames_received - last.frames_received;
  if (now < stream.quiet_until || arrived < 0) {
    stream.lateness = 0;
    return;
  }
  const double ratio = static_cast<double>(arrived) / (per_second * dt);
  const double before = stream.lateness;
  if (stream.learnt >= kLearning) {
    const double own = std::max(1.0, per_second * stream.ratio);
    const double owed = dt - static_cast<double>(arrived) / own;
    // What is owed is forgotten slowly; once no more is, the delay stands or falls, and it is forgotten soon.
    stream.lateness = std::clamp(stream.lateness * (1 - std::min(1.0, dt / (owed > 0.15 * dt ? 3.0 : 0.6))) + owed, 0.0, 1.0);
    const double interval = 1 / own;
    const double threshold = 0.045 + 1.3 * interval;
    const double weight = sample.audio ? 2 : 1;
    const double jitter = static_cast<double>(sample.jitter.toMicros()) / 1e6;
    stream.least_jitter = std::min(stream.least_jitter + 0.001 * dt, jitter);
    votes.weight += weight;
    votes.streams += 1;
    votes.sound |= sample.audio;
    if (stream.lateness > threshold) {
      votes.late += weight;
      votes.late_streams += 1;
      votes.sound_late |= sample.audio;
    }
    if (stream.lateness > 2 * threshold) {
      votes.very_late += weight;
      votes.sound_very_late |= sample.audio;
    }
    if (stream.lateness > before + 0.1 * dt) votes.growing += weight;
    if (jitter > stream.least_jitter + 0.03 + 0.3 * interval) votes.jittery += weight;
    const std::int64_t emitted = sample.jitter_buffer_emitted - last.jitter_buffer_emitted;
    if (emitted > 0) {
      const double delay = static_cast<double>((sample.jitter_buffer_delay - last.jitter_buffer_delay).toMicros()) / 1e6 / static_cast<double>(emitted);
      if (stream.buffer > 0 && delay > 2 * stream.buffer + 0.04) votes.jittery += weight;
      stream.buffer += (delay - stream.buffer) * std::min(1.0, dt / 2);
    }
    if (sample.freezes > last.freezes) votes.frozen += weight;
  }
  // What is late is not what is normal. A rate that stays different is the sender's own after a while.
  const double pace = stream.learnt < kLearning ? 0.5 : stream.lateness > 0.08 ? 0.1 : 0.4;
  const double learnt = std::min(ratio, 1.3 * std::max(stream.ratio, 1.0));  // not from a burst that catches up
  // At first the mean of all there was: one sample of a few frames a second says nothing.
  const double gain = std::max(std::min(1.0, pace * dt / 0.5), stream.learnt < kFirstMean ? dt / (stream.learnt + dt) : 0);
  stream.ratio += (learnt - stream.ratio) * gain;
  stream.ratio = std::clamp(stream.ratio, 0.02, 4.0);
  stream.learnt += dt;
}

// Whether far less arrives than in the seconds before.
bool DownlinkEstimator::starved() const {
  return static_cast<double>(std::min(received_, latest_).toBitsPerSecond()) < kStarved * usual_;
}

void DownlinkEstimator::measure(Timestamp now, std::int64_t bytes) {
  arrivals_.push_back({now, bytes, false});
  while (arrivals_.size() > 2 && now - arrivals_.front().at > Duration::seconds(1)) arrivals_.pop_front();
  // The latest sample alone, with some room for where frames happen to fall: under congestion it is what the link carries,
  // while a longer look would still see the time before.
  if (arrivals_.size() > 1) {
    const Duration span = now - arrivals_[arrivals_.size() - 2].at;
    latest_ = rateOf(bytes + bytes / 7, span.toSeconds());
  }
  // Over the shortest run of samples that covers 400 ms; the first one's bytes arrived before its time.
  std::int64_t sum = 0;
  for (std::size_t i = arrivals_.size(); i-- > 1;) {
    sum += arrivals_[i].bytes;
    const Duration span = now - arrivals_[i - 1].at;
    if (span < Duration::millis(400) && i > 1) continue;
    if (span > Duration::zero()) received_ = rateOf(sum, span.toSeconds());
    break;
  }
  if (arrivals_.size() > 1) {
    const double dt = (now - arrivals_[arrivals_.size() - 2].at).toSeconds();
    usual_ += (static_cast<double>(received_.toBitsPerSecond()) - usual_) * std::min(1.0, dt / 2);
  }
}

// Bits a second of the fullest of the last half second's samples in which most streams were late; 0: there is none. What is asked for
// may not fill the link all the time, and a large frame only for a moment: then alone is what arrives what it carries.
double DownlinkEstimator::busiest(Timestamp now) const {
  double most = 0;
  for (std::size_t i = arrivals_.size(); i-- > 1 && now - arrivals_[i].at < Duration::millis(500);) {
    if (!arrivals_[i].late) continue;
    most = std::max(most, static_cast<double>(rateOf(arrivals_[i].bytes, (arrivals_[i].at - arrivals_[i - 1].at).toSeconds()).toBitsPerSecond()));
  }
  return most;
}

// 0 to 1: how much of a growing delay on this link most streams show.
double DownlinkEstimator::lateness(const Votes& votes, Timestamp now) const {
  if (2 * votes.late <= votes.weight || (votes.streams > 1 && votes.late_streams < 2)) return 0;
  // A delay that is high and no longer grows is a queue that drains.
  if (votes.growing < 0.34 * votes.weight) return 0;
  const bool borne_out = 2 * votes.jittery >= votes.weight || loss() > 0 || now - last_arrival_ > kSilence;
  if (votes.sound ? !votes.sound_late : !borne_out) return 0;
  return 2 * votes.very_late >= votes.weight || (votes.sound_very_late && starved()) ? 1 : 0.6;
}

// Share of the packets of about the last half second, 0 for the one or two that any link loses, and for what one of several
// streams lost on its way to the server.
double DownlinkEstimator::loss() const {
  double lost = 0;
  double arrived = 0;
  int flowing = 0;
  int losing = 0;
  for (const Stream& stream : streams_) {
    lost += stream.lost;
    arrived += stream.arrived;
    flowing += stream.lost + stream.arrived >= 5;
    losing += stream.lost >= 1;
  }
  return lost < 3 || (flowing > 2 && losing < 2) ? 0 : lost / (lost + arrived);
}

void DownlinkEstimator::sample(Timestamp now, std::span<const StreamSample> samples, std::span<const FrameRate> expected) {
  const double dt = (now - last_sample_).toSeconds();
  if (sampled_ && dt < 0.02) return;
  forgetSounds(samples);
  for (Stream& stream : streams_) stream.present = false;
  Votes votes;
  int sounds = 0;
  std::int64_t bytes = 0;
  bool lost = false;
  for (std::size_t i = 0; i < samples.size() && i < expected.size(); ++i) {
    const StreamSample& sample = samples[i];
    Stream& stream = streamOf(sample, sample.audio ? ++sounds : 0);
    // Counters that went back are those of another stream.
    if (sample.packets_received < stream.last.packets_received || sample.bytes_received < stream.last.bytes_received) stream.last = sample;
    stream.present = true;
    bytes += growth(sample.bytes_received, stream.last.bytes_received);
    const std::int64_t received = growth(sample.packets_received, stream.last.packets_received);
    // A stream that goes on after a pause has a gap in its numbers (Janus counts on), and lost nothing.
    if (received > 0 && now - stream.last_arrival > kPause) stream.resumed_until = now + kResuming;
    const std::int64_t missing = now < stream.resumed_until ? 0 : growth(sample.packets_lost, stream.last.packets_lost);
    lost |= missing > 0;
    stream.arrived = stream.arrived / (1 + dt / 0.4) + static_cast<double>(received);
    // What is lost until a cut takes effect has been acted upon.
    stream.lost = troubled_ && now - last_trouble_ < kReaction ? 0 : stream.lost / (1 + dt / 0.4) + static_cast<double>(missing);
    if (received > 0) stream.last_arrival = last_arrival_ = now;
    // After a pause of the page nothing can be said of the time in between.
    if (sampled_ && dt < 1.5) observe(stream, sample, expected[i], now, dt, votes);
    stream.last = sample;
  }
  std::erase_if(streams_, [](const Stream& stream) { return !stream.present; });
  last_sample_ = now;
  if (!sampled_) {
    sampled_ = true;
    return;
  }
  measure(now, bytes);
  arrivals_.back().late = 2 * votes.late > votes.weight;
  double seen = lateness(votes, now);
  if (seen > 0) {
    if (2 * votes.jittery >= votes.weight) seen += 0.4;
    if (2 * votes.frozen >= votes.weight) seen += 0.5;
  }
  const double share = lost ? loss() : 0;
  if (share > 0.04) seen += share > 0.1 ? 1 : 0.5;
  // Halves every 200 ms.
  score_ = score_ / (1 + dt / 0.2) + seen;
  evidence_ = static_cast<int>(std::min(1.0, score_) * 1000);
  if (score_ >= 0.3 || static_cast<double>(received_.toBitsPerSecond()) < kRecovered * failed_) below_at_ = now;
  // The first sample in which all is late began before the queue did: it says little of what the link carries.
  const bool late_again = arrivals_.back().late && arrivals_.size() > 1 && arrivals_[arrivals_.size() - 2].late;
  if (score_ >= 1 && (late_again || !arrivals_.back().late || share > 0.04)) congested(now, kBackOff, votes.late >= 0.5 * votes.weight && votes.weight > 0);
}

void DownlinkEstimator::server(Timestamp now, ServerQuality quality) {
  if (quality == ServerQuality::kGood) return;
  if (troubled_ && now - last_trouble_ < Duration::seconds(1)) return;
  congested(now, quality == ServerQuality::kLost ? 0.3 : kBackOff, false);
}

void DownlinkEstimator::congested(Timestamp now, double share, bool queueing) {
  if (troubled_ && now - last_trouble_ < kReaction) return;
  // With a queue that grows, what arrived last is what the link carries. Otherwise, and while an earlier cut takes effect,
  // less may have been sent than it could carry.
  const bool same_event = troubled_ && now - last_trouble_ < kEvent;
  const double fullest = queueing ? busiest(now) : 0;
  const DataRate arrived = queueing && !same_event ? std::min(received_, latest_) : std::max(received_, latest_);
  const double carried = std::max(fullest > 0 && !same_event ? fullest : std::max(fullest, static_cast<double>(arrived.toBitsPerSecond())), static_cast<double>(options_.minimum.toBitsPerSecond()));
  if (!same_event) {
    const bool again = limited_ && troubled_ && now - last_trouble_ < Duration::seconds(12) && carried < failed_ * 1.3 && carried > failed_ * 0.75;
    failures_ = again ? std::min(failures_ + 1, 3) : 0;
    // An attempt at more that failed: back to where it was fine.
    if (again) share = std::max(share, kStepBack);
  }
  // Packets lost without a queue while less was asked for than the link has carried: what arrives says nothing of it.
  const bool idle = !queueing && limited_ && troubled_ && carried < kIdle * std::min(limit_, failed_);
  const double known = std::min(limit_, failed_);
  if (!idle) failed_ = same_event ? std::min(failed_, carried) : carried;
  // The limit is kept, and yet there is too much: layers cost more than is known of them.
  const bool persists = !same_event && limited_ && troubled_ && now - last_trouble_ < kPersisting && limit_ <= carried;
  limit_ = idle ? known * share : persists ? limit_ * kBackOff : limited_ ? std::min(limit_, carried * share) : carried * share;
  limited_ = true;
  troubled_ = true;
  last_trouble_ = below_at_ = now;
  score_ = 0;
  Duration hold = kHold;
  for (int i = 0; i < failures_; ++i) hold = hold * 2;
  hold_until_ = now + std::min(hold, kMostHold);
}

// How far the limit may climb past what failed: not much farther than what arrives has borne out, the less the sooner after.
double DownlinkEstimator::beyond(Timestamp now) const {
  const Duration since = now - last_trouble_;
  if (since > kCalm) return 1e12;
  return static_cast<double>(received_.toBitsPerSecond()) * (1.5 + since.toSeconds() / 12) + 2.5e5;
}

void DownlinkEstimator::advance(Timestamp now, DataRate demand) {
  if (!started_) {
    started_ = true;
    last_advance_ = now;
    limited_ = true;
    limit_ = static_cast<double>(options_.initial.toBitsPerSecond());
    return;
  }
  const double dt = (now - last_advance_).toSeconds();
  if (dt <= 0) return;
  last_advance_ = now;
  if (!limited_) return;
  if (!troubled_) {
    limit_ = grown(limit_, 5, dt);
  } else if (score_ < 0.5 && now - last_trouble_ > Duration::millis(700) && static_cast<double>(received_.toBitsPerSecond()) * 0.95 > limit_) {
    limit_ = static_cast<double>(received_.toBitsPerSecond()) * 0.95;  // what arrives, the link carries
  } else if (now >= hold_until_ && score_ < 0.5) {
    if (limit_ < 0.9 * failed_) limit_ = std::min(grown(limit_, 0.6, dt), 0.91 * failed_);
    else if (limit_ < 1.12 * failed_) limit_ = grown(limit_, 0.15, dt);
    else limit_ = std::max(limit_, std::min(grown(limit_, 1.0, dt), beyond(now)));
  }
  // Far above all that could be asked for, a limit says nothing any more.
  if (limit_ > 1.5 * static_cast<double>(demand.toBitsPerSecond()) + 1e6 && (!troubled_ || now - last_trouble_ > kCalm)) limited_ = false;
}

DownlinkEstimate DownlinkEstimator::estimate() const {
  DownlinkEstimate result;
  result.calm = !troubled_ || last_advance_ - last_trouble_ > kCalm || last_advance_ - below_at_ > kProof;
  if (!limited_) return result;
  result.rate = std::max(options_.minimum, DataRate::bitsPerSecond(static_cast<std::int64_t>(std::min(limit_, 1e12))));
  // Sure of what was measured under congestion, less so the further the limit has risen since.
  const double beyond = troubled_ && failed_ > 0 ? std::max(0.0, limit_ / failed_ - 0.9) : 1;
  result.confidence = static_cast<int>(900 - 400 * std::min(1.0, beyond));
  return result;
}

}  // namespace tessera::layers
