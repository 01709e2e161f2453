// SPDX-License-Identifier: Apache-2.0
// The float filters: box mean against its definition, the blur's width and its normalisation, the mask's two stages.
#include <catch2/catch_test_macros.hpp>
#include <algorithm>
#include <cmath>

#include "random_pixels.h"
#include "wasm/video/convert.h"
#include "wasm/video/guided_mask.h"
#include "wasm/video/model_input.h"
#include "wasm/video/person_contrast.h"
#include "wasm/video/quads.h"
#include "wasm/video/scale.h"
#include "wasm/video/soft_background.h"
#include "wasm/video/temporal_mask.h"

using namespace tessera;
using namespace tessera::video;

namespace {

QuadImage noisy(int width, int height, std::uint32_t seed) {
  test::Noise noise(seed);
  QuadImage image;
  image.resize(width, height);
  for (float& value : image.data) value = static_cast<float>(noise.between(0, 255));
  return image;
}

QuadImage flat(int width, int height, float y, float u = 128, float v = 128) {
  QuadImage image;
  image.resize(width, height);
  for (std::size_t i = 0; i < image.data.size(); i += 4) {
    image.data[i] = y;
    image.data[i + 1] = u;
    image.data[i + 2] = v;
    image.data[i + 3] = 1;
  }
  return image;
}

double windowWeight(int distance, float radius) {
  const int whole = static_cast<int>(radius);
  if (distance <= whole) return 1;
  return distance == whole + 1 ? radius - static_cast<float>(whole) : 0;
}

}  // namespace

TEST_CASE("planes are packed into quads", "[video][quads]") {
  test::Noise noise(21);
  for (const int width : {1, 3, 4, 9, 16}) {
    const auto y = noise.bytes(static_cast<std::size_t>(width * 2));
    const auto u = noise.bytes(y.size());
    const auto v = noise.bytes(y.size());
    QuadImage out;
    out.resize(width, 2);
    for (int row = 0; row < 2; ++row) {
      const auto plane = [&](const std::vector<std::uint8_t>& bytes) { return Plane{bytes.data() + row * width, width, 1, width}; };
      packQuads(plane(y), plane(u), plane(v), out.row(row));
    }
    for (std::size_t i = 0; i < y.size(); ++i) {
      REQUIRE(out.data[4 * i] == y[i]);
      REQUIRE(out.data[4 * i + 1] == u[i]);
      REQUIRE(out.data[4 * i + 2] == v[i]);
      REQUIRE(out.data[4 * i + 3] == 1.0f);
    }
  }
}

TEST_CASE("a halved picture is the mean of each 2 x 2, at odd sizes too", "[video][quads]") {
  for (const auto& [width, height] : {std::pair{8, 6}, {7, 5}, {1, 1}, {2, 1}, {1, 4}}) {
    const QuadImage picture = noisy(width, height, 5);
    QuadImage half;
    halveQuads(picture, half);
    REQUIRE(half.width == (width + 1) / 2);
    REQUIRE(half.height == (height + 1) / 2);
    for (int y = 0; y < half.height; ++y) {
      for (int i = 0; i < half.width * 4; ++i) {
        const int columns = std::min(2, width - i / 4 * 2);
        const int rows = std::min(2, height - 2 * y);
        float sum = 0;
        for (int row = 0; row < rows; ++row) {
          for (int column = 0; column < columns; ++column) sum += picture.row(2 * y + row)[(i / 4 * 2 + column) * 4 + i % 4];
        }
        REQUIRE(std::fabs(half.row(y)[i] - sum / static_cast<float>(rows * columns)) < 1e-3f);
      }
    }
  }
}

