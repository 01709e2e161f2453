// SPDX-License-Identifier: Apache-2.0
// Colour conversion against exact arithmetic and against a plain loop.
#include <catch2/catch_test_macros.hpp>
#include <algorithm>
#include <cmath>

#include "random_pixels.h"
#include "wasm/video/convert.h"

using namespace tessera;
using namespace tessera::video;

namespace {

struct Exact {
  double y, u, v;
};

// BT.601 and BT.709 as their recommendations define them.
Exact exactYuv(double r, double g, double b, ColorSpace color) {
  const double kr = color.matrix == ColorMatrix::kBt601 ? 0.299 : 0.2126;
  const double kb = color.matrix == ColorMatrix::kBt601 ? 0.114 : 0.0722;
  const double y = kr * r + (1 - kr - kb) * g + kb * b;
  const double u = (b - y) / (2 * (1 - kb));
  const double v = (r - y) / (2 * (1 - kr));
  if (color.range == ColorRange::kFull) return {y, u + 128, v + 128};
  return {16 + y * 219 / 255, 128 + u * 224 / 255, 128 + v * 224 / 255};
}

const ColorSpace kSpaces[] = {{ColorMatrix::kBt601, ColorRange::kLimited},
                              {ColorMatrix::kBt601, ColorRange::kFull},
                              {ColorMatrix::kBt709, ColorRange::kLimited},
                              {ColorMatrix::kBt709, ColorRange::kFull}};

}  // namespace

TEST_CASE("single colours are within 2 of the exact conversion, and grey has no colour", "[video][convert]") {
  for (const ColorSpace color : kSpaces) {
    for (int r = 0; r <= 255; r += 15) {
      for (int g = 0; g <= 255; g += 15) {
        for (int b = 0; b <= 255; b += 15) {
          const YuvColor got = yuvOf(static_cast<std::uint8_t>(r), static_cast<std::uint8_t>(g), static_cast<std::uint8_t>(b), color);
          const Exact want = exactYuv(r, g, b, color);
          REQUIRE(std::fabs(got.y - std::clamp(want.y, 0.0, 255.0)) <= 2.0);
          REQUIRE(std::fabs(got.u - std::clamp(want.u, 0.0, 255.0)) <= 2.0);
          REQUIRE(std::fabs(got.v - std::clamp(want.v, 0.0, 255.0)) <= 2.0);
          if (r == g && g == b) {
            REQUIRE(got.u == 128);
            REQUIRE(got.v == 128);
          }
        }
      }
    }
  }
}

TEST_CASE("YCbCr to RGB undoes RGB to YCbCr", "[video][convert]") {
  for (const ColorSpace color : kSpaces) {
    const YuvToRgb m = yuvToRgb(color);
    for (int i = 0; i < 512; ++i) {
      const double rgb[3] = {(i % 8) * 255.0 / 7, (i / 8 % 8) * 255.0 / 7, (i / 64) * 255.0 / 7};
      const Exact yuv = exactYuv(rgb[0], rgb[1], rgb[2], color);
      for (int c = 0; c < 3; ++c) {
        const double back = yuv.y * m.y_gain + yuv.u * m.u_gain[c] + yuv.v * m.v_gain[c] + m.bias[c];
        REQUIRE(std::fabs(back - rgb[c] / 255.0) < 1e-4);
      }
    }
  }
}

