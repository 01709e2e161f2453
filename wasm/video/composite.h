// SPDX-License-Identifier: Apache-2.0
// The kernel that draws: one row of one plane, person over background with all its effects, in one pass over the pixels.
#pragma once

#include <cstdint>
#include <span>

#include "wasm/video/stretch.h"
#include "wasm/video/stretched_lines.h"

namespace tessera::video {

// What lies behind the person.
enum class Under : std::uint8_t {
  kFrame,  // the frame itself: the room stays
  kSoft,   // `soft`
  kRow,    // `picture`
  kColor,  // `color`
};

// Neighbouring blocks of sixteen pixels, of equal Certainty: in kPerson blocks the frame is shown (lit), in kRoom blocks what
// is behind; the rest is mixed.
struct Run {
  std::int16_t first;
  std::int16_t end;  // behind the last
  std::uint8_t certainty;
  bool settled;  // luma: the mask is known to hold what the certainty says, all 255 or all 0
};

// Everything a row needs. Pixels are handled in blocks of sixteen; the last one may be cut short, and nothing is read or
// written behind `count` in frame, above, below, picture and out.
struct RowJob {
  const std::uint8_t* frame = nullptr;
  std::uint8_t* out = nullptr;  // does not overlap frame, or is the same
  int count = 0;
  bool luma = true;
  std::span<const Run> runs;  // all blocks, from left to right

  // Luma: the mask is clamp(sharpen(slope * guide + offset)), 0..255, where guide is the luma freed of some noise: the rows
  // above and below count half as much as this one, and then the pixels left and right (of the block). slope Q11; offset Q3 of 0..255; sharpening pushes values
  // away from 127.5 by 1 + kSharpen / 32768. `mask` holds this row's mask of the frame before, whole blocks of it, and gets
  // the new one: the old, moved only as far that it is within |slope| * slack >> 15 (at most 48) of what the formula gives, which keeps
  // the sensor's noise out. Slope, offset and contrast are ValueLines', soft PixelLines'.
  const std::uint8_t* above = nullptr;
  const std::uint8_t* below = nullptr;
  Line slope;
  Line offset;
  std::int16_t slack = 0;
  std::uint8_t* mask = nullptr;
  // Chroma: the mask is the mean of 2 x 2 of these, of which there are 32 a block.
  const std::uint8_t* mask_top = nullptr;
  const std::uint8_t* mask_bottom = nullptr;

  // Person minus room, Q6 (see PersonContrast): pixels get (255 - mask) / 256 of it added.
  Line contrast;
  // Lifts the person's luma by amount * 2 * (luma - black) * (white - luma) / (white - black), amount Q15, and chroma away
  // from 128 by half the amount.
  SoftRow lift;
  std::uint8_t black = 16;
  std::uint8_t white = 235;
  // The background's light on the person, Q6: luma takes what it is brighter, chroma mixes, by share (Q6 of 0..255) times
  // wrap / 255.
  SoftRow light;
  SoftRow share;
  std::uint8_t wrap = 0;

  Under under = Under::kColor;
  Line soft;
  const std::uint8_t* picture = nullptr;
  std::uint8_t color = 0;
  // The mask is to be the frame's alpha: colour counts fully from a quarter of it on, and fades to `color` below.
  bool transparent = false;
};

constexpr std::int16_t kSharpen = 19660;

void drawRow(const RowJob& job);

}  // namespace tessera::video
