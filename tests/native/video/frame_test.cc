// SPDX-License-Identifier: Apache-2.0
// Frame layouts: what is accepted, and that everything outside the buffer is refused.
#include <catch2/catch_test_macros.hpp>
#include <limits>

#include "random_pixels.h"
#include "wasm/video/frame.h"

using namespace tessera;
using namespace tessera::video;

TEST_CASE("packed frames have the sizes of the formats, odd sides rounded up for chroma", "[video][frame]") {
  CHECK(packedFrameSize(PixelFormat::kI420, {4, 4}) == 24);
  CHECK(packedFrameSize(PixelFormat::kI420, {5, 3}) == 15 + 2 * 6);
  CHECK(packedFrameSize(PixelFormat::kNv12, {5, 3}) == 15 + 12);
  CHECK(packedFrameSize(PixelFormat::kBgrx, {5, 3}) == 60);
  CHECK(packedFrameSize(PixelFormat::kI420, {1, 1}) == 3);
  CHECK(packedFrameSize(PixelFormat::kI420, {0, 4}) == 0);
  CHECK(packedFrameSize(PixelFormat::kI420, {-4, 4}) == 0);
  CHECK(packedFrameSize(PixelFormat::kI420, {8192, 8192}) == 0);
  CHECK(packedFrameSize(PixelFormat::kI420, {std::numeric_limits<int>::max(), 2}) == 0);
}

TEST_CASE("a packed layout fits its size exactly and one byte less is refused", "[video][frame]") {
  for (const PixelFormat format : {PixelFormat::kI420, PixelFormat::kNv12, PixelFormat::kRgba, PixelFormat::kBgra}) {
    for (const Resolution size : {Resolution{1, 1}, {2, 2}, {7, 5}, {640, 360}, {1279, 719}}) {
      const FrameLayout layout = packedLayout(format, size);
      const std::size_t bytes = packedFrameSize(format, size);
      CHECK(validateLayout(layout, bytes).hasValue());
      const auto refused = validateLayout(layout, bytes - 1);
      REQUIRE_FALSE(refused.hasValue());
      CHECK(refused.error().code == ErrorCode::kInvalidArgument);
    }
  }
}

TEST_CASE("strides shorter than rows, and planes past the end, are refused without overflow", "[video][frame]") {
  FrameLayout layout = packedLayout(PixelFormat::kI420, {16, 16});
  const std::size_t bytes = packedFrameSize(PixelFormat::kI420, {16, 16});
  layout.planes[0].stride = 15;
  CHECK_FALSE(validateLayout(layout, bytes).hasValue());
  layout = packedLayout(PixelFormat::kI420, {16, 16});
  layout.planes[1].stride = 7;
  CHECK_FALSE(validateLayout(layout, bytes).hasValue());
  for (const std::size_t huge : {std::numeric_limits<std::size_t>::max(), std::numeric_limits<std::size_t>::max() / 8, bytes}) {
    layout = packedLayout(PixelFormat::kI420, {16, 16});
    layout.planes[2].offset = huge;
    CHECK_FALSE(validateLayout(layout, bytes).hasValue());
    layout = packedLayout(PixelFormat::kI420, {16, 16});
    layout.planes[0].stride = huge;
    CHECK_FALSE(validateLayout(layout, bytes).hasValue());
  }
}

TEST_CASE("an accepted layout never reaches outside its buffer", "[video][frame]") {
  test::Noise noise(7);
  int accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    FrameLayout layout;
    layout.format = static_cast<PixelFormat>(noise.between(0, 5));
    layout.size = {noise.between(-1, 9), noise.between(-1, 9)};
    for (PlaneLayout& plane : layout.planes) {
      plane = {static_cast<std::size_t>(noise.between(0, 60)), static_cast<std::size_t>(noise.between(0, 45))};
    }
    const std::size_t bytes = static_cast<std::size_t>(noise.between(0, 400));
    if (!validateLayout(layout, bytes).hasValue()) continue;
    ++accepted;
    for (int plane = 0; plane < planeCount(layout.format); ++plane) {
      const bool chroma = plane > 0;
      const int rows = chroma ? halfUp(layout.size.height) : layout.size.height;
      const int across = chroma ? halfUp(layout.size.width) : layout.size.width;
      const int sample = isPacked(layout.format) ? 4 : chroma && layout.format == PixelFormat::kNv12 ? 2 : 1;
      const PlaneLayout& at = layout.planes[static_cast<std::size_t>(plane)];
      const std::size_t end = at.offset + at.stride * static_cast<std::size_t>(rows - 1) + static_cast<std::size_t>(across * sample);
      REQUIRE(end <= bytes);
    }
  }
  CHECK(accepted > 200);
}
