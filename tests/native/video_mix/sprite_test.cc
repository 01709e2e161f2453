// SPDX-License-Identifier: Apache-2.0
// Blending to the value, and sprites that are clipped wherever they stick out.
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>

#include "../video/random_pixels.h"
#include "reference.h"
#include "wasm/video/convert.h"
#include "wasm/video/mix/sprite.h"

using namespace tessera;
using namespace tessera::video;

TEST_CASE("a blended row is the rounded mean, at any length", "[video][mix]") {
  test::Noise noise(21);
  for (int count = 0; count <= 70; ++count) {
    const auto size = static_cast<std::size_t>(count);
    const auto over = noise.bytes(size);
    const auto alpha = noise.bytes(size);
    const auto before = noise.bytes(size);
    auto out = before;
    blendRow(over.data(), alpha.data(), out.data(), count);
    for (std::size_t i = 0; i < size; ++i) {
      REQUIRE(out[i] == (over[i] * alpha[i] + before[i] * (255 - alpha[i]) + 127) / 255);
    }
  }
}

TEST_CASE("a sprite colours what its alpha says inside its clip, and nothing else", "[video][mix]") {
  test::Noise noise(22);
  constexpr Resolution kFrame{64, 48};
  const FrameLayout layout = packedLayout(PixelFormat::kI420, kFrame);
  for (int i = 0; i < 60; ++i) {
    const Resolution size{noise.between(1, 40), noise.between(1, 30)};
    auto rgba = noise.bytes(static_cast<std::size_t>(size.pixels() * 4));
    // One colour, so that chroma is known everywhere.
    for (std::size_t k = 0; k < rgba.size(); k += 4) rgba[k] = 250, rgba[k + 1] = 30, rgba[k + 2] = 60;
    Sprite sprite;
    sprite.set(rgba, size, layout.color);
    REQUIRE(sprite.size() == size);
    const int x = noise.between(-10, 30) * 2;
    const int y = noise.between(-8, 22) * 2;
    const Rect clip{noise.between(0, 8) * 2, noise.between(0, 8) * 2, noise.between(1, 20) * 2, noise.between(1, 14) * 2};
    const auto before = noise.bytes(packedFrameSize(PixelFormat::kI420, kFrame));
    auto bytes = before;
    const MutableI420View frame = mutableI420View(bytes, layout);
    const I420View old = i420View(before, layout);
    sprite.draw(frame, x, y, clip);
    const YuvColor color = yuvOf(250, 30, 60, layout.color);
    for (int py = 0; py < kFrame.height; ++py) {
      for (int px = 0; px < kFrame.width; ++px) {
        const bool inside = px >= clip.x && px < clip.x + clip.width && py >= clip.y && py < clip.y + clip.height && px >= x &&
                            px < x + size.width && py >= y && py < y + size.height;
        const int alpha = inside ? rgba[static_cast<std::size_t>(((py - y) * size.width + px - x) * 4 + 3)] : 0;
        const double exact = (color.y * alpha + old.y.row(py)[px] * (255 - alpha)) / 255.0;
        REQUIRE(std::abs(frame.y.row(py)[px] - exact) <= 2.0);
        if (!inside) REQUIRE(frame.y.row(py)[px] == old.y.row(py)[px]);
      }
    }
    for (int py = 0; py < kFrame.height / 2; ++py) {
      for (int px = 0; px < kFrame.width / 2; ++px) {
        const bool outside = 2 * px < clip.x || 2 * px >= clip.x + clip.width || 2 * py < clip.y || 2 * py >= clip.y + clip.height ||
                             2 * px < x || 2 * px >= x + size.width || 2 * py < y || 2 * py >= y + size.height;
        if (outside) REQUIRE(frame.v.row(py)[px] == old.v.row(py)[px]);
      }
    }
  }
  Sprite none;
  none.set({}, {4, 4}, layout.color);
  CHECK(none.empty());
}
