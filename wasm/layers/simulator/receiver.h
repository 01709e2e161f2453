// SPDX-License-Identifier: Apache-2.0
// One receiver in the simulator: the SFU's forwarding to it, its link, its decoders' view, its statistics and its figures.
#pragma once

#include <deque>
#include <memory>

#include "wasm/layers/simulator/link.h"
#include "wasm/layers/simulator/policy.h"

namespace tessera::layers {

inline constexpr Duration kTick = Duration::millis(100);

// Sums over a run; see Simulation::summary() for what is made of them.
struct Figures {
  double utility = 0;        // seconds of utility that was seen, millionths
  double clairvoyant = 0;    // the same for one who knows the link and pays for nothing
  double seconds = 0;
  double stall = 0;          // seconds in which a tile that was meant to move stood still, averaged over the tiles
  double overload = 0;       // seconds in which the queue was longer than 250 ms
  std::int64_t switches = 0;  // of a spatial layer, or between video and none
  std::int64_t bits = 0;     // that went into the link
  std::int64_t wasted = 0;   // of these: dropped, undecodable, more than the tile can show, or for nobody
  double fairness = 0;       // Jain's index over the tiles' shares of what they could be, summed over seconds
  double recovery = 0;       // seconds until 90 % of the clairvoyant's utility after an outage, summed
  int outages = 0;
  double worst_freeze = 0;   // seconds: the longest that a pinned tile stood still
};

class Receiver {
 public:
  Receiver(PolicyKind kind, const SelectorOptions& options, Link link, Scene scene, std::uint64_t seed);

  // New tiles, or new offers; sources are told apart by their id.
  void arrange(Timestamp now, Scene scene);
  // One tick that ends at `now`: frames are sent and arrive, the policy decides, the figures are added up.
  void step(Timestamp now);

  const Scene& scene() const { return scene_; }
  const std::vector<Taken>& taken() const { return taken_; }
  // Whether `taken()` changed in the last step.
  bool changed() const { return changed_; }
  const Figures& figures() const { return figures_; }
  // Of the last step: utility seen, the clairvoyant's, millionths; bits that arrived in it.
  double utilityNow() const { return utility_now_; }
  double clairvoyantNow() const { return clairvoyant_now_; }
  std::int64_t bitsNow() const { return bits_now_; }
  // What tile i shows: the place of the layer, -1 a still, -2 nothing.
  int shown(std::size_t i) const;
  DownlinkEstimate estimate() const { return policy_->estimate(); }
  Link& link() { return link_; }
  // A layer of source `i` that is not sent is not forwarded: bit n says that the spatial layer n is.
  void setSent(std::size_t i, unsigned spatial_mask) { streams_[i].sent = spatial_mask; }

 private:
  struct Stream {
    StreamSample counters;
    Pick forwarding = -1;       // what the SFU forwards
    Pick asked = -1;            // what the receiver asked for
    Timestamp asked_at;         // when the request reaches the SFU
    bool awaiting_key = false;  // the next frame of the asked layer will be a keyframe, from `key_at` on
    Timestamp key_at;
    bool broken = false;        // a frame is missing: nothing decodes until a keyframe
    std::int64_t next_frame = 0;  // index on the source's full-rate grid
    double phase = 0;
    unsigned sent = ~0u;
    Pick shown = -2;            // what the decoder gave last; -2 nothing yet
    Timestamp last_shown;
    Timestamp last_arrival;
    double last_transit = 0;
    double jitter = 0;
    bool frozen = false;
    bool moving = false;        // meant to move
    Timestamp moving_since;
  };
  struct Frame {
    Timestamp at;
    std::uint32_t stream;
    bool operator<(const Frame& other) const { return at != other.at ? at < other.at : stream < other.stream; }
  };
  struct Arrival {
    Timestamp begins, at, sent;
    std::int64_t bits;
    std::int64_t counted;  // of these, what has arrived by now
    std::int32_t stream;  // -1: audio
    Pick layer;
    bool key, lost;
  };

  const Layer& layerOf(std::size_t i, Pick pick) const { return scene_[i].source.layers[static_cast<std::size_t>(pick)]; }
  void sendFrames(Timestamp from, Timestamp to);
  void forward(std::size_t i, Timestamp at, std::int64_t frame);
  void receiveBits(Arrival& arrival, std::int64_t until);
  void arrive(Arrival& arrival);
  void decide(Timestamp now);
  void account(Timestamp now);
  double clairvoyant(Timestamp now);

  std::unique_ptr<Policy> policy_;
  Link link_;
  Scene scene_;
  std::vector<Stream> streams_;
  std::vector<Taken> taken_;
  StreamSample audio_;
  double audio_transit_ = 0, audio_jitter_ = 0;
  Timestamp next_audio_;
  std::deque<Arrival> in_flight_;
  std::vector<Frame> frames_;
  std::vector<StreamSample> samples_;
  UtilityOptions utility_;
  Allocator allocator_;
  SceneProblem problem_;
  std::vector<std::uint8_t> chosen_;
  std::uint64_t seed_;
  bool changed_ = false;
  Figures figures_;
  double utility_now_ = 0, clairvoyant_now_ = 0;
  std::int64_t clairvoyant_rate_ = -1;  // at which clairvoyant_now_ holds; -1: it does not
  std::int64_t bits_now_ = 0;
  bool out_ = false;           // the link is dead at present
  Timestamp out_ended_;
  bool recovering_ = false;
};

}  // namespace tessera::layers