TEST_CASE("the box filter is the mean over its window, whatever the radius", "[video][quads]") {
  for (const Resolution size : {Resolution{1, 1}, {5, 9}, {40, 23}}) {
    for (const float radius : {0.0f, 0.4f, 1.0f, 3.0f, 7.75f, 60.0f}) {
      const QuadImage in = noisy(size.width, size.height, 22);
      QuadImage out;
      out.resize(size.width, size.height);
      BoxRows filter;
      // Twice, so that nothing of one picture is left in the next.
      for (int run = 0; run < 2; ++run) {
        filter.start(size.width, size.height, radius);
        for (int y = 0; y < size.height + filter.latency(); ++y) {
          const float* row = filter.push(y < size.height ? in.row(y) : nullptr);
          REQUIRE((row != nullptr) == (y >= filter.latency()));
          if (row != nullptr) std::copy_n(row, size.width * 4, out.row(y - filter.latency()));
        }
      }
      double worst = 0;
      for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
          for (int c = 0; c < 4; ++c) {
            double sum = 0;
            double total = 0;
            for (int sy = 0; sy < size.height; ++sy) {
              for (int sx = 0; sx < size.width; ++sx) {
                const double weight = windowWeight(std::abs(sx - x), radius) * windowWeight(std::abs(sy - y), radius);
                sum += weight * in.row(sy)[4 * sx + c];
                total += weight;
              }
            }
            worst = std::max(worst, std::fabs(out.row(y)[4 * x + c] - sum / total));
          }
        }
      }
      CHECK(worst < 0.01);
    }
  }
}

TEST_CASE("three boxes have the variance asked for, continuously", "[video][quads]") {
  float last = -1;
  for (float sigma = 0.5f; sigma < 20; sigma += 0.13f) {
    const float radius = boxRadiusFor(sigma, 3);
    double variance = 0;
    double total = 0;
    for (int d = -100; d <= 100; ++d) {
      variance += d * d * windowWeight(std::abs(d), radius);
      total += windowWeight(std::abs(d), radius);
    }
    REQUIRE(std::fabs(std::sqrt(3 * variance / total) - sigma) < 0.02 * sigma + 0.01);
    REQUIRE(radius >= last);
    last = radius;
  }
}

TEST_CASE("nothing of the person bleeds into the blurred room", "[video][blur]") {
  // A white person (a tall bar) before a black room: the room must stay black right up to the person.
  QuadImage picture = flat(320, 180, 16);
  std::vector<float> mask(320 * 180, 0.0f);
  for (int y = 0; y < 180; ++y) {
    for (int x = 120; x < 200; ++x) {
      picture.row(y)[4 * x] = 235;
      mask[static_cast<std::size_t>(y * 320 + x)] = 1.0f;
    }
  }
  for (const float strength : {0.0f, 0.3f, 1.0f}) {
    SoftBackground soft;
    soft.run(picture, 4, mask, strength);
    const SoftPicture& room = soft.result();
    const int step = room.factor / 4;
    for (int x = 0; x < room.y.width; ++x) {
      const bool beside = x * step + step - 1 < 119 || x * step > 200;
      if (beside) REQUIRE(room.y.row(room.y.height / 2)[x] / 64.0 < 24.0);
    }
    // The plain blur (no mask) does bleed: the measurement above can fail.
    soft.run(picture, 4, {}, strength);
    const int next_to = 118 / step;
    if (strength > 0.2f) CHECK(soft.result().y.row(room.y.height / 2)[next_to] / 64.0 > 40.0);
  }
}

TEST_CASE("blur grows with strength, and keeps a flat room flat", "[video][blur]") {
  QuadImage picture = flat(320, 180, 16);
  for (int y = 0; y < 180; ++y) {
    for (int x = 160; x < 320; ++x) picture.row(y)[4 * x] = 216;
  }
  double last = 0;
  for (const float strength : {0.0f, 0.1f, 0.2f, 0.22f, 0.24f, 0.26f, 0.3f, 0.5f, 0.7f, 1.0f}) {
    SoftBackground soft;
    soft.run(picture, 4, {}, strength);
    // The width of a blurred edge, from its steepest slope, in full-size pixels.
    const SoftPicture& room = soft.result();
    double steepest = 0;
    const std::int16_t* row = room.y.row(room.y.height / 2);
    for (int x = 1; x < room.y.width; ++x) steepest = std::max(steepest, std::abs(row[x] - row[x - 1]) / 64.0);
    const double width = 200 / steepest * room.factor;
    CHECK(width > last * 0.97);
    last = width;
  }
  CHECK(last > 60);
  SoftBackground soft;
  soft.run(flat(320, 180, 77, 90, 170), 4, std::vector<float>(320 * 180, 0.5f), 0.6f);
  const SoftPicture& room = soft.result();
  for (int y = 0; y < room.y.height; ++y) {
    for (int x = 0; x < room.y.width; ++x) {
      REQUIRE(std::abs(room.y.row(y)[x] - 77 * 64) <= 1);
      REQUIRE(std::abs(room.u.row(y)[x] - 90 * 64) <= 1);
      REQUIRE(std::abs(room.v.row(y)[x] - 170 * 64) <= 1);
    }
  }
}

