// SPDX-License-Identifier: Apache-2.0
// The drawing kernel against its formulas in plain arithmetic, in every combination of effects and at every length. Rows end
// exactly where their memory ends, so that a sanitizer sees whatever is read behind them.
#include <catch2/catch_test_macros.hpp>
#include <algorithm>
#include <cmath>
#include <memory>

#include "random_pixels.h"
#include "wasm/video/composite.h"
#include "wasm/video/guided_mask.h"

using namespace tessera::video;

namespace {

constexpr int kLongest = 70;

int saturate(int value) { return std::clamp(value, -32768, 32767); }
int q15(int a, int b) { return saturate((a * b + 16384) >> 15); }
int byte(int value) { return std::clamp(value, 0, 255); }
int over255(int value) { return (2 * value + 255) / 510; }
int blend(int over, int under, int mask) { return over255(over * mask + under * (255 - mask)); }
std::size_t at(int i) { return static_cast<std::size_t>(i); }

// Two small rows with their padding, and what mixing and stretching makes of them.
struct Small {
  Small(test::Noise& noise, int count, int factor_given, int low, int high) : factor(factor_given), weight(noise.between(0, 32767)) {
    const int width = (count + factor - 1) / factor;
    for (auto& row : rows) {
      row = noise.words(at(width + 17), low, high);
      row[0] = row[1];
      std::fill(row.begin() + width + 1, row.end(), row[at(width)]);
    }
  }
  SoftRow row() const { return {rows[0].data() + 1, rows[1].data() + 1, static_cast<std::int16_t>(weight), factor}; }
  int sample(int i) const { return rows[0][at(i)] + q15(rows[1][at(i)] - rows[0][at(i)], weight); }
  int operator()(int x) const {
    // Halves of an output step: the place is (2 x + 1 - factor) / (2 factor).
    const int place = 2 * x + 1 - factor;
    const int left = (place + 2 * factor) / (2 * factor) - 1;
    const int part = place - left * 2 * factor;
    const int a = sample(left + 1);
    return a + q15(sample(left + 2) - a, part * 32768 / (2 * factor));
  }
  std::vector<std::int16_t> rows[2];
  int factor;
  int weight;
};

// Two stretched rows, and what lies between them.
struct Between {
  Between(test::Noise& noise, std::size_t count, int low, int high, int one) : base(noise.words(count, low, high)), step(noise.words(count, low, high)), weight(noise.between(0, one)) {
    for (std::size_t i = 0; i < count; ++i) step[i] = static_cast<std::int16_t>(step[i] - base[i]);
  }
  Line line() const { return {base.data(), step.data(), static_cast<std::int16_t>(weight)}; }
  int operator()(int x) const { return base[at(x)] + q15(step[at(x)], weight); }
  std::vector<std::int16_t> base;
  std::vector<std::int16_t> step;
  int weight;
};

// Exactly `count` bytes on the heap.
struct Exact {
  Exact(const std::vector<std::uint8_t>& from, int count) : bytes(new std::uint8_t[at(std::max(count, 1))]) { std::copy_n(from.begin(), count, bytes.get()); }
  std::unique_ptr<std::uint8_t[]> bytes;
};

struct Case {
  bool luma;
  Under under;
  bool contrast;
  bool lift;
  int wrap;
  bool transparent;
  int factor;
};

void check(const Case& c, int count, std::uint32_t seed) {
  test::Noise noise(seed);
  const int blocks = (count + 15) / 16;
  const auto room = at(blocks * 16);
  const Exact frame(noise.bytes(kLongest), count);
  const Exact above(noise.bytes(kLongest), count);
  const Exact below(noise.bytes(kLongest), count);
  const Exact picture(noise.bytes(kLongest), count);
  Exact out(noise.bytes(kLongest), count);
  const Between slope(noise, room, -16364, 16364, 32767);
  const Between offset(noise, room, -16300, 16300, 32767);
  const Between contrast(noise, room, -16320, 16320, 32767);
  const Small lift(noise, count, c.factor, 0, 16384);
  const Small light(noise, count, c.factor, 0, 16320);
  const Small share(noise, count, c.factor, 0, 16320);
  // Of Q4: sixteen of them are one of Q8, and 128 rounds.
  Between soft(noise, room, 0, 4080, 15);
  for (auto& value : soft.base) value = static_cast<std::int16_t>(value * 16 + 128);
  auto mask = noise.bytes(room);
  const auto top = noise.bytes(2 * room);
  const auto bottom = noise.bytes(2 * room);
  std::vector<std::uint8_t> certainty(at(blocks));
  for (auto& value : certainty) value = static_cast<std::uint8_t>(noise.between(1, 5) > 3 ? kUnsure : noise.between(1, 3));
  // Some of the mask is known from the frame before.
  std::vector<Run> runs;
  for (int i = 0; i < blocks; ++i) {
    const bool settled = certainty[at(i)] != kUnsure && noise.between(0, 1) == 1;
    if (settled) std::fill_n(mask.begin() + i * 16, 16, static_cast<std::uint8_t>(certainty[at(i)] == kPerson ? 255 : 0));
    if (runs.empty() || runs.back().certainty != certainty[at(i)] || runs.back().settled != settled) runs.push_back({static_cast<std::int16_t>(i), 0, certainty[at(i)], settled});
    runs.back().end = static_cast<std::int16_t>(i + 1);
  }
  const auto before = mask;

  RowJob job;
  job.luma = c.luma;
  job.frame = frame.bytes.get();
  job.above = above.bytes.get();
  job.below = below.bytes.get();
  job.picture = picture.bytes.get();
  job.out = out.bytes.get();
  job.count = count;
  job.runs = runs;
  job.slope = slope.line();
  job.offset = offset.line();
  job.slack = 300;
  job.mask = mask.data();
  job.mask_top = top.data();
  job.mask_bottom = bottom.data();
  if (c.contrast) job.contrast = contrast.line();
  if (c.lift) job.lift = lift.row();
  job.light = light.row();
  job.share = share.row();
  job.wrap = static_cast<std::uint8_t>(c.wrap);
  job.under = c.under;
  job.soft = soft.line();
  job.color = 77;
  job.transparent = c.transparent;
  drawRow(job);
  // The same, drawn into the frame itself.
  auto again = before;
  const Exact same(std::vector<std::uint8_t>(job.frame, job.frame + count), count);
  RowJob in_place = job;
  in_place.frame = in_place.out = same.bytes.get();
  in_place.mask = again.data();
  drawRow(in_place);
  REQUIRE(std::equal(job.out, job.out + count, in_place.out));

  const auto column = [&](int x) {
    const auto mean = [](int a, int b) { return (a + b + 1) >> 1; };
    return mean(job.frame[x], mean(job.above[x], job.below[x]));
  };
  for (int x = 0; x < count; ++x) {
    const int pixel = job.frame[x];
    const int sure = certainty[at(x / 16)];
    const int under = c.under == Under::kFrame ? pixel : c.under == Under::kColor ? 77 : c.under == Under::kRow ? job.picture[x] : static_cast<std::uint16_t>(soft.base[at(x)] + soft.step[at(x)] * soft.weight) >> 8;
    int m = 0;
    if (!c.luma) {
      m = (top[at(2 * x)] + top[at(2 * x + 1)] + bottom[at(2 * x)] + bottom[at(2 * x + 1)] + 2) >> 2;
    } else if (sure == kUnsure) {
      const auto mean = [](int a, int b) { return (a + b + 1) >> 1; };
      const int first = x / 16 * 16;
      const int guide = mean(column(x), mean(column(std::max(x - 1, first)), column(std::min({x + 1, first + 15, count - 1}))));
      const int line = saturate(q15(slope(x), guide * 128) + offset(x));
      const int now = byte(saturate(saturate(line + q15(saturate(line - 1020), kSharpen)) + 4) >> 3);
      const int free = std::min(byte(q15(std::abs(slope(x)), 300)), 48);
      m = before[at(x)];
      if (now > m + free) m = now - free;
      else if (now < m - free) m = now + free;
    }
    int over = pixel;
    if (sure == kUnsure && c.contrast) over = byte(over + q15((contrast(x) + 32) >> 6, (255 - m) * 128));
    if (c.lift) {
      if (c.luma) {
        const int arch = std::max(over - 16, 0) * std::max(235 - over, 0) * 2;
        over = byte(over + q15(q15(arch, lift(x)), 32768 / 219));
      } else {
        over = byte(over + q15(over - 128, lift(x) >> 1));
      }
    }
    if (sure == kUnsure && c.wrap > 0) {
      const int weight = over255(byte((share(x) + 32) >> 6) * c.wrap);
      const int lamp = byte((light(x) + 32) >> 6);
      over = c.luma ? byte(over + over255(std::max(0, lamp - over) * weight)) : blend(lamp, over, weight);
    }
    const int shown = c.transparent ? std::min(4 * m, 255) : m;
    const int want = sure == kPerson ? over : sure == kRoom ? under : blend(over, under, shown);
    INFO("x " << x << " of " << count << ", certainty " << sure);
    REQUIRE(static_cast<int>(job.out[x]) == want);
    if (c.luma) REQUIRE(mask[at(x)] == (sure == kPerson ? 255 : sure == kRoom ? 0 : m));
  }
}

}  // namespace

