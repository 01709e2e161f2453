// SPDX-License-Identifier: Apache-2.0
// Whole networks: the landscape model against MediaPipe's own mask, and random networks against the scalar interpreter.
#include "wasm/video/segmentation/segmenter.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "tests/native/video_segmentation/reference.h"

namespace tessera::video {
namespace {

using segmentation::parseModel;
using segmentation::test::File;

std::vector<unsigned char> readFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  INFO(path);
  REQUIRE(file.is_open());
  return {std::istreambuf_iterator<char>(file), {}};
}

/** Null when the fixtures are not set up: the tests that need them say so and are skipped. */
const char* fixtures() { return std::getenv("TESSERA_FIXTURES"); }

Segmenter landscape() {
  const auto file = readFile(std::string(fixtures()) + "/selfie_landscape.tsm");
  auto segmenter = Segmenter::create(std::as_bytes(std::span(file)));
  REQUIRE(segmenter.hasValue());
  return std::move(segmenter).value();
}

std::vector<float> photograph() {
  const auto bytes = readFile(std::string(fixtures()) + "/astronaut-256x144.rgb");
  std::vector<float> rgb(bytes.size());
  std::transform(bytes.begin(), bytes.end(), rgb.begin(), [](unsigned char v) { return static_cast<float>(v) / 255.0F; });
  return rgb;
}

TEST_CASE("the landscape model draws the mask that MediaPipe's own runtime draws", "[segmentation]") {
  if (fixtures() == nullptr) FAIL("TESSERA_FIXTURES is not set: run npm test -- native, which sets it to what scripts/setup made");
  Segmenter segmenter = landscape();
  REQUIRE(segmenter.inputResolution().width == 256);
  REQUIRE(segmenter.inputResolution().height == 144);
  std::vector<float> mask(256 * 144, -1.0F);
  REQUIRE(segmenter.run(photograph(), mask));

  const auto golden = readFile(std::string(TESSERA_TEST_DATA) + "/astronaut_mask.u16");
  REQUIRE(golden.size() == 2 * mask.size());
  double sum = 0;
  double worst = 0;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    const double expected = (golden[2 * i] | golden[2 * i + 1] << 8) / 65535.0;
    const double difference = std::abs(mask[i] - expected);
    sum += difference;
    worst = std::max(worst, difference);
  }
  // The reference is rounded to 16 bits: 4e-6 on average is all that it can tell.
  CHECK(sum / static_cast<double>(mask.size()) < 1e-5);
  CHECK(worst < 1e-3);
}

TEST_CASE("a second run, after another picture, gives the same mask", "[segmentation]") {
  if (fixtures() == nullptr) FAIL("TESSERA_FIXTURES is not set: run npm test -- native, which sets it to what scripts/setup made");
  Segmenter segmenter = landscape();
  const std::vector<float> rgb = photograph();
  std::vector<float> first(256 * 144);
  std::vector<float> other(256 * 144);
  std::vector<float> again(256 * 144);
  REQUIRE(segmenter.run(rgb, first));
  REQUIRE(segmenter.run(std::vector<float>(rgb.size(), 0.5F), other));
  REQUIRE(segmenter.run(rgb, again));
  CHECK(first == again);
  CHECK(first != other);
}

TEST_CASE("rows are asked for once each, from the top down", "[segmentation]") {
  std::mt19937 random(3);
  const auto bytes = segmentation::test::randomFile(random).bytes();
  auto created = Segmenter::create(bytes);
  REQUIRE(created.hasValue());
  Segmenter segmenter = std::move(created).value();
  const Resolution size = segmenter.inputResolution();
  std::vector<float> mask(static_cast<std::size_t>(size.pixels()));
  std::vector<int> rows;
  const auto source = [](void* context, int y, float*) { static_cast<std::vector<int>*>(context)->push_back(y); };
  REQUIRE(segmenter.run(source, &rows, mask));
  REQUIRE(static_cast<int>(rows.size()) == size.height);
  for (int y = 0; y < size.height; ++y) CHECK(rows[y] == y);
}

TEST_CASE("buffers that are too small are refused", "[segmentation]") {
  std::mt19937 random(4);
  auto created = Segmenter::create(segmentation::test::randomFile(random).bytes());
  REQUIRE(created.hasValue());
  Segmenter segmenter = std::move(created).value();
  const auto pixels = static_cast<std::size_t>(segmenter.inputResolution().pixels());
  std::vector<float> rgb(pixels * 3);
  std::vector<float> mask(pixels);
  CHECK(segmenter.run(rgb, mask));
  CHECK_FALSE(segmenter.run(std::span(rgb).first(rgb.size() - 1), mask));
  CHECK_FALSE(segmenter.run(rgb, std::span(mask).first(mask.size() - 1)));
}

