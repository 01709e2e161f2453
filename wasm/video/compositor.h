// SPDX-License-Identifier: Apache-2.0
// Walks down the frame two rows at a time and lays the person over what is behind, with all effects in one pass.
#pragma once

#include <cstdint>
#include <vector>

#include "wasm/video/composite.h"
#include "wasm/video/convert.h"
#include "wasm/video/frame.h"
#include "wasm/video/guided_mask.h"

namespace tessera::video {

// Everything that becomes one picture. What is null is left out. Small planes of the mask's grid span `factor` luma pixels
// a sample.
struct Scene {
  I420View frame;
  const GuidedMask* mask = nullptr;
  int factor = 2;                          // 2, 4 or 8
  float noise = 0.0f;                      // standard deviation of the luma's noise, 0..255
  const SoftPicture* contrast = nullptr;   // see PersonContrast
  const SmallPlane* lift = nullptr;        // on the mask's grid; see RowJob
  const SoftPicture* light = nullptr;      // what falls on the outline, with `share` on the mask's grid
  const SmallPlane* share = nullptr;
  std::uint8_t wrap = 0;
  Under under = Under::kColor;
  const SoftPicture* soft = nullptr;
  I420View picture;
  YuvColor color{16, 128, 128};
  bool transparent = false;
};

class Compositor {
 public:
  // Draws into `out`, of the frame's size, which must not overlap it. `alpha`, of that size too, gets the mask where the
  // scene is transparent. The mask of the frame before is remembered. Allocates when the size changes, never otherwise.
  void draw(const Scene& scene, const MutableI420View& out, MutablePlane alpha);

 private:
  // The mix of the two rows of a small plane that row y of the full picture lies between.
  class Stretcher {
   public:
    SoftRow at(const SmallPlane* plane, int factor, int y);

   private:
    std::vector<std::int16_t> mixed_;
  };

  void certaintyAt(const Scene& scene, int y, std::uint8_t* blocks);
  // Whole blocks of `mask` are written.
  void drawLuma(const Scene& scene, int y, const std::uint8_t* certainty, std::uint8_t* mask, std::uint8_t* out);

  Stretcher slope_;
  Stretcher offset_;
  Stretcher contrast_;
  Stretcher lift_;
  Stretcher light_;
  Stretcher share_;
  Stretcher soft_;
  // The whole mask, rows in whole blocks of chroma.
  std::vector<std::uint8_t> mask_;
  Resolution size_{};
  bool fresh_ = true;
  // Of two luma rows, the certainty of each block; and of the chroma blocks below them.
  std::vector<std::uint8_t> certainties_[2];
  std::vector<std::uint8_t> chroma_certainty_;
};

}  // namespace tessera::video