TEST_CASE("a drawn row is what its formulas say, at every length", "[video][composite]") {
  std::uint32_t seed = 1;
  for (int count = 1; count <= kLongest; ++count) {
    for (const bool luma : {true, false}) {
      for (const Under under : {Under::kFrame, Under::kSoft, Under::kRow, Under::kColor}) {
        const int factor = 1 << (seed / 2 % 4);
        check({luma, under, false, false, 0, false, factor}, count, ++seed);
        check({luma, under, true, true, 200, false, factor}, count, ++seed);
      }
    }
  }
}

TEST_CASE("every effect alone is what its formula says", "[video][composite]") {
  std::uint32_t seed = 5000;
  for (const int factor : {1, 2, 4, 8}) {
    for (const bool luma : {true, false}) {
      check({luma, Under::kColor, true, false, 0, false, factor}, 53, ++seed);
      check({luma, Under::kRow, false, true, 0, false, factor}, 48, ++seed);
      check({luma, Under::kSoft, false, false, 255, false, factor}, 37, ++seed);
      check({luma, Under::kColor, true, false, 0, true, factor}, 64, ++seed);
    }
  }
}

TEST_CASE("a mask says what its numbers mean", "[video][composite]") {
  // slope 2 (Q11 4096), offset -0.5 (Q3 of 255): luma 128 of 255 gives 2 * 0.50196 - 0.5 = 0.504, sharpened 0.506.
  const std::vector<std::uint8_t> luma(16, 128);
  const std::vector<std::int16_t> slope(16, 4096);
  const std::vector<std::int16_t> offset(16, -1020);
  const std::vector<std::int16_t> level(16, 0);
  std::vector<std::uint8_t> mask(16);
  std::vector<std::uint8_t> out(16);
  const Run run{0, 1, kUnsure, false};
  RowJob job;
  job.frame = job.above = job.below = luma.data();
  job.out = out.data();
  job.count = 16;
  job.runs = std::span(&run, 1);
  job.slope = {slope.data(), level.data(), 0};
  job.offset = {offset.data(), level.data(), 0};
  job.mask = mask.data();
  drawRow(job);
  CHECK(mask[0] >= 128);
  CHECK(mask[0] <= 130);
}

