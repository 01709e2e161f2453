// SPDX-License-Identifier: Apache-2.0
// The loops over samples against plain ones, bit for bit.
#include <catch2/catch_test_macros.hpp>
#include <limits>

#include "reference.h"
#include "wasm/audio/kernels.h"

using namespace tessera::audio;
using namespace tessera::audio::test;

TEST_CASE("add, ramp, peak and energy are what plain loops give", "[audio][kernels]") {
  Noise noise(1);
  for (const int count : {4, 8, 32, 128, 260}) {
    // One float further than aligned: nothing may depend on alignment.
    const Signal a_room = noise.take(count + 1, 1.5f);
    const Signal b = noise.take(count, 1.5f);
    const float* a = a_room.data() + 1;
    Signal sum(static_cast<std::size_t>(count));
    Signal ramped(sum);
    Signal expected(sum);
    add(a, b.data(), sum.data(), count);
    float most = 0.0f;
    float lanes[4] = {};
    for (int i = 0; i < count; ++i) {
      expected[static_cast<std::size_t>(i)] = a[i] + b[static_cast<std::size_t>(i)];
      most = std::max(most, std::fabs(a[i]));
      lanes[i % 4] += a[i] * a[i];
    }
    CHECK(sum == expected);
    CHECK(peak(a, count) == most);
    CHECK(energy(a, count) == (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]));
    for (const auto& [from, to] : {std::pair{0.0f, 1.0f}, {1.0f, 1.0f}, {0.9f, 0.3f}, {2.5f, 2.5f}}) {
      ramp(a, from, to, ramped.data(), count);
      rampPlainly(a, from, to, expected.data(), count);
      CHECK(ramped == expected);
      if (from != to) continue;
      for (int i = 0; i < count; ++i) CHECK(ramped[static_cast<std::size_t>(i)] == a[i] * to);
    }
  }
}

TEST_CASE("what is not a number shows in the energy", "[audio][kernels]") {
  for (const float odd : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), -1e30f}) {
    for (const std::size_t at : {0u, 5u, 127u}) {
      Signal in(128, 0.25f);
      in[at] = odd;
      CHECK_FALSE(energy(in.data(), 128) < 1e12f);
    }
  }
}