TEST_CASE("a resized network gives what the scalar interpreter gives at that size", "[segmentation]") {
  int resized = 0;
  for (unsigned seed = 100; seed < 120; ++seed) {
    std::mt19937 random(seed);
    File file = segmentation::test::randomFile(random);
    auto created = Segmenter::create(file.bytes());
    REQUIRE(created.hasValue());
    Segmenter segmenter = std::move(created).value();
    const Resolution before = segmenter.inputResolution();
    file.height = static_cast<std::uint16_t>(file.height + 16);
    file.width = static_cast<std::uint16_t>(file.width + 32);
    auto model = parseModel(file.bytes());
    // Both or neither: a network takes the size, or shapes do not meet.
    const Resolution wanted{file.width, file.height};
    REQUIRE(segmenter.resize(wanted) == model.hasValue());
    if (!model.hasValue()) {
      CHECK(segmenter.inputResolution() == before);
      continue;
    }
    ++resized;
    CHECK(segmenter.inputResolution() == wanted);
    std::vector<float> rgb(static_cast<std::size_t>(wanted.pixels()) * 3);
    std::uniform_real_distribution<float> value(0.0F, 1.0F);
    for (float& v : rgb) v = value(random);
    const std::vector<double> expected = segmentation::test::interpret(model.value(), rgb);
    std::vector<float> mask(expected.size(), -1.0F);
    REQUIRE(segmenter.run(rgb, mask));
    double worst = 0;
    for (std::size_t i = 0; i < mask.size(); ++i) worst = std::max(worst, std::abs(mask[i] - expected[i]));
    CHECK(worst < 1e-4);
  }
  CHECK(resized > 5);
}

TEST_CASE("the landscape model finds the same person in a smaller picture", "[segmentation]") {
  if (fixtures() == nullptr) FAIL("TESSERA_FIXTURES is not set: run npm test -- native, which sets it to what scripts/setup made");
  Segmenter segmenter = landscape();
  const std::vector<float> rgb = photograph();
  std::vector<float> full(256 * 144);
  REQUIRE(segmenter.run(rgb, full));

  CHECK_FALSE(segmenter.resize({250, 144}));
  CHECK_FALSE(segmenter.resize({0, 0}));
  CHECK(segmenter.inputResolution() == Resolution{256, 144});
  for (const Resolution size : {Resolution{192, 112}, Resolution{160, 96}}) {
    REQUIRE(segmenter.resize(size));
    // Every pixel from the nearest one of the photograph, and of its mask.
    const auto nearest = [&](int x, int y) { return (y * 144 + 72) / size.height * 256 + (x * 256 + 128) / size.width; };
    std::vector<float> small;
    for (int y = 0; y < size.height; ++y) {
      for (int x = 0; x < size.width; ++x) {
        for (int c = 0; c < 3; ++c) small.push_back(rgb[static_cast<std::size_t>(nearest(x, y)) * 3 + c]);
      }
    }
    std::vector<float> mask(static_cast<std::size_t>(size.pixels()));
    REQUIRE(segmenter.run(small, mask));
    double agree = 0;
    for (int y = 0; y < size.height; ++y) {
      for (int x = 0; x < size.width; ++x) agree += (mask[static_cast<std::size_t>(y) * size.width + x] > 0.5F) == (full[nearest(x, y)] > 0.5F) ? 1 : 0;
    }
    INFO(size.width << " x " << size.height << " agrees in " << agree / static_cast<double>(size.pixels()));
    CHECK(agree / static_cast<double>(size.pixels()) > 0.97);
  }
  // Back at full size, nothing of the other sizes is left.
  REQUIRE(segmenter.resize({256, 144}));
  std::vector<float> again(256 * 144);
  REQUIRE(segmenter.run(rgb, again));
  CHECK(again == full);
}

TEST_CASE("random networks give what the scalar interpreter gives", "[segmentation]") {
  for (unsigned seed = 0; seed < 40; ++seed) {
    std::mt19937 random(seed);
    const File file = segmentation::test::randomFile(random);
    const auto bytes = file.bytes();
    auto model = parseModel(bytes);
    INFO("seed " << seed << (model.hasValue() ? "" : ": " + model.error().message));
    REQUIRE(model.hasValue());
    std::vector<float> rgb(static_cast<std::size_t>(file.height) * file.width * 3);
    std::uniform_real_distribution<float> value(0.0F, 1.0F);
    for (float& v : rgb) v = value(random);
    const std::vector<double> expected = segmentation::test::interpret(model.value(), rgb);

    auto created = Segmenter::create(bytes);
    REQUIRE(created.hasValue());
    Segmenter segmenter = std::move(created).value();
    std::vector<float> mask(expected.size(), -1.0F);
    // Twice, so that what the first run left in shared memory would show.
    for (int pass = 0; pass < 2; ++pass) {
      std::fill(mask.begin(), mask.end(), -1.0F);
      REQUIRE(segmenter.run(rgb, mask));
      double worst = 0;
      for (std::size_t i = 0; i < mask.size(); ++i) worst = std::max(worst, std::abs(mask[i] - expected[i]));
      CHECK(worst < 1e-4);
    }
  }
}

}  // namespace
}  // namespace tessera::video
