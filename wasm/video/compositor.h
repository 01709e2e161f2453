// SPDX-License-Identifier: Apache-2.0
// Walks down the frame two rows at a time and lays the person over what is behind, with all effects in one pass.
#pragma once

#include <cstdint>
#include <vector>

#include "wasm/video/composite.h"
#include "wasm/video/convert.h"
#include "wasm/video/frame.h"
#include "wasm/video/guided_mask.h"
#include "wasm/video/stretched_lines.h"

namespace tessera::video {

// Everything that becomes one picture. What is null is left out. Small planes of the mask's grid span `factor` luma pixels
// a sample.
struct Scene {
  I420View frame;
  const GuidedMask* mask = nullptr;
  int factor = 4;                          // 4 or 8
  float noise = 0.0f;                      // standard deviation of the luma's noise, 0..255
  const SoftPicture* contrast = nullptr;   // see PersonContrast; on the mask's grid
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
  // Draws into `out`, of the frame's size, which may be the frame itself but not overlap it otherwise. `alpha`, of that size
  // too, gets the mask where the scene is transparent. The mask of the frame before is remembered. Allocates when the size
  // changes, never otherwise.
  void draw(const Scene& scene, const MutableI420View& out, MutablePlane alpha);

 private:
  // The rows between the same two small rows are a band: certainty is the same for all of them.
  struct Band {
    int first = -1;  // the upper of those rows
    // One Certainty a block, and one more that is neutral behind the last.
    std::vector<std::uint8_t> certainty;
    std::vector<Run> runs;
  };
  void enterBand(const Scene& scene, int y);
  void drawLuma(const Scene& scene, int y, std::uint8_t* out);
  // One of u and v, by the members of I420View and SoftPicture and what belongs to them.
  struct Chroma {
    Plane I420View::*plane;
    SmallPlane SoftPicture::*part;
    std::uint8_t YuvColor::*color;
    PixelLines* soft_lines;
    ValueLines* contrast_lines;
  };
  void drawChroma(const Scene& scene, const Chroma& which, int y, std::uint8_t* out);
  std::uint8_t* maskRow(int y) { return mask_.data() + stride_ * static_cast<std::size_t>(y); }

  ValueLines slope_;
  ValueLines offset_;
  ValueLines contrast_y_;
  ValueLines contrast_u_;
  ValueLines contrast_v_;
  PixelLines soft_y_;
  PixelLines soft_u_;
  PixelLines soft_v_;
  // The whole mask, rows in whole blocks of chroma.
  std::vector<std::uint8_t> mask_;
  // Of each band's blocks, what the mask is known to hold in all of their rows: a Certainty.
  std::vector<std::uint8_t> known_;
  std::size_t stride_ = 0;
  Resolution size_{};
  bool fresh_ = true;
  Band band_;
  // Of the chroma blocks below two luma rows.
  Band chroma_band_;
  // Where the frame is drawn into itself: two rows of luma as they were.
  std::vector<std::uint8_t> kept_[2];
};

}  // namespace tessera::video
