// SPDX-License-Identifier: Apache-2.0
// Makes a smaller I420 picture, for simulcast.
#pragma once

#include <span>

#include "codecs/vpx/video_types.h"

namespace tessera::vpx {

// Halves the picture in each direction; every sample is the rounded mean of the (up to) four it stands for.
// `out` must hold i420Size of the halved resolution, which is rounded down to even numbers of luma samples.
void halve(const I420View& picture, std::span<std::uint8_t> out);

constexpr Resolution halved(Resolution r) { return {(r.width / 2) & ~1, (r.height / 2) & ~1}; }

}  // namespace tessera::vpx
