// SPDX-License-Identifier: Apache-2.0
// What a receiver decides at a tick, and what it is counted for.
#include <algorithm>

#include "wasm/layers/simulator/receiver.h"

namespace tessera::layers {
namespace {

constexpr Duration kOverloaded = Duration::millis(250);
constexpr double kRecovered = 0.9;

}  // namespace

void Receiver::decide(Timestamp now) {
  samples_.clear();
  audio_.jitter = Duration::micros(static_cast<std::int64_t>(audio_jitter_ * 1e6));
  samples_.push_back(audio_);
  for (Stream& stream : streams_) {
    stream.counters.jitter = Duration::micros(static_cast<std::int64_t>(stream.jitter * 1e6));
    samples_.push_back(stream.counters);
  }
  chosen_.clear();
  const std::vector<Taken> before = taken_;
  policy_->decide(now, samples_, taken_);
  changed_ = false;
  for (std::size_t i = 0; i < taken_.size(); ++i) {
    Stream& stream = streams_[i];
    // A still's short fetching is no switch, and does not move.
    const bool moves = taken_[i].layer >= 0 && !taken_[i].still;
    if (moves && !stream.moving) stream.moving_since = now;
    const auto spatial = [&](const Taken& taken) { return taken.still || taken.layer < 0 ? -1 : layerOf(i, taken.layer).spatial; };
    if (spatial(before[i]) != spatial(taken_[i])) ++figures_.switches;
    stream.moving = moves;
    if (before[i].layer == taken_[i].layer) continue;
    changed_ = true;
    stream.asked = taken_[i].layer;
    stream.asked_at = now + link_.options().delay;
    stream.awaiting_key = false;
  }
}

// The best that the link could carry at this moment, without delay, prices or doubt.
double Receiver::clairvoyant(Timestamp now) {
  const std::int64_t rate = link_.trace().rateAt(now).toBitsPerSecond() - SelectorOptions().audio.toBitsPerSecond();
  if (rate == clairvoyant_rate_) return clairvoyant_now_;
  clairvoyant_rate_ = rate;
  chosen_.assign(scene_.size(), 0);
  allocator_.solve(problem_.problem(), std::max<std::int64_t>(0, rate), -1, chosen_);
  double sum = 0;
  for (std::size_t i = 0; i < scene_.size(); ++i) sum += static_cast<double>(problem_.options[problem_.first[i] + chosen_[i]].utility);
  return sum;
}

void Receiver::account(Timestamp now) {
  const double dt = kTick.toSeconds();
  double utility = 0;
  double stalled = 0;
  double shares = 0;
  double squares = 0;
  int visible = 0;
  for (std::size_t i = 0; i < scene_.size(); ++i) {
    Stream& stream = streams_[i];
    const SceneSource& source = scene_[i];
    if (!source.tile.visible) continue;
    ++visible;
    double worth = 0;
    stream.frozen = true;
    if (stream.shown >= 0) {
      const Layer& layer = layerOf(i, stream.shown);
      const Duration interval = Duration::micros(1'000'000'000 / layer.frame_rate.toMillihertz());
      stream.frozen = now - stream.last_shown > std::max(interval * 3, Duration::millis(250)) + kTick;
      worth = static_cast<double>(stream.moving && !stream.frozen ? utilityOf(utility_, source.tile, source.source.content, layer)
                                                                  : utilityOfStill(utility_, source.tile, source.source.content, layer));
    }
    // The first picture has a second to come.
    if (stream.moving && stream.frozen && now - stream.moving_since > Duration::seconds(1)) {
      stalled += 1;
      if (source.tile.pinned) figures_.worst_freeze = std::max(figures_.worst_freeze, (now - std::max(stream.last_shown, stream.moving_since)).toSeconds());
    }
    utility += worth;
    const double perfect = static_cast<double>(utilityOfPerfection(utility_, source.tile, source.source.content));
    const double share = perfect > 0 ? worth / perfect : 0;
    shares += share;
    squares += share * share;
  }
  utility_now_ = utility;
  clairvoyant_now_ = clairvoyant(now);
  figures_.utility += utility * dt;
  figures_.clairvoyant += clairvoyant_now_ * dt;
  figures_.seconds += dt;
  if (visible > 0) figures_.stall += stalled / visible * dt;
  if (visible > 0 && squares > 0) figures_.fairness += shares * shares / (visible * squares) * dt;
  if (link_.queueDelay(now) > kOverloaded) figures_.overload += dt;

  const bool dead = link_.trace().rateAt(now) < DataRate::kilobitsPerSecond(30);
  if (dead) recovering_ = false;
  if (out_ && !dead) {
    recovering_ = true;
    out_ended_ = now;
  }
  out_ = dead;
  const double since = (now - out_ended_).toSeconds();
  if (recovering_ && (utility >= kRecovered * clairvoyant_now_ || since >= 30)) {
    recovering_ = false;
    figures_.recovery += since;
    ++figures_.outages;
  }
}

}  // namespace tessera::layers
