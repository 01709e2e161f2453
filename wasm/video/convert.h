// SPDX-License-Identifier: Apache-2.0
// Conversion of camera formats to I420, and of I420 samples to RGB coefficients, for BT.601 and BT.709 in both ranges.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "wasm/video/frame.h"

namespace tessera::video {

// RGB -> YCbCr in 8-bit fixed point: each component is (r * R + g * G + b * B + 128) >> 8, plus its offset.
// The coefficients keep every intermediate within 16 bits; results are within 2 of the exact values.
struct RgbToYuv {
  std::int16_t y[3];
  std::int16_t u[3];
  std::int16_t v[3];
  std::int16_t y_offset;
};
RgbToYuv rgbToYuv(ColorSpace color);

// YCbCr (0..255 each) -> RGB in 0..1: rgb[i] = y * y_gain + u * u_gain[i] + v * v_gain[i] + bias[i], not clamped.
struct YuvToRgb {
  float y_gain;
  float u_gain[3];
  float v_gain[3];
  float bias[3];
};
YuvToRgb yuvToRgb(ColorSpace color);

struct YuvColor {
  std::uint8_t y;
  std::uint8_t u;
  std::uint8_t v;
};
YuvColor yuvOf(std::uint8_t red, std::uint8_t green, std::uint8_t blue, ColorSpace color);

// `packed` holds four bytes a pixel (width in pixels is out.y.width; stride in bytes); `blue_first` for BGRA and BGRX.
// Chroma is the mean of each 2x2 block (of what there is of it at odd edges). The fourth byte is ignored.
// Uses out.color as the target colour space.
void packedToI420(Plane packed, bool blue_first, const MutableI420View& out);

// The frame that lies in `bytes`, which the layout must be valid for, as I420: what is I420 already stays where it is, the
// rest is written into `converted`. Packed pixels become layout.color. Allocates when `converted` has to grow.
I420View toI420(std::span<const std::uint8_t> bytes, const FrameLayout& layout, std::vector<std::uint8_t>& converted);

// Converts in place from frame.color to another colour space, within 2 of the exact values.
void recolor(const MutableI420View& frame, ColorSpace to);

// Splits interleaved chroma (rows of 2 * u.width bytes) into two planes.
void splitChroma(Plane interleaved, MutablePlane u, MutablePlane v);

}  // namespace tessera::video
