// SPDX-License-Identifier: Apache-2.0
// What the video encoder and decoder share: codecs and views of pictures.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "wasm/base/units.h"

namespace tessera::vpx {

enum class VideoCodec : std::uint8_t { kVp8, kVp9 };

// The largest width and height that is encoded or decoded; the codecs allow more, memory does not.
inline constexpr int kMaxDimension = 4096;

// A picture in I420: 8 bits, planes Y, U, V; U and V have ceil(width/2) x ceil(height/2) samples. Does not own its samples.
struct I420View {
  Resolution resolution;
  std::array<const std::uint8_t*, 3> planes{};
  std::array<int, 3> strides{};  // bytes from a row to the next, at least the row's samples
};

constexpr int chromaSize(int luma) { return (luma + 1) / 2; }

// Bytes of a tightly packed I420 picture.
constexpr std::size_t i420Size(Resolution resolution) {
  const auto chroma = static_cast<std::size_t>(chromaSize(resolution.width)) * static_cast<std::size_t>(chromaSize(resolution.height));
  return static_cast<std::size_t>(resolution.pixels()) + 2 * chroma;
}

// A view of a tightly packed I420 picture. `bytes` must be i420Size(resolution) long and outlive the view.
inline I420View packedI420(std::span<const std::uint8_t> bytes, Resolution resolution) {
  const int chroma_width = chromaSize(resolution.width);
  const std::uint8_t* u = bytes.data() + resolution.pixels();
  const std::uint8_t* v = u + static_cast<std::ptrdiff_t>(chroma_width) * chromaSize(resolution.height);
  return {resolution, {bytes.data(), u, v}, {resolution.width, chroma_width, chroma_width}};
}

}  // namespace tessera::vpx
