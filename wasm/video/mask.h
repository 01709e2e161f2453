// SPDX-License-Identifier: Apache-2.0
// What becomes of the model's mask: steadied over time where nothing moves, then fitted to the edges of the picture.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "wasm/video/quads.h"

namespace tessera::video {

// Steadies masks over time on the model's grid. Where the picture stands still, a pixel follows its old value, the more
// so the less sure the model is; where the picture moves (a local maximum of the luma's change), or where the model has
// surely changed its mind, it takes the new one. So still edges do not shimmer and moving hands leave no ghost.
class TemporalMask {
 public:
  // Forgets the past; the next mask is taken as it is. Allocates.
  void reset(Resolution size);
  // `rgb` is the model's input (3 floats a pixel), `mask` its fresh output in 0..1, both of the size given to reset.
  // Never allocates.
  void update(std::span<const float> rgb, std::span<const float> mask);
  // The steadied mask, valid after the first update.
  std::span<const float> values() const { return values_; }

 private:
  Resolution size_{};
  bool fresh_ = true;
  std::vector<float> values_;
  std::vector<float> luma_;
  std::vector<float> change_;
  std::vector<float> motion_;
};

// A small plane of fixed-point samples that is stretched over the picture later: one sample of padding on the left and
// sixteen on the right of each row, holding copies of the edge samples once finishEdges has run.
struct SmallPlane {
  std::vector<std::int16_t> data;
  int width = 0;
  int height = 0;
  int stride = 0;

  void resize(int new_width, int new_height);
  void finishEdges();
  std::int16_t* row(int y) { return data.data() + static_cast<std::ptrdiff_t>(y) * stride + 1; }
  const std::int16_t* row(int y) const { return data.data() + static_cast<std::ptrdiff_t>(y) * stride + 1; }
};

// Fits a mask to the picture's own edges: within every small window the mask is written as slope * luma + offset
// (He, Sun, Tang: Guided image filtering, 2013), on a small grid; the slopes and offsets, stretched to full size and
// applied to the full-size luma, give a mask with the picture's own, crisp edges.
class GuidedMask {
 public:
  // Window half-width in samples of the small grid, and the luma variance (on 0..1) below which an edge is no edge.
  static constexpr float kRadius = 3.0f;
  static constexpr float kEpsilon = 4e-4f;
  // Slopes are Q11 and offsets Q3 of 0..255, both limited to +-8 in mask units: see maskRow.
  static constexpr float kLimit = 7.99f;

  // `picture` holds (luma 0..255, ...); `mask` has one value in 0..1 for each of its pixels.
  // Allocates when the size changed, never otherwise.
  void run(const QuadImage& picture, std::span<const float> mask);

  const SmallPlane& slope() const { return slope_; }
  const SmallPlane& offset() const { return offset_; }
  // The fitted mask on the small grid, 0..1, width * height.
  std::span<const float> small() const { return small_; }

 private:
  void takeAsIs(const QuadImage& picture, std::span<const float> mask);

  BoxFilter box_;
  QuadImage moments_;
  QuadImage means_;
  SmallPlane slope_;
  SmallPlane offset_;
  std::vector<float> small_;
};

}  // namespace tessera::video
