// SPDX-License-Identifier: Apache-2.0
// Scaling and turning against plain definitions.
#include <catch2/catch_test_macros.hpp>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "random_pixels.h"
#include "wasm/video/scale.h"

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

TEST_CASE("resampling to the same size copies; a flat plane stays flat at any size", "[video][scale]") {
  test::Noise noise(6);
  const auto in = noise.bytes(23 * 17);
  auto same = room(23, 17);
  resamplePlane(planeOf(in, 23, 17), {0, 0, 23, 17}, planeOf(same, 23, 17));
  CHECK(same == in);
  const std::vector<std::uint8_t> flat(23 * 17, 201);
  for (const Resolution size : {Resolution{1, 1}, {5, 40}, {100, 3}, {11, 8}}) {
    auto out = room(size.width, size.height);
    resamplePlane(planeOf(flat, 23, 17), {1.25f, 2.5f, 20.5f, 13.75f}, planeOf(out, size.width, size.height));
    CHECK(std::all_of(out.begin(), out.end(), [](std::uint8_t value) { return value == 201; }));
  }
}

TEST_CASE("shrinking keeps the mean, growing keeps a ramp straight", "[video][scale]") {
  test::Noise noise(8);
  const auto in = noise.bytes(120 * 80);
  auto out = room(37, 23);
  resamplePlane(planeOf(in, 120, 80), {0, 0, 120, 80}, planeOf(out, 37, 23));
  const double before = std::accumulate(in.begin(), in.end(), 0.0) / static_cast<double>(in.size());
  const double after = std::accumulate(out.begin(), out.end(), 0.0) / static_cast<double>(out.size());
  CHECK(std::fabs(before - after) < 1.0);

  std::vector<std::uint8_t> ramp(16);
  for (int i = 0; i < 16; ++i) ramp[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(i * 16);
  auto wide = room(64, 1);
  resamplePlane(planeOf(ramp, 16, 1), {0, 0, 16, 1}, planeOf(wide, 64, 1));
  for (int x = 2; x < 62; ++x) {
    REQUIRE(std::fabs(wide[static_cast<std::size_t>(x)] - ((x + 0.5) / 4 - 0.5) * 16) <= 0.51);
  }
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
