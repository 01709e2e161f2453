// SPDX-License-Identifier: Apache-2.0
// Scales planes with a cubic filter, for pictures that are looked at: sharp when enlarging, without jagged edges when shrinking.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "wasm/video/frame.h"
#include "wasm/video/zoom.h"

namespace tessera::video {

constexpr int kTaps = 8;

// What one output sample is made of: the weights, Q14 with a sum of exactly 16384, of the kTaps input samples from `first`
// on; those that reach over an edge repeat its sample.
struct Tap {
  int first = 0;
  std::array<std::int16_t, kTaps> weights{};
};

// The taps of `count` outputs spread evenly over [start, start + extent) of an axis of `limit` samples: Catmull-Rom with
// centred samples, stretched where it shrinks. extent / count must be at most 2.
void tabulate(int limit, float start, float extent, int count, std::vector<Tap>& taps);

class Resampler {
 public:
  // Fills `out` with `rect` of `in`: columns first, then rows, each rounded to whole values and kept within 0..255. `rect`
  // must lie within `in`. Where it shrinks by more than 2 it is halved by box means first, as often as needed. Allocates
  // when a size grows, never otherwise.
  void run(Plane in, SourceRect rect, MutablePlane out);
  // The same rectangle, given in luma samples, of all planes of a frame.
  void run(const I420View& in, SourceRect rect, const MutableI420View& out);

 private:
  // What tabulate() gave for the latest sizes: tiles of a grid all ask for the same.
  class Tables {
   public:
    // Valid until the next call.
    const std::vector<Tap>& get(int limit, float start, float extent, int count);

   private:
    struct Table {
      int limit = 0;
      float start = 0;
      float extent = 0;
      int count = 0;
      std::vector<Tap> taps;
    };
    std::array<Table, 8> tables_;
    std::size_t next_ = 0;
  };
  void mixRows(Plane in, const Tap& tap, int from, int to);
  void mixColumns(const std::vector<Tap>& across, std::uint8_t* out, int count);

  Tables across_;
  Tables down_;
  std::vector<std::uint8_t> row_;
  Halving halving_;
};

}  // namespace tessera::video
