// SPDX-License-Identifier: Apache-2.0
// Scaling and turning against plain definitions.
#include <catch2/catch_test_macros.hpp>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "random_pixels.h"
#include "wasm/video/scale.h"
#include "wasm/video/zoom.h"

using namespace tessera;
using namespace tessera::video;

namespace {

Plane planeOf(const std::vector<std::uint8_t>& bytes, int width, int height) { return {bytes.data(), width, height, width}; }
MutablePlane planeOf(std::vector<std::uint8_t>& bytes, int width, int height) { return {bytes.data(), width, height, width}; }
std::vector<std::uint8_t> room(int width, int height) { return std::vector<std::uint8_t>(static_cast<std::size_t>(width * height)); }

}  // namespace

TEST_CASE("box reduction is the rounded mean of each block, cut off at the edges", "[video][scale]") {
  test::Noise noise(5);
  for (const int factor : {1, 2, 4, 8}) {
    for (const Resolution size : {Resolution{1, 1}, {7, 3}, {16, 16}, {64, 8}, {65, 9}, {127, 33}, {200, 24}}) {
      const int stride = size.width + noise.between(0, 5);
      const auto in = noise.bytes(static_cast<std::size_t>(stride * size.height));
      const int width = (size.width + factor - 1) / factor;
      const int height = (size.height + factor - 1) / factor;
      auto out = room(width, height);
      reducePlane({in.data(), size.width, size.height, stride}, factor, planeOf(out, width, height));
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          int sum = 0;
          int count = 0;
          for (int sy = y * factor; sy < std::min((y + 1) * factor, size.height); ++sy) {
            for (int sx = x * factor; sx < std::min((x + 1) * factor, size.width); ++sx, ++count) {
              sum += in[static_cast<std::size_t>(sy * stride + sx)];
            }
          }
          REQUIRE(out[static_cast<std::size_t>(y * width + x)] == (sum + count / 2) / count);
        }
      }
    }
  }
}

TEST_CASE("zooming is bilinear with centred samples, whatever the rectangle, and reads no further than the plane", "[video][scale]") {
  test::Noise noise(6);
  Zoom zoom;
  for (const Resolution from : {Resolution{1, 1}, {2, 3}, {17, 9}, {40, 31}, {131, 20}}) {
    // Of exactly this size: a sanitizer sees every sample read behind it.
    const auto in = noise.bytes(static_cast<std::size_t>(from.pixels()));
    for (const Resolution to : {Resolution{1, 1}, {3, 2}, {16, 16}, {33, 5}, {90, 40}}) {
      for (const bool whole : {true, false}) {
        const auto width = static_cast<float>(from.width);
        const auto height = static_cast<float>(from.height);
        const SourceRect rect = whole ? SourceRect{0, 0, width, height} : SourceRect{width * 0.13f, height * 0.31f, width * 0.8f, height * 0.55f};
        // Larger steps are halved first; that is tested by means.
        if (rect.width > 2.0f * static_cast<float>(to.width) || rect.height > 2.0f * static_cast<float>(to.height)) continue;
        auto out = room(to.width, to.height);
        zoom.run(planeOf(in, from.width, from.height), rect, planeOf(out, to.width, to.height));
        for (int y = 0; y < to.height; ++y) {
          for (int x = 0; x < to.width; ++x) {
            const double px = std::clamp<double>(rect.x + (x + 0.5) * rect.width / to.width - 0.5, 0, from.width - 1);
            const double py = std::clamp<double>(rect.y + (y + 0.5) * rect.height / to.height - 0.5, 0, from.height - 1);
            const int left = static_cast<int>(px);
            const int top = static_cast<int>(py);
            const auto at = [&](int i, int j) { return static_cast<double>(in[static_cast<std::size_t>(std::min(j, from.height - 1) * from.width + std::min(i, from.width - 1))]); };
            const double upper = at(left, top) + (at(left + 1, top) - at(left, top)) * (px - left);
            const double lower = at(left, top + 1) + (at(left + 1, top + 1) - at(left, top + 1)) * (px - left);
            // Half a step of 1/128 of a range of 255 in each direction, and two roundings.
            REQUIRE(std::fabs(out[static_cast<std::size_t>(y * to.width + x)] - (upper + (lower - upper) * (py - top))) <= 3.1);
          }
        }
      }
    }
  }
}

TEST_CASE("zooming to the same size copies, and shrinking keeps the mean", "[video][scale]") {
  test::Noise noise(8);
  Zoom zoom;
  const auto in = noise.bytes(120 * 80);
  auto same = room(120, 80);
  zoom.run(planeOf(in, 120, 80), {0, 0, 120, 80}, planeOf(same, 120, 80));
  CHECK(same == in);
  auto out = room(30, 20);
  zoom.run(planeOf(in, 120, 80), {0, 0, 120, 80}, planeOf(out, 30, 20));
  const double before = std::accumulate(in.begin(), in.end(), 0.0) / static_cast<double>(in.size());
  const double after = std::accumulate(out.begin(), out.end(), 0.0) / static_cast<double>(out.size());
  CHECK(std::fabs(before - after) < 1.0);
  auto speck = room(1, 1);
  zoom.run(planeOf(in, 120, 80), {0, 0, 120, 80}, planeOf(speck, 1, 1));
  CHECK(std::fabs(before - speck[0]) < 12);
}

TEST_CASE("four quarter turns come back, and a quarter turn goes clockwise", "[video][scale]") {
  const std::vector<std::uint8_t> in{1, 2, 3, 4, 5, 6};  // 3 wide, 2 high
  auto quarter = room(2, 3);
  rotatePlane(planeOf(in, 3, 2), Rotation::k90, planeOf(quarter, 2, 3));
  CHECK(quarter == std::vector<std::uint8_t>{4, 1, 5, 2, 6, 3});
  for (const Rotation rotation : {Rotation::k0, Rotation::k90, Rotation::k180, Rotation::k270}) {
    const Resolution there = turned({3, 2}, rotation);
    auto once = room(there.width, there.height);
    auto back = room(3, 2);
    rotatePlane(planeOf(in, 3, 2), rotation, planeOf(once, there.width, there.height));
    rotatePlane(planeOf(once, there.width, there.height), opposite(rotation), planeOf(back, 3, 2));
    CHECK(back == in);
  }
}
