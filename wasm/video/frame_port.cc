// SPDX-License-Identifier: Apache-2.0
// Descriptions become layouts, spans addresses, errors plain values.
#include "wasm/video/frame_port.h"

namespace tessera::video {

Outcome outcomeOf(const Error& error) { return {std::string(toString(error.code)), error.message}; }
Outcome outcomeOf(const Result<void>& result) { return result.hasValue() ? Outcome{} : outcomeOf(result.error()); }

Bytes bytesOf(std::span<const std::uint8_t> span) {
  return span.empty() ? Bytes{} : Bytes{reinterpret_cast<std::uintptr_t>(span.data()), span.size()};
}

FrameLayout layoutOf(const FrameDescription& frame) {
  FrameLayout layout;
  layout.format = frame.format;
  layout.size = {frame.width, frame.height};
  layout.color = {frame.matrix, frame.full_range ? ColorRange::kFull : ColorRange::kLimited};
  layout.rotation = static_cast<Rotation>(frame.rotation);
  layout.planes = {PlaneLayout{frame.offset0, frame.stride0}, PlaneLayout{frame.offset1, frame.stride1},
                   PlaneLayout{frame.offset2, frame.stride2}};
  return layout;
}

bool isQuarterTurn(int degrees) { return degrees == 0 || degrees == 90 || degrees == 180 || degrees == 270; }

}  // namespace tessera::video