TEST_CASE("the guided mask moves a misplaced edge to the picture's own", "[video][mask]") {
  // The picture's edge lies at x = 100; the mask's is soft and a sample and a half late.
  QuadImage picture = flat(200, 60, 40);
  std::vector<float> mask(200 * 60);
  for (int y = 0; y < 60; ++y) {
    for (int x = 0; x < 200; ++x) {
      if (x >= 100) picture.row(y)[4 * x] = 200;
      mask[static_cast<std::size_t>(y * 200 + x)] = std::clamp((static_cast<float>(x) - 99.5f) / 3.0f, 0.0f, 1.0f);
    }
  }
  GuidedMask guided;
  guided.run(picture, mask);
  const auto small = guided.small();
  const std::size_t row = 30 * 200;
  CHECK(small[row + 99] < 0.25f);
  CHECK(small[row + 100] > 0.35f);
  CHECK(small[row + 100] - small[row + 99] > 0.25f);
  CHECK(mask[row + 100] - mask[row + 99] < 0.2f);
  CHECK(small[row + 60] < 0.01f);
  CHECK(small[row + 140] > 0.99f);
}

TEST_CASE("where the mask is sure, texture in the picture does not show in it", "[video][mask]") {
  const QuadImage picture = noisy(80, 60, 31);
  GuidedMask guided;
  guided.run(picture, std::vector<float>(80 * 60, 1.0f));
  for (const float value : guided.small()) REQUIRE(value > 0.999f);
  guided.run(picture, std::vector<float>(80 * 60, 0.0f));
  for (const float value : guided.small()) REQUIRE(value < 0.001f);
}

TEST_CASE("where a mask is sure, so is its certainty, and only there", "[video][mask]") {
  QuadImage picture = flat(50, 40, 60);
  std::vector<float> mask(50 * 40, 0.0f);
  for (int y = 0; y < 40; ++y) {
    for (int x = 25; x < 50; ++x) {
      picture.row(y)[4 * x] = 180;
      mask[static_cast<std::size_t>(y * 50 + x)] = 1.0f;
    }
  }
  GuidedMask guided;
  guided.run(picture, mask);
  guided.touch(45, 20);
  guided.finishCertainty();
  const std::uint8_t* row = guided.certaintyRow(20);
  CHECK(row[-1] == kRoom);
  CHECK(row[10] == kRoom);
  CHECK(row[24] == kUnsure);
  CHECK(row[40] == kPerson);
  CHECK(row[45] == kUnsure);
  CHECK(row[49] == kPerson);
  CHECK(row[65] == kPerson);
}

TEST_CASE("the contrast is the person's colours less the room's, near the outline only", "[video][mask]") {
  QuadImage picture = flat(160, 90, 60, 100, 150);
  std::vector<float> mask(160 * 90, 0.0f);
  for (int y = 0; y < 90; ++y) {
    for (int x = 80; x < 160; ++x) {
      float* pixel = picture.row(y) + 4 * x;
      pixel[0] = 180;
      pixel[1] = 130;
      pixel[2] = 120;
      mask[static_cast<std::size_t>(y * 160 + x)] = 1.0f;
    }
  }
  PersonContrast contrast;
  contrast.run(picture, 4, mask);
  const SoftPicture& result = contrast.result();
  REQUIRE(result.factor == 4);
  CHECK(std::abs(result.y.row(40)[80] - 120 * 64) <= 2);
  CHECK(std::abs(result.u.row(40)[80] - 30 * 64) <= 2);
  CHECK(std::abs(result.v.row(40)[80] + 30 * 64) <= 2);
  CHECK(result.y.row(40)[20] == 0);
  CHECK(result.y.row(40)[140] == 0);
}