TEST_CASE("packed pixels become I420 as pixel by pixel, at every size, stride and channel order", "[video][convert]") {
  test::Noise noise(3);
  for (const ColorSpace color : kSpaces) {
    for (const bool blue_first : {false, true}) {
      for (const Resolution size : {Resolution{1, 1}, {2, 2}, {3, 5}, {16, 2}, {17, 3}, {31, 4}, {32, 33}, {65, 7}}) {
        const int stride = size.width * 4 + noise.between(0, 9);
        const auto packed = noise.bytes(static_cast<std::size_t>(stride * size.height));
        FrameLayout layout = packedLayout(PixelFormat::kI420, size);
        layout.color = color;
        std::vector<std::uint8_t> out(packedFrameSize(PixelFormat::kI420, size));
        packedToI420({packed.data(), size.width * 4, size.height, stride}, blue_first, mutableI420View(out, layout));
        const I420View view = i420View(out, layout);
        const auto pixel = [&](int x, int y) { return packed.data() + y * stride + 4 * x; };
        const int red = blue_first ? 2 : 0;
        for (int y = 0; y < size.height; ++y) {
          for (int x = 0; x < size.width; ++x) {
            const std::uint8_t* p = pixel(x, y);
            REQUIRE(view.y.row(y)[x] == yuvOf(p[red], p[1], p[2 - red], color).y);
          }
        }
        for (int y = 0; y < view.u.height; ++y) {
          for (int x = 0; x < view.u.width; ++x) {
            int sum[3] = {};
            for (const int py : {2 * y, std::min(2 * y + 1, size.height - 1)}) {
              for (const int px : {2 * x, std::min(2 * x + 1, size.width - 1)}) {
                const std::uint8_t* p = pixel(px, py);
                sum[0] += p[red];
                sum[1] += p[1];
                sum[2] += p[2 - red];
              }
            }
            const auto mean = [&](int c) { return static_cast<std::uint8_t>((sum[c] + 2) / 4); };
            const YuvColor want = yuvOf(mean(0), mean(1), mean(2), color);
            REQUIRE(view.u.row(y)[x] == want.u);
            REQUIRE(view.v.row(y)[x] == want.v);
          }
        }
      }
    }
  }
}

TEST_CASE("interleaved chroma is split at every width", "[video][convert]") {
  test::Noise noise(4);
  for (int width = 1; width < 50; ++width) {
    const int stride = 2 * width + 3;
    const auto mixed = noise.bytes(static_cast<std::size_t>(stride * 3));
    std::vector<std::uint8_t> u(static_cast<std::size_t>(width * 3));
    std::vector<std::uint8_t> v(u.size());
    splitChroma({mixed.data(), 2 * width, 3, stride}, {u.data(), width, 3, width}, {v.data(), width, 3, width});
    for (int y = 0; y < 3; ++y) {
      for (int x = 0; x < width; ++x) {
        REQUIRE(u[static_cast<std::size_t>(y * width + x)] == mixed[static_cast<std::size_t>(y * stride + 2 * x)]);
        REQUIRE(v[static_cast<std::size_t>(y * width + x)] == mixed[static_cast<std::size_t>(y * stride + 2 * x + 1)]);
      }
    }
  }
}

TEST_CASE("recolouring keeps what is seen, from every colour space to every other", "[video][convert]") {
  const ColorSpace spaces[] = {{ColorMatrix::kBt601, ColorRange::kLimited}, {ColorMatrix::kBt601, ColorRange::kFull},
                               {ColorMatrix::kBt709, ColorRange::kLimited}, {ColorMatrix::kBt709, ColorRange::kFull}};
  const std::uint8_t colors[][3] = {{0, 0, 0}, {255, 255, 255}, {200, 30, 60}, {20, 180, 90}, {40, 60, 220}, {128, 128, 128}, {250, 220, 10}};
  for (const ColorSpace from : spaces) {
    for (const ColorSpace to : spaces) {
      for (const auto& rgb : colors) {
        const YuvColor in = yuvOf(rgb[0], rgb[1], rgb[2], from);
        const YuvColor want = yuvOf(rgb[0], rgb[1], rgb[2], to);
        // 3 x 3: odd sides, so that chroma is shared unevenly.
        std::vector<std::uint8_t> bytes(9 + 4 + 4);
        MutableI420View frame = mutableI420View(bytes, packedLayout(PixelFormat::kI420, {3, 3}));
        std::fill_n(bytes.begin(), 9, in.y);
        std::fill_n(bytes.begin() + 9, 4, in.u);
        std::fill_n(bytes.begin() + 13, 4, in.v);
        frame.color = from;
        recolor(frame, to);
        // Two roundings of yuvOf and one of recolor.
        for (int i = 0; i < 17; ++i) {
          const int expected = i < 9 ? want.y : i < 13 ? want.u : want.v;
          REQUIRE(std::abs(bytes[static_cast<std::size_t>(i)] - expected) <= 4);
        }
      }
    }
  }
}