TEST_CASE("stretched lines are a plane's rows stretched and mixed, whichever rows are asked for", "[video][composite]") {
  test::Noise noise(13);
  for (const int factor : {1, 2, 4, 8}) {
    for (const int width : {1, 5, 16, 40, 70}) {
      const int height = 37;
      SmallPlane plane;
      plane.resize((width + factor - 1) / factor, (height + factor - 1) / factor);
      for (int y = 0; y < plane.height; ++y) {
        for (int x = 0; x < plane.width; ++x) plane.row(y)[x] = static_cast<std::int16_t>(noise.between(0, 16320));
      }
      plane.finishEdges();
      // Every other block is wanted of the values.
      const std::vector<std::uint8_t> wanted{kUnsure, kRoom, kUnsure, kPerson, kUnsure};
      PixelLines pixels;
      ValueLines values;
      for (int frame = 0; frame < 2; ++frame) {
        pixels.start(width);
        values.start(width);
        for (int y = frame; y < height; y += 1 + frame * noise.between(0, 2 * factor)) {
          const Line pixel_line = pixels.at(plane, factor, y);
          const Line value_line = values.at(plane, factor, y, wanted.data());
          const auto share = [factor](int place) { return std::max(0.0, (place + 0.5) / factor - 0.5); };
          const auto sample = [&](int row, int column) { return plane.row(std::min(row, plane.height - 1))[std::min(column, plane.width - 1)]; };
          for (int x = 0; x < width; ++x) {
            const int row = static_cast<int>(share(y));
            const int column = static_cast<int>(share(x));
            const double down = share(y) - row;
            const double across = share(x) - column;
            const double top = sample(row, column) * (1 - across) + sample(row, column + 1) * across;
            const double bottom = sample(row + 1, column) * (1 - across) + sample(row + 1, column + 1) * across;
            const double want = top * (1 - down) + bottom * down;
            std::uint8_t block[16];
            wasm_v128_store(block, pixelsOf(pixel_line, x / 16 * 16));
            REQUIRE(std::fabs(block[x % 16] - want / 64) < 0.6);
            if (wanted[at(x / 16)] != kUnsure) continue;
            std::int16_t eights[16];
            const Wide found = valuesOf(value_line, x / 16 * 16);
            wasm_v128_store(eights, found.low);
            wasm_v128_store(eights + 8, found.high);
            REQUIRE(std::fabs(eights[x % 16] - want) < 1.8);
          }
        }
      }
    }
  }
}
