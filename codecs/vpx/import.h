// SPDX-License-Identifier: Apache-2.0
// Brings pictures in the formats that browsers hand out into I420.
#pragma once

#include <cstdint>
#include <span>

#include "codecs/vpx/video_types.h"

namespace tessera::vpx {

enum class PixelFormat : std::uint8_t { kI420, kNv12, kRgba, kBgra };

// Bytes of a tightly packed picture: I420 and NV12 as i420Size, RGBA and BGRA 4 a pixel (the fourth is ignored).
std::size_t pictureSize(PixelFormat format, Resolution resolution);

// Converts a tightly packed picture to packed I420. RGB becomes limited-range BT.601. `in` must be pictureSize long,
// `out` i420Size; they must not overlap. I420 is copied.
void toI420(PixelFormat format, std::span<const std::uint8_t> in, Resolution resolution, std::span<std::uint8_t> out);

}  // namespace tessera::vpx
