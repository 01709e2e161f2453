// SPDX-License-Identifier: Apache-2.0
// The cubic filter against its plain definition, exact to the value, and what it does to pictures.
#include <catch2/catch_test_macros.hpp>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "../video/random_pixels.h"
#include "reference.h"

using namespace tessera;
using namespace tessera::video;
using test::planeOf;
using test::reference;
using test::room;

namespace {

// Catmull-Rom, as published.
double cubic(double x) {
  const double t = std::fabs(x);
  if (t <= 1) return 1.5 * t * t * t - 2.5 * t * t + 1;
  return t < 2 ? -0.5 * t * t * t + 2.5 * t * t - 4 * t + 2 : 0;
}

}  // namespace

TEST_CASE("taps are the cubic's values, sum up to one, and stay inside the plane", "[video][mix]") {
  for (const int limit : {1, 2, 5, 8, 9, 40, 641}) {
    for (const int count : {1, 2, 7, 16, 40, 427}) {
      const double step = static_cast<double>(limit) / count;
      if (step > 2.0) continue;
      std::vector<Tap> taps;
      tabulate(limit, 0, static_cast<float>(limit), count, taps);
      for (int i = 0; i < count; ++i) {
        const Tap& tap = taps[static_cast<std::size_t>(i)];
        REQUIRE(std::accumulate(tap.weights.begin(), tap.weights.end(), 0) == 16384);
        REQUIRE((tap.first >= 0 && tap.first + kTaps <= std::max(limit, kTaps)));
        // What each sample of the plane counts, those outside at the nearest one inside.
        const double middle = (i + 0.5) * step - 0.5;
        const double spread = std::max(1.0, step);
        std::vector<double> exact(static_cast<std::size_t>(limit));
        double total = 0;
        for (int j = static_cast<int>(middle) - 10; j <= middle + 10; ++j) {
          const double weight = cubic((j - middle) / spread);
          exact[static_cast<std::size_t>(std::clamp(j, 0, limit - 1))] += weight;
          total += weight;
        }
        for (int j = 0; j < limit; ++j) {
          const int k = j - tap.first;
          const double weight = k >= 0 && k < kTaps ? tap.weights[static_cast<std::size_t>(k)] / 16384.0 : 0.0;
          REQUIRE(std::fabs(weight - exact[static_cast<std::size_t>(j)] / total) < 0.002);
        }
      }
    }
  }
}

TEST_CASE("resampling is exactly what its taps say, at any size and place, and reads no further than the plane", "[video][mix]") {
  test::Noise noise(16);
  Resampler resampler;
  for (const Resolution from : {Resolution{1, 1}, {2, 3}, {9, 17}, {40, 31}, {131, 20}}) {
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
        resampler.run(planeOf(in, from.width, from.height), rect, planeOf(out, to.width, to.height));
        REQUIRE(out == reference(planeOf(in, from.width, from.height), rect, to.width, to.height));
      }
    }
  }
}

TEST_CASE("a flat picture stays flat, the same size copies, shrinking keeps the mean, enlarging keeps a ramp", "[video][mix]") {
  Resampler resampler;
  const std::vector<std::uint8_t> flat(120 * 80, 201);
  for (const Resolution to : {Resolution{40, 30}, {120, 80}, {77, 55}, {300, 200}, {6, 4}}) {
    auto out = room(to.width, to.height);
    resampler.run(planeOf(flat, 120, 80), {0, 0, 120, 80}, planeOf(out, to.width, to.height));
    CHECK(std::all_of(out.begin(), out.end(), [](std::uint8_t value) { return value == 201; }));
  }
  test::Noise noise(17);
  const auto in = noise.bytes(120 * 80);
  auto same = room(120, 80);
  resampler.run(planeOf(in, 120, 80), {0, 0, 120, 80}, planeOf(same, 120, 80));
  CHECK(same == in);
  const auto mean = [](const std::vector<std::uint8_t>& bytes) { return std::accumulate(bytes.begin(), bytes.end(), 0.0) / static_cast<double>(bytes.size()); };
  for (const Resolution to : {Resolution{30, 20}, {80, 53}, {20, 13}}) {
    auto out = room(to.width, to.height);
    resampler.run(planeOf(in, 120, 80), {0, 0, 120, 80}, planeOf(out, to.width, to.height));
    CHECK(std::fabs(mean(in) - mean(out)) < 3.0);
  }
  std::vector<std::uint8_t> ramp(64 * 4);
  for (std::size_t i = 0; i < ramp.size(); ++i) ramp[i] = static_cast<std::uint8_t>(20 + 3 * (i % 64));
  auto larger = room(128, 4);
  resampler.run(planeOf(ramp, 64, 4), {0, 0, 64, 4}, planeOf(larger, 128, 4));
  for (int x = 8; x < 120; ++x) {
    const double exact = 20 + 3 * ((x + 0.5) / 2 - 0.5);
    CHECK(std::fabs(larger[static_cast<std::size_t>(x)] - exact) <= 0.51);
  }
}
