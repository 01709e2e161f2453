// SPDX-License-Identifier: Apache-2.0
// Fits a mask to the picture's own edges, and knows where it is sure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "wasm/video/quads.h"
#include "wasm/video/small_plane.h"

namespace tessera::video {

// What a place of the picture is for certain, whatever its luma: bits, so that joining places is a bitwise or.
enum Certainty : std::uint8_t { kPerson = 1, kRoom = 2, kUnsure = kPerson | kRoom };

// Within every small window the mask is written as slope * luma + offset (He, Sun, Tang: Guided image filtering, 2013), on a
// small grid; the slopes and offsets, stretched to full size and applied to the full-size luma, give a mask with the
// picture's own, crisp edges.
class GuidedMask {
 public:
  // Window half-width in samples of the small grid, and the luma variance (on 0..1) below which an edge is no edge.
  static constexpr float kRadius = 1.15f;
  static constexpr float kEpsilon = 4e-4f;
  // Slopes are Q11 and offsets Q3 of 0..255, both limited to +-8 in mask units: see maskOf in composite.cc.
  static constexpr float kLimit = 7.99f;
  // A mask below the first is none of the person, above the second wholly the person, once sharpened.
  static constexpr float kSureRoom = 0.18f;
  static constexpr float kSurePerson = 0.82f;

  // `picture` holds (luma 0..255, ...); `mask` has one value in 0..1 for each of its pixels.
  // Allocates when the size changed, never otherwise.
  void run(const QuadImage& picture, std::span<const float> mask);

  const SmallPlane& slope() const { return slope_; }
  const SmallPlane& offset() const { return offset_; }
  // The fitted mask on the small grid, 0..1, width * height.
  std::span<const float> small() const { return std::span(small_).first(count_); }
  // The Certainty of each sample, padded like a SmallPlane, and of equal stride.
  const std::uint8_t* certaintyRow(int y) const { return certainty_.data() + static_cast<std::ptrdiff_t>(y) * slope_.stride + 1; }
  // From here on sample (x, y) counts as unsure if it was the person: something is to be drawn on it.
  void touch(int x, int y);
  // Call after the last touch.
  void finishCertainty();

 private:
  void finishRow(const float* picture, const float* means, int y);

  BoxRows first_;
  BoxRows second_;
  QuadImage row_;
  SmallPlane slope_;
  SmallPlane offset_;
  std::size_t count_ = 0;
  std::vector<float> mask_row_;
  std::vector<float> small_;
  std::vector<std::uint8_t> certainty_;
};

}  // namespace tessera::video
