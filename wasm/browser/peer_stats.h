// SPDX-License-Identifier: Apache-2.0
// One connection's RTCStatsReport boiled down to what a person or a quality meter wants to know.

#pragma once

#include <emscripten/val.h>

#include <map>
#include <string>

#include "wasm/browser/quality.h"

namespace tessera::browser {

// Keeps the previous report's counters, so that rates are those of the time between two digests.
class PeerStats {
 public:
  struct Digest {
    // {candidatePair, transport, outbound, inbound}, as described by PeerDiagnostics in the package's types.
    emscripten::val details;
    QualitySample quality;  // `connected` is left to the caller
  };

  // `report`: an RTCStatsReport.
  Digest digest(const emscripten::val& report);

 private:
  struct Counters {
    double timestamp_ms = 0;
    double bytes = 0;
    double packets = 0;
    double lost = 0;
    double frozen_s = 0;
  };
  struct Deltas {
    double seconds = 0;
    double bits_per_second = 0;
    double loss = 0;
    double frozen_s = 0;
  };

  Deltas advance(const std::string& id, const Counters& now);

  std::map<std::string, Counters> previous_;
};

}  // namespace tessera::browser
