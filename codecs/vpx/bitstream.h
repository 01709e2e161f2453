// SPDX-License-Identifier: Apache-2.0
// What a VP8 or VP9 frame says of itself before it is decoded, and VP9's superframes (the format's Annex B).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "codecs/vpx/video_types.h"
#include "wasm/base/result.h"

namespace tessera::vpx {

struct FrameHeader {
  bool is_key = false;
  Resolution resolution;  // of a keyframe; empty otherwise
};

// Reads the uncompressed header (RFC 6386 section 9.1; VP9 section 6.2). Of a superframe, its first frame's.
// Errors: kInvalidMessage for bytes that are no frame, kUnsupported for more than 8 bits or other than 4:2:0, kTooLarge above kMaxDimension.
Result<FrameHeader> inspectFrame(VideoCodec codec, std::span<const std::uint8_t> bytes);

// Joins the layer frames of one VP9 picture, lowest first, into one superframe. One frame alone is returned as it is.
std::vector<std::uint8_t> joinSuperframe(std::span<const std::span<const std::uint8_t>> frames);

// The frames in a VP9 superframe, or the bytes themselves when they have no index. Errors: kInvalidMessage for an index that does not fit.
Result<std::vector<std::span<const std::uint8_t>>> splitSuperframe(std::span<const std::uint8_t> bytes);

}  // namespace tessera::vpx
