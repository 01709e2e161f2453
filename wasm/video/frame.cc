// SPDX-License-Identifier: Apache-2.0
// Sizes, layouts and bounds checks of video frames.
#include "wasm/video/frame.h"

#include <string>

#include "wasm/video/video_error.h"

namespace tessera::video {
namespace {

struct PlaneExtent {
  std::size_t row_bytes;
  std::size_t rows;
};

PlaneExtent planeExtent(PixelFormat format, Resolution size, int plane) {
  const auto width = static_cast<std::size_t>(size.width);
  const auto height = static_cast<std::size_t>(size.height);
  if (isPacked(format)) return {width * 4, height};
  if (plane == 0) return {width, height};
  const std::size_t chroma_width = (width + 1) / 2;
  return {format == PixelFormat::kNv12 ? chroma_width * 2 : chroma_width, (height + 1) / 2};
}

template <typename T>
BasicI420<T> viewOf(T* base, const FrameLayout& layout) {
  const int width = layout.size.width;
  const int height = layout.size.height;
  const auto plane = [&](int index, int plane_width, int plane_height) {
    const PlaneLayout& at = layout.planes[static_cast<std::size_t>(index)];
    return BasicPlane<T>{base + at.offset, plane_width, plane_height, static_cast<std::ptrdiff_t>(at.stride)};
  };
  return {plane(0, width, height), plane(1, halfUp(width), halfUp(height)), plane(2, halfUp(width), halfUp(height)),
          layout.color};
}

}  // namespace

int planeCount(PixelFormat format) {
  if (format == PixelFormat::kI420) return 3;
  return format == PixelFormat::kNv12 ? 2 : 1;
}

bool isPacked(PixelFormat format) { return format != PixelFormat::kI420 && format != PixelFormat::kNv12; }

Result<void> validateSize(Resolution size) {
  if (size.width < 1 || size.height < 1 || size.width > kMaxDimension || size.height > kMaxDimension ||
      static_cast<std::int64_t>(size.width) * size.height > kMaxPixels) {
    return frameInvalid("frame size must be 1 to 8192 pixels a side and at most 16777216 pixels in all");
  }
  return {};
}

std::size_t packedFrameSize(PixelFormat format, Resolution size) {
  if (!validateSize(size).hasValue()) return 0;
  std::size_t total = 0;
  for (int plane = 0; plane < planeCount(format); ++plane) {
    const PlaneExtent extent = planeExtent(format, size, plane);
    total += extent.row_bytes * extent.rows;
  }
  return total;
}

FrameLayout packedLayout(PixelFormat format, Resolution size) {
  FrameLayout layout;
  layout.format = format;
  layout.size = size;
  std::size_t offset = 0;
  for (int plane = 0; plane < planeCount(format); ++plane) {
    const PlaneExtent extent = planeExtent(format, size, plane);
    layout.planes[static_cast<std::size_t>(plane)] = {offset, extent.row_bytes};
    offset += extent.row_bytes * extent.rows;
  }
  return layout;
}

Result<void> validateLayout(const FrameLayout& layout, std::size_t buffer_size) {
  if (auto size = validateSize(layout.size); !size.hasValue()) return size;
  for (int plane = 0; plane < planeCount(layout.format); ++plane) {
    const PlaneExtent extent = planeExtent(layout.format, layout.size, plane);
    const PlaneLayout& at = layout.planes[static_cast<std::size_t>(plane)];
    if (at.stride < extent.row_bytes) return frameInvalid("a plane's stride is shorter than its rows");
    if (at.offset > buffer_size || extent.row_bytes > buffer_size - at.offset) {
      return frameInvalid("a plane lies outside the buffer");
    }
    const std::size_t room = buffer_size - at.offset - extent.row_bytes;
    if (extent.rows > 1 && at.stride > room / (extent.rows - 1)) {
      return frameInvalid("a plane lies outside the buffer");
    }
  }
  return {};
}

I420View i420View(std::span<const std::uint8_t> buffer, const FrameLayout& layout) {
  return viewOf<const std::uint8_t>(buffer.data(), layout);
}

MutableI420View mutableI420View(std::span<std::uint8_t> buffer, const FrameLayout& layout) {
  return viewOf<std::uint8_t>(buffer.data(), layout);
}

}  // namespace tessera::video
