// SPDX-License-Identifier: Apache-2.0
// Walks down the frame two rows at a time and lays the person over a blurred room, a picture or a colour.
#pragma once

#include <cstdint>
#include <vector>

#include "wasm/video/convert.h"
#include "wasm/video/frame.h"
#include "wasm/video/mask.h"
#include "wasm/video/soft_background.h"

namespace tessera::video {

// Light from the background on the person's outline: the stretched share of background around each pixel.
struct LightWrap {
  const SmallPlane* share = nullptr;  // Q6 of 0..255
  const SoftPicture* light = nullptr;
  std::uint8_t amount = 0;
};

class Compositor {
 public:
  // Allocates when the width grows, never otherwise.
  void prepare(int width);

  // `factor`: luma pixels that a sample of the mask's planes spans. `out` must not overlap `frame`.
  void overSoft(const I420View& frame, const GuidedMask& mask, int factor, const SoftPicture& room, const MutableI420View& out);
  void overPicture(const I420View& frame, const GuidedMask& mask, int factor, const I420View& picture, const LightWrap& wrap,
                   const MutableI420View& out);
  void overColor(const I420View& frame, const GuidedMask& mask, int factor, YuvColor color, const MutableI420View& out);

 private:
  // Stretches row `y` of the full picture out of `plane` into `out`.
  void stretched(const SmallPlane& plane, int factor, int y, std::int16_t* out, int count);
  void maskAt(const I420View& frame, const GuidedMask& mask, int factor, int y, std::uint8_t* out);
  // Computes the masks of luma rows y and y + 1 and of chroma row y / 2.
  void masksAt(const I420View& frame, const GuidedMask& mask, int factor, int y);

  std::vector<std::int16_t> mixed_;
  std::vector<std::int16_t> wide_a_;
  std::vector<std::int16_t> wide_b_;
  std::vector<std::uint8_t> mask_top_;
  std::vector<std::uint8_t> mask_bottom_;
  std::vector<std::uint8_t> mask_chroma_;
  std::vector<std::uint8_t> under_;
  std::vector<std::uint8_t> over_;
  std::vector<std::uint8_t> weight_;
};

}  // namespace tessera::video
