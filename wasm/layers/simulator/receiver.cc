// SPDX-License-Identifier: Apache-2.0
// The way of a frame: from the SFU into the link, out of it, to the decoder.
#include "wasm/layers/simulator/receiver.h"

#include <algorithm>

namespace tessera::layers {
namespace {

constexpr int kGridRate = 30;  // frames a second of the grid on which all frames lie
constexpr std::int64_t kAudioBits = 800;  // of a packet, headers included: 40 kbit/s
constexpr std::int64_t kPacketBits = 9600;
constexpr Duration kAudioInterval = Duration::millis(20);
constexpr int kKeyFactor = 3;  // a keyframe is this many times as large as the frame it stands for
// A sender's keyframe after it was asked for.
constexpr Duration kKeyDelay = Duration::millis(60);

std::uint64_t mixed(std::uint64_t value) { return Random(value).next(); }

}  // namespace

Receiver::Receiver(PolicyKind kind, const SelectorOptions& options, Link link, Scene scene, std::uint64_t seed)
    : policy_(makePolicy(kind, options)), link_(std::move(link)), utility_(options.utility), seed_(seed) {
  audio_.audio = true;
  arrange(Timestamp(), std::move(scene));
}

void Receiver::arrange(Timestamp now, Scene scene) {
  std::vector<Stream> streams(scene.size());
  std::vector<Taken> taken(scene.size());
  for (std::size_t i = 0; i < scene.size(); ++i) {
    auto& layers = scene[i].source.layers;
    std::sort(layers.begin(), layers.end(), [](const Layer& a, const Layer& b) { return a.spatial != b.spatial ? a.spatial < b.spatial : a.temporal < b.temporal; });
    const auto old = std::find_if(scene_.begin(), scene_.end(), [&](const SceneSource& s) { return s.id == scene[i].id; });
    if (old != scene_.end() && old->source == scene[i].source) {
      const auto at = static_cast<std::size_t>(old - scene_.begin());
      streams[i] = streams_[at];
      taken[i] = taken_[at];
      continue;
    }
    streams[i].counters.id = scene[i].id;
    std::uint64_t hash = 0;
    for (const char c : scene[i].id) hash = hash * 131 + static_cast<unsigned char>(c);
    streams[i].phase = static_cast<double>(mixed(hash) % 1000) / 1000 / kGridRate;
    streams[i].next_frame = (now.toMicros() * kGridRate + 999'999) / 1'000'000;
  }
  // What is on its way to streams that moved is given up.
  bool moved = scene.size() != scene_.size();
  for (std::size_t i = 0; !moved && i < scene.size(); ++i) moved = scene[i].id != scene_[i].id;
  if (moved) std::erase_if(in_flight_, [](const Arrival& arrival) { return arrival.stream >= 0; });
  streams_ = std::move(streams);
  taken_ = std::move(taken);
  scene_ = std::move(scene);
  problem_ = problemOf(scene_, utility_);
  clairvoyant_rate_ = -1;
  policy_->arranged(now, scene_);
}

// Puts source i's frame number `frame` of the grid into the link, if it belongs to what is forwarded.
void Receiver::forward(std::size_t i, Timestamp at, std::int64_t frame) {
  Stream& stream = streams_[i];
  const auto layers = scene_[i].source.layers.size();
  if (stream.asked != stream.forwarding && at >= stream.asked_at) {
    const bool other_picture = stream.forwarding < 0 || (stream.asked >= 0 && layerOf(i, stream.asked).spatial != layerOf(i, stream.forwarding).spatial &&
                                                         scene_[i].source.switching == Switching::kKeyFrame);
    if (stream.asked < 0 || !other_picture) {
      stream.forwarding = stream.asked;
    } else if (!stream.awaiting_key) {
      stream.awaiting_key = true;
      stream.key_at = at + kKeyDelay;
    }
  }
  // A decoder that cannot go on asks again until a keyframe has come.
  if (stream.broken && !stream.awaiting_key && at - stream.key_at > Duration::millis(500)) {
    stream.awaiting_key = true;
    stream.key_at = at + kKeyDelay;
  }
  bool key = false;
  if (stream.awaiting_key && at >= stream.key_at) {
    Pick to = stream.asked >= 0 ? stream.asked : stream.forwarding;
    // A layer that is switched off at the sender comes when it is on again; the one below bridges the time.
    if (to >= 0 && (stream.sent >> layerOf(i, to).spatial & 1u) == 0) to = -2;
    if (to != -2) {
      stream.awaiting_key = false;
      stream.forwarding = to;
      key = to >= 0;
    }
  }
  if (stream.forwarding < 0 || static_cast<std::size_t>(stream.forwarding) >= layers) return;
  const Layer& layer = layerOf(i, stream.forwarding);
  if ((stream.sent >> layer.spatial & 1u) == 0) return;
  const std::int64_t every = std::max<std::int64_t>(1, kGridRate * 1000 / std::max<std::int64_t>(1, layer.frame_rate.toMillihertz()));
  if (!key && frame % every != 0) return;
  const std::int64_t average = layer.bitrate.toBitsPerSecond() * every / kGridRate;
  // Between 70 and 130 % of the average, the same for all who receive it.
  const auto noise = static_cast<std::int64_t>(mixed(static_cast<std::uint64_t>(frame) * 1315423911u + static_cast<std::uint64_t>(stream.phase * 1e9)) % 61) + 70;
  const std::int64_t bits = average * noise / 100 * (key ? kKeyFactor : 1);
  figures_.bits += bits;
  const Tile& tile = scene_[i].tile;
  const bool useful = tile.visible && taken_[i].layer >= 0;
  if (!useful) figures_.wasted += bits;
  // More pixels than the tile has: the share that is not seen.
  else if (layer.resolution.pixels() > tile.size.pixels()) figures_.wasted += bits - static_cast<std::int64_t>(static_cast<double>(bits) * static_cast<double>(tile.size.pixels()) / static_cast<double>(layer.resolution.pixels()));
  const auto delivery = link_.send(at, bits);
  if (!delivery) {
    if (useful) figures_.wasted += bits;
    const std::int64_t packets = bits / kPacketBits + 1;
    stream.counters.packets_lost += packets;
    stream.broken = true;
    stream.awaiting_key = true;
    // Noticed by the receiver with what comes next; the request goes back to the sender.
    stream.key_at = std::max(stream.key_at, at + link_.options().delay * 2 + kKeyDelay + link_.queueDelay(at));
    return;
  }
  Arrival arrival{delivery->begins, delivery->at, at, bits, 0, static_cast<std::int32_t>(i), stream.forwarding, key, false};
  if (delivery->lost) {
    stream.counters.packets_lost += 1;
    arrival.at = arrival.at + link_.options().delay * 2;  // sent again
  }
  in_flight_.push_back(arrival);
}

void Receiver::sendFrames(Timestamp from, Timestamp to) {
  frames_.clear();
  for (std::uint32_t i = 0; i < streams_.size(); ++i) {
    Stream& stream = streams_[i];
    if (stream.forwarding < 0 && stream.asked < 0 && !stream.awaiting_key) {
      stream.next_frame = (to.toMicros() * kGridRate) / 1'000'000;
      continue;
    }
    for (;; ++stream.next_frame) {
      const Timestamp at = Timestamp::micros(stream.next_frame * 1'000'000 / kGridRate + static_cast<std::int64_t>(stream.phase * 1e6));
      if (at >= to) break;
      if (at >= from) frames_.push_back({at, i});
    }
  }
  for (; next_audio_ < to; next_audio_ = next_audio_ + kAudioInterval) frames_.push_back({next_audio_, ~0u});
  std::sort(frames_.begin(), frames_.end());
  for (const Frame& frame : frames_) {
    if (frame.stream == ~0u) {
      figures_.bits += kAudioBits;
      if (const auto delivery = link_.send(frame.at, kAudioBits); delivery && !delivery->lost) {
        in_flight_.push_back({delivery->begins, delivery->at, frame.at, kAudioBits, 0, -1, 0, false, false});
      } else {
        audio_.packets_lost += 1;
      }
      continue;
    }
    const auto index = static_cast<std::int64_t>((static_cast<double>(frame.at.toMicros()) / 1e6 - streams_[frame.stream].phase) * kGridRate + 0.5);
    forward(frame.stream, frame.at, index);
  }
}

// Counts the packets of a frame up to its bit number `until`.
void Receiver::receiveBits(Arrival& arrival, std::int64_t until) {
  bits_now_ += until - arrival.counted;
  if (arrival.stream >= 0) {
    StreamSample& counters = streams_[static_cast<std::size_t>(arrival.stream)].counters;
    counters.packets_received += (until + kPacketBits - 1) / kPacketBits - (arrival.counted + kPacketBits - 1) / kPacketBits;
    counters.bytes_received += (until - arrival.counted) / 8;
  }
  arrival.counted = until;
}

void Receiver::arrive(Arrival& arrival) {
  const double transit = (arrival.at - arrival.sent).toSeconds();
  receiveBits(arrival, arrival.bits);
  if (arrival.stream < 0) {
    audio_.packets_received += 1;
    audio_.bytes_received += arrival.bits / 8;
    audio_jitter_ += ((transit > audio_transit_ ? transit - audio_transit_ : audio_transit_ - transit) - audio_jitter_) / 16;
    audio_transit_ = transit;
    return;
  }
  Stream& stream = streams_[static_cast<std::size_t>(arrival.stream)];
  StreamSample& counters = stream.counters;
  counters.frames_received += 1;
  // RFC 3550, 6.4.1.
  stream.jitter += ((transit > stream.last_transit ? transit - stream.last_transit : stream.last_transit - transit) - stream.jitter) / 16;
  stream.last_transit = transit;
  if (arrival.key) stream.broken = false;
  if (stream.broken) {
    figures_.wasted += arrival.bits;
    return;
  }
  const Layer& layer = layerOf(static_cast<std::size_t>(arrival.stream), arrival.layer);
  counters.frames_decoded += 1;
  counters.resolution = layer.resolution;
  counters.decode_time = counters.decode_time + Duration::micros(layer.resolution.pixels() * 4 / 1000);
  const Duration gap = arrival.at - stream.last_shown;
  if (stream.shown >= 0 && gap > Duration::micros(1'000'000'000 / layer.frame_rate.toMillihertz()) * 3 + Duration::millis(150)) counters.freezes += 1;
  stream.shown = arrival.layer;
  stream.last_shown = arrival.at;
}

void Receiver::step(Timestamp now) {
  bits_now_ = 0;
  sendFrames(now - kTick, now);
  for (std::size_t i = 0; i < in_flight_.size();) {
    if (in_flight_[i].at > now) {
      Arrival& arrival = in_flight_[i];
      if (arrival.begins < now && arrival.stream >= 0) {
        const double share = (now - arrival.begins).toSeconds() / (arrival.at - arrival.begins).toSeconds();
        receiveBits(arrival, static_cast<std::int64_t>(static_cast<double>(arrival.bits) * share));
      }
      // What was sent again is late; all else is in order.
      if (++i > 64) break;
      continue;
    }
    arrive(in_flight_[i]);
    in_flight_.erase(in_flight_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  decide(now);
  account(now);
}

int Receiver::shown(std::size_t i) const {
  const Stream& stream = streams_[i];
  if (stream.shown < 0) return -2;
  return stream.moving && !stream.frozen ? stream.shown : -1;
}

}  // namespace tessera::layers