TEST_CASE("a still picture is steadied, a moving one is followed", "[video][mask]") {
  const Resolution size{32, 16};
  const auto count = static_cast<std::size_t>(size.pixels());
  const std::vector<float> still(count * 3, 0.5f);
  TemporalMask temporal;
  temporal.reset(size);
  test::Noise noise(41);
  double jitter_in = 0;
  double jitter_out = 0;
  std::vector<float> before(count, 0.5f);
  std::vector<float> mask(count);
  for (int frame = 0; frame < 60; ++frame) {
    for (float& value : mask) value = static_cast<float>(noise.between(300, 700)) / 1000.0f;
    temporal.update(still, mask);
    if (frame > 10) {
      for (std::size_t i = 0; i < count; ++i) {
        jitter_in += std::fabs(mask[i] - 0.5f);
        jitter_out += std::fabs(temporal.values()[i] - before[i]);
      }
    }
    std::copy(temporal.values().begin(), temporal.values().end(), before.begin());
  }
  CHECK(jitter_out < 0.35 * jitter_in);

  // The picture changes at once, and the mask with it.
  const std::vector<float> moved(count * 3, 0.9f);
  std::fill(mask.begin(), mask.end(), 0.8f);
  temporal.update(moved, mask);
  for (const float value : temporal.values()) REQUIRE(std::fabs(value - 0.8f) < 1e-5f);

  // No motion to be seen, but the model is sure: nearly followed within two frames.
  std::fill(mask.begin(), mask.end(), 0.0f);
  temporal.update(moved, mask);
  temporal.update(moved, mask);
  for (const float value : temporal.values()) REQUIRE(value < 0.2f);
}

TEST_CASE("the model sees the picture's colours, and masks come back to their place", "[video][model-input]") {
  const ColorSpace color{ColorMatrix::kBt709, ColorRange::kLimited};
  const YuvColor orange = yuvOf(255, 128, 0, color);
  ModelInput input;
  for (const Resolution picture : {Resolution{320, 180}, {160, 120}, {90, 160}, {400, 60}}) {
    const Resolution model{256, 144};
    input.prepare(picture, model);
    std::vector<float> rgb(static_cast<std::size_t>(model.pixels()) * 3 + 1);
    input.fill(flat(picture.width, picture.height, orange.y, orange.u, orange.v), color, rgb);
    for (std::size_t i = 0; i + 1 < rgb.size(); i += 3) {
      REQUIRE(std::fabs(rgb[i] - 1.0f) < 0.02f);
      REQUIRE(std::fabs(rgb[i + 1] - 0.5f) < 0.02f);
      REQUIRE(std::fabs(rgb[i + 2]) < 0.02f);
    }
    // A ramp that goes in comes out where it was: use the green channel as the mask.
    QuadImage ramp = flat(picture.width, picture.height, 0);
    for (int y = 0; y < picture.height; ++y) {
      for (int x = 0; x < picture.width; ++x) {
        ramp.row(y)[4 * x] = 16.0f + 219.0f * (static_cast<float>(x) / static_cast<float>(picture.width) + static_cast<float>(y) / static_cast<float>(picture.height)) / 2.0f;
      }
    }
    input.fill(ramp, color, rgb);
    std::vector<float> mask(static_cast<std::size_t>(model.pixels()));
    for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = rgb[3 * i + 1];
    std::vector<float> back(static_cast<std::size_t>(picture.pixels()));
    input.readMask(mask, {}, back);
    for (int y = 4; y < picture.height - 4; ++y) {
      for (int x = 4; x < picture.width - 4; ++x) {
        const float want = (ramp.row(y)[4 * x] - 16.0f) / 219.0f;
        REQUIRE(std::fabs(back[static_cast<std::size_t>(y * picture.width + x)] - want) < 0.012f);
      }
    }
  }
}
