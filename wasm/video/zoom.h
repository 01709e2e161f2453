// SPDX-License-Identifier: Apache-2.0
// Fast bilinear scaling of a rectangle of a frame, for every frame of a film or of a moving crop.
#pragma once

#include <cstdint>
#include <vector>

#include "wasm/video/frame.h"

namespace tessera::video {

// A rectangle of an input plane, in samples; may lie between samples.
struct SourceRect {
  float x = 0;
  float y = 0;
  float width = 0;
  float height = 0;
};

// What scaling by more than 2 begins with.
class Halving {
 public:
  // Halves `in` and `rect` by box means, as often as it takes until `rect` shrinks to width x height by at most 2. `in` then
  // lies in here, if anything was to be done. Allocates when a size grows, never otherwise.
  void run(Plane& in, SourceRect& rect, int width, int height);

 private:
  std::vector<std::uint8_t> reduced_[2];
};

class Zoom {
 public:
  // Fills `out` with `rect` of `in`, bilinear with centred samples in steps of 1/128, each result within 1.5 of the exact
  // one. `rect` must lie within `in`. Where it shrinks by more than 2 it is halved first, as often as needed. Allocates when a size grows, never otherwise.
  void run(Plane in, SourceRect rect, MutablePlane out);
  // The same rectangle, given in luma samples, of all planes of a frame.
  void run(const I420View& in, SourceRect rect, const MutableI420View& out);

 private:
  // For eight neighbouring outputs: the first input sample, and for each output its left neighbour counted from that.
  struct Group {
    std::uint8_t left[16];
    std::uint16_t weight[8];  // of the right neighbour, of 128
    int first;
  };
  void tabulate(int limit, float start, float step, int count);
  void mixRow(const std::uint8_t* top, const std::uint8_t* bottom, int weight, int from, int to);

  std::vector<Group> groups_;
  std::vector<std::uint8_t> row_;
  Halving halving_;
};

}  // namespace tessera::video
