// SPDX-License-Identifier: Apache-2.0
// Frames and outcomes as they cross to JavaScript: offsets instead of views, values instead of results.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "wasm/video/frame.h"

namespace tessera::video {

// What came of a call. An empty code means it went well; otherwise an ErrorCode's spelling and a sentence.
struct Outcome {
  std::string code;
  std::string message;
};

// A frame in a buffer of the module's. Offsets and strides in bytes; unused planes are 0.
struct FrameDescription {
  PixelFormat format = PixelFormat::kI420;
  int width = 0;
  int height = 0;
  ColorMatrix matrix = ColorMatrix::kBt709;
  bool full_range = false;
  int rotation = 0;  // clockwise degrees: 0, 90, 180 or 270
  std::uint32_t offset0 = 0, stride0 = 0;
  std::uint32_t offset1 = 0, stride1 = 0;
  std::uint32_t offset2 = 0, stride2 = 0;
};

// Bytes in this module's memory; address 0 and size 0 mean there are none.
struct Bytes {
  std::uintptr_t address = 0;
  std::size_t size = 0;
};

// The largest frame or picture allowed, four bytes a pixel, with room for padded rows.
constexpr std::size_t kMostBytes = static_cast<std::size_t>(kMaxPixels) * 4 * 2;

Outcome outcomeOf(const Error& error);
Outcome outcomeOf(const Result<void>& result);
Bytes bytesOf(std::span<const std::uint8_t> span);
FrameLayout layoutOf(const FrameDescription& frame);
// 0, 90, 180 or 270.
bool isQuarterTurn(int degrees);

}  // namespace tessera::video
