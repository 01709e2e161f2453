// SPDX-License-Identifier: Apache-2.0
// Who decides in the simulator: our selector, the rules of others over time, and solving anew every second.
#pragma once

#include <memory>
#include <span>

#include "wasm/layers/estimator.h"
#include "wasm/layers/selector.h"
#include "wasm/layers/simulator/rules.h"

namespace tessera::layers {

enum class PolicyKind : std::uint8_t { kTessera, kResolve, kLiveKit, kJitsi, kMediasoup, kJanus };
inline constexpr int kPolicies = 6;

constexpr std::string_view toString(PolicyKind kind) {
  switch (kind) {
    case PolicyKind::kTessera: return "tessera";
    case PolicyKind::kResolve: return "resolve";
    case PolicyKind::kLiveKit: return "livekit";
    case PolicyKind::kJitsi: return "jitsi";
    case PolicyKind::kMediasoup: return "mediasoup";
    case PolicyKind::kJanus: return "janus";
  }
  return "janus";
}

// What is taken of a source.
struct Taken {
  Pick layer = -1;     // its place in the source's layers, -1: nothing
  bool still = false;  // a frame is meant to stay on screen

  bool operator==(const Taken&) const = default;
};

class Policy {
 public:
  virtual ~Policy() = default;
  // The receiver's tiles, or what is sent, have changed.
  virtual void arranged(Timestamp now, const Scene& scene) = 0;
  // Every 100 ms: the statistics that a browser would have, and what is taken until now; writes what to take from now on.
  virtual void decide(Timestamp now, std::span<const StreamSample> samples, std::span<Taken> taken) = 0;
  virtual DownlinkEstimate estimate() const = 0;
};

// Layers of every source in `scene` have to be in rising order of (spatial, temporal).
std::unique_ptr<Policy> makePolicy(PolicyKind kind, const SelectorOptions& options = {});

}  // namespace tessera::layers
