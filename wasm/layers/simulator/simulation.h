// SPDX-License-Identifier: Apache-2.0
// A room in the simulator: senders who send only what somebody takes, an SFU, and receivers behind links of their own.
//
// Frames, packets, their arrivals and losses are events, taken in the order of their times; policies are asked every
// 100 ms, as a page that polls getStats would be. The same seeds give the same run on every platform.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "wasm/layers/demand.h"
#include "wasm/layers/simulator/receiver.h"

namespace tessera::layers {

class Simulation {
 public:
  explicit Simulation(SelectorOptions options = {}, LinkOptions link = {}) : options_(options), link_(link) {}

  // Gives its index. Sources with the same id in several receivers' scenes are the same sender.
  std::size_t addReceiver(PolicyKind kind, Trace trace, Scene scene, std::uint64_t seed);
  // New tiles for a receiver, from the next tick on.
  void arrange(std::size_t receiver, Scene scene);
  // Lets one tick pass.
  void step();
  void run(Duration d);

  Timestamp now() const { return now_; }
  std::size_t size() const { return receivers_.size(); }
  Receiver& receiver(std::size_t i) { return *receivers_[i]; }
  // The share of all offered layers that the senders encode at present.
  double encodedShare() const;

 private:
  struct Sender {
    SenderDemand demand;
    unsigned sent = 0;                 // spatial layers that arrive at the SFU
    std::vector<Timestamp> comes_at;   // of each that was switched on just now
    int layers = 1;
  };
  void ask(std::size_t receiver);
  void senders();

  SelectorOptions options_;
  LinkOptions link_;
  Timestamp now_;
  std::vector<std::unique_ptr<Receiver>> receivers_;
  std::vector<std::vector<Sender*>> sources_;  // of each receiver
  std::map<std::string, std::unique_ptr<Sender>> senders_;
};

// Things that happen in a call: somebody else speaks, a tile is pinned or let go, the window is divided differently, a tile
// is scrolled out of view. One every few seconds, the same for the same seed.
class Script {
 public:
  Script(Scene scene, std::uint64_t seed, Resolution window = {1920, 1080});
  const Scene& scene() const { return scene_; }
  // True: something happened up to `now`.
  bool advance(Timestamp now);

 private:
  Scene scene_;
  Random random_;
  Resolution window_;
  Timestamp next_;
};

}  // namespace tessera::layers
