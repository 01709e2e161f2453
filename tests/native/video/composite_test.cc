// SPDX-License-Identifier: Apache-2.0
// Every row kernel against its formula in plain arithmetic, at every length, with guard bytes behind the output.
#include <catch2/catch_test_macros.hpp>
#include <algorithm>
#include <cmath>

#include "random_pixels.h"
#include "wasm/video/composite.h"

using namespace tessera::video;

namespace {

constexpr int kLongest = 70;
constexpr std::uint8_t kGuard = 0xA5;

int saturate(int value) { return std::clamp(value, -32768, 32767); }
int q15(int a, int b) { return (a * b + 16384) >> 15; }
std::size_t at(int i) { return static_cast<std::size_t>(i); }

// Calls test(count, out) with room for count bytes and checks that nothing was written behind them.
template <typename Test>
void atEveryLength(Test test) {
  for (int count = 0; count <= kLongest; ++count) {
    std::vector<std::uint8_t> out(kLongest + 32, kGuard);
    test(count, out.data());
    for (int i = count; i < kLongest + 32; ++i) REQUIRE(out[at(i)] == kGuard);
  }
}

}  // namespace

TEST_CASE("blending is exact at both ends and correctly rounded between", "[video][composite]") {
  test::Noise noise(11);
  const auto over = noise.bytes(kLongest);
  const auto under = noise.bytes(kLongest);
  const auto mask = noise.bytes(kLongest);
  atEveryLength([&](int count, std::uint8_t* out) {
    blendRow(over.data(), under.data(), mask.data(), out, count);
    for (int i = 0; i < count; ++i) {
      const double exact = (over[at(i)] * mask[at(i)] + under[at(i)] * (255 - mask[at(i)])) / 255.0;
      REQUIRE(out[i] == static_cast<int>(std::floor(exact + 0.5)));
      if (mask[at(i)] == 0) REQUIRE(out[i] == under[at(i)]);
      if (mask[at(i)] == 255) REQUIRE(out[i] == over[at(i)]);
    }
  });
}

TEST_CASE("the mask row is the line through luma, sharpened and clamped", "[video][composite]") {
  test::Noise noise(12);
  for (const std::int16_t gain : {std::int16_t{0}, std::int16_t{19660}, std::int16_t{32767}}) {
    const auto luma = noise.bytes(kLongest);
    const auto slope = noise.words(kLongest, -16364, 16364);
    const auto offset = noise.words(kLongest, -16300, 16300);
    atEveryLength([&](int count, std::uint8_t* out) {
      maskRow(luma.data(), slope.data(), offset.data(), gain, out, count);
      for (int i = 0; i < count; ++i) {
        const int line = saturate(q15(slope[at(i)], luma[at(i)] * 128) + offset[at(i)]);
        const int pushed = q15(saturate(line - 1020), gain);
        const int want = std::clamp(saturate(saturate(line + pushed) + 4) >> 3, 0, 255);
        REQUIRE(out[i] == want);
      }
    });
  }
}

TEST_CASE("a mask row says what its numbers mean", "[video][composite]") {
  // slope 2 (Q11 4096), offset -0.5 (Q3 of 255): luma 128 of 255 gives 2 * 0.50196 - 0.5 = 0.504.
  const std::vector<std::uint8_t> luma(16, 128);
  const std::vector<std::int16_t> slope(16, 4096);
  const std::vector<std::int16_t> offset(16, -1020);
  std::vector<std::uint8_t> out(16);
  maskRow(luma.data(), slope.data(), offset.data(), 0, out.data(), 16);
  CHECK(out[0] >= 128);
  CHECK(out[0] <= 129);
}

TEST_CASE("rows are mixed and narrowed as the formulas say", "[video][composite]") {
  test::Noise noise(13);
  const auto a = noise.words(kLongest, -16384, 16383);
  const auto b = noise.words(kLongest, -16384, 16383);
  for (const int weight : {0, 1, 8192, 16384, 30720, 32767}) {
    for (int count = 0; count <= kLongest; ++count) {
      std::vector<std::int16_t> out(kLongest + 8, 12345);
      mixRows(a.data(), b.data(), static_cast<std::int16_t>(weight), out.data(), count);
      for (int i = 0; i < count; ++i) REQUIRE(out[at(i)] == a[at(i)] + q15(b[at(i)] - a[at(i)], weight));
      REQUIRE(out[at(count)] == 12345);
    }
  }
  auto wide = noise.words(kLongest, -32768, 32767);
  wide[0] = 32767;
  wide[1] = 16320;
  atEveryLength([&](int count, std::uint8_t* out) {
    narrowRow(wide.data(), out, count);
    for (int i = 0; i < count; ++i) REQUIRE(out[i] == std::clamp(saturate(wide[at(i)] + 32) >> 6, 0, 255));
  });
}

TEST_CASE("stretching is bilinear with centred samples", "[video][composite]") {
  test::Noise noise(14);
  for (const int factor : {1, 2, 4, 8}) {
    for (int count = 1; count <= kLongest; ++count) {
      const int width = (count + factor - 1) / factor;
      auto padded = noise.words(static_cast<std::size_t>(width + 17), -16384, 16383);
      padded[0] = padded[1];
      for (int i = width + 1; i < width + 17; ++i) padded[at(i)] = padded[at(width)];
      std::vector<std::int16_t> out(at((count + 7) / 8 * 8));
      stretchRow(padded.data() + 1, factor, out.data(), count);
      for (int x = 0; x < count; ++x) {
        const double place = std::clamp((x + 0.5) / factor - 0.5, 0.0, width - 1.0);
        const int left = static_cast<int>(place);
        const int right = std::min(left + 1, width - 1);
        const double exact = padded[at(left + 1)] + (padded[at(right + 1)] - padded[at(left + 1)]) * (place - left);
        REQUIRE(std::fabs(out[at(x)] - exact) <= 1.0);
      }
    }
  }
}

TEST_CASE("mask rows are halved, rows scaled and lightened as the formulas say", "[video][composite]") {
  test::Noise noise(15);
  const auto top = noise.bytes(2 * kLongest);
  const auto bottom = noise.bytes(2 * kLongest);
  const auto weight = noise.bytes(kLongest);
  const auto rounded = [](int value) { return static_cast<int>(std::floor(value / 255.0 + 0.5)); };
  atEveryLength([&](int count, std::uint8_t* out) {
    halveMaskRows(top.data(), bottom.data(), out, count);
    for (int i = 0; i < count; ++i) {
      REQUIRE(out[i] == (top[at(2 * i)] + top[at(2 * i + 1)] + bottom[at(2 * i)] + bottom[at(2 * i + 1)] + 2) / 4);
    }
  });
  for (const int amount : {0, 1, 128, 255}) {
    atEveryLength([&](int count, std::uint8_t* out) {
      scaleRow(top.data(), static_cast<std::uint8_t>(amount), out, count);
      for (int i = 0; i < count; ++i) REQUIRE(out[i] == rounded(top[at(i)] * amount));
    });
  }
  atEveryLength([&](int count, std::uint8_t* out) {
    lightenRow(top.data(), bottom.data(), weight.data(), out, count);
    for (int i = 0; i < count; ++i) {
      const int gain = std::max(0, bottom[at(i)] - top[at(i)]);
      REQUIRE(out[i] == top[at(i)] + rounded(gain * weight[at(i)]));
    }
  });
}
