// SPDX-License-Identifier: Apache-2.0
// Views of video frames in memory: what a plane, a frame layout and an I420 frame are, and their validation.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "wasm/base/result.h"
#include "wasm/base/units.h"

namespace tessera::video {

// Pixel formats with the names and layouts of WebCodecs' VideoPixelFormat, section 9.8.
// kI420: Y, U, V planes. kNv12: Y, interleaved UV. The packed ones: four bytes a pixel, one plane; X bytes are ignored.
enum class PixelFormat : std::uint8_t { kI420, kNv12, kRgba, kRgbx, kBgra, kBgrx };
enum class ColorMatrix : std::uint8_t { kBt601, kBt709 };
enum class ColorRange : std::uint8_t { kLimited, kFull };

struct ColorSpace {
  ColorMatrix matrix = ColorMatrix::kBt709;
  ColorRange range = ColorRange::kLimited;
  bool operator==(const ColorSpace&) const = default;
};

// Clockwise degrees to turn the stored picture so that it stands upright.
enum class Rotation : std::uint16_t { k0 = 0, k90 = 90, k180 = 180, k270 = 270 };

constexpr int kMaxDimension = 8192;                    // pixels, either side
constexpr std::int64_t kMaxPixels = 4096LL * 4096LL;   // width * height

// A rectangle of samples owned by someone else, who outlives the view. `stride` is in samples, >= width.
template <typename T>
struct BasicPlane {
  T* data = nullptr;
  int width = 0;
  int height = 0;
  std::ptrdiff_t stride = 0;

  T* row(int y) const { return data + y * stride; }
  operator BasicPlane<const T>() const { return {data, width, height, stride}; }
};
using Plane = BasicPlane<const std::uint8_t>;
using MutablePlane = BasicPlane<std::uint8_t>;

// Chroma planes hold (width + 1) / 2 by (height + 1) / 2 samples.
template <typename T>
struct BasicI420 {
  BasicPlane<T> y;
  BasicPlane<T> u;
  BasicPlane<T> v;
  ColorSpace color;

  operator BasicI420<const T>() const { return {y, u, v, color}; }
};
using I420View = BasicI420<const std::uint8_t>;
using MutableI420View = BasicI420<std::uint8_t>;

constexpr int halfUp(int n) { return (n + 1) / 2; }

// Where one plane starts in its buffer and how far apart its rows are, in bytes.
struct PlaneLayout {
  std::size_t offset = 0;
  std::size_t stride = 0;
  bool operator==(const PlaneLayout&) const = default;
};

// How a frame lies in one buffer. Only the first planeCount(format) planes are read.
struct FrameLayout {
  PixelFormat format = PixelFormat::kI420;
  Resolution size{};
  ColorSpace color;
  Rotation rotation = Rotation::k0;
  std::array<PlaneLayout, 3> planes{};
};

int planeCount(PixelFormat format);
bool isPacked(PixelFormat format);

// Bytes of a tightly packed frame; 0 when `size` is not a valid frame size.
std::size_t packedFrameSize(PixelFormat format, Resolution size);
// The layout of a tightly packed frame. `size` must be valid.
FrameLayout packedLayout(PixelFormat format, Resolution size);

Result<void> validateSize(Resolution size);
// Every plane must lie wholly within `buffer_size` bytes, with rows at least as far apart as they are long.
Result<void> validateLayout(const FrameLayout& layout, std::size_t buffer_size);

// Views into `buffer`; the layout must be valid for it and of format kI420 (kNv12: only y is meaningful).
I420View i420View(std::span<const std::uint8_t> buffer, const FrameLayout& layout);
MutableI420View mutableI420View(std::span<std::uint8_t> buffer, const FrameLayout& layout);

}  // namespace tessera::video
