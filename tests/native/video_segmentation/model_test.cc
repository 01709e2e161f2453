// SPDX-License-Identifier: Apache-2.0
// Damaged model files: each must be refused with model-invalid, and none may be read out of bounds (sanitizers watch).
#include "wasm/video/segmentation/model.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <random>
#include <vector>

#include "tests/native/video_segmentation/reference.h"
#include "wasm/video/segmentation/segmenter.h"

namespace tessera::video::segmentation {
namespace {

using test::File;
using test::Record;

File sample(unsigned seed = 11) {
  std::mt19937 random(seed);
  return test::randomFile(random);
}

/** An exact copy on the heap, so that reading one byte too far is an error that AddressSanitizer sees. */
bool refused(const std::vector<std::byte>& file) {
  const std::vector<std::byte> exact(file.begin(), file.end());
  auto result = Segmenter::create(exact);
  return !result.hasValue() && result.error().code == ErrorCode::kInvalidModel && !result.error().message.empty();
}

TEST_CASE("a good file is accepted, half precision read exactly", "[segmentation]") {
  File file = sample();
  file.weights.insert(file.weights.end(), {0x0000, 0x8000, 0x3c00, 0xc000, 0x7bff, 0x0001, 0x03ff, 0x0400, 0x3555});
  auto model = parseModel(file.bytes());
  REQUIRE(model.hasValue());
  const std::vector<float>& w = model.value().weights;
  const std::vector<float> tail(w.end() - 9, w.end());
  CHECK(tail == std::vector<float>{0.0F, -0.0F, 1.0F, -2.0F, 65504.0F, 0x1p-24F, 1023 * 0x1p-24F, 0x1p-14F, 0.333251953125F});
}

TEST_CASE("a file cut anywhere is refused", "[segmentation]") {
  const auto file = sample().bytes();
  for (std::size_t size = 0; size < file.size(); size += size < 2000 ? 1 : 97) {
    INFO("cut to " << size << " of " << file.size());
    CHECK(refused({file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size)}));
    if (size >= 28) {
      // With size and checksum made to fit, the parts still do not.
      std::vector<std::byte> cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
      for (std::size_t i = 0; i < 4; ++i) cut[8 + i] = static_cast<std::byte>(size >> (8 * i) & 0xff);
      test::fixChecksum(cut);
      CHECK(refused(cut));
    }
  }
  auto longer = file;
  longer.push_back(std::byte{0});
  CHECK(refused(longer));
}

TEST_CASE("a file with any one bit flipped is refused", "[segmentation]") {
  const auto file = sample().bytes();
  for (std::size_t i = 0; i < file.size(); i += i < 300 ? 1 : 531) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      auto flipped = file;
      flipped[i] ^= static_cast<std::byte>(1U << bit);
      if (!refused(flipped)) FAIL_CHECK("byte " << i << " bit " << bit);
    }
  }
}

TEST_CASE("records that lie are refused even when the checksum is right", "[segmentation]") {
  const auto lie = [](const char* what, const std::function<void(File&)>& change) {
    File file = sample();
    change(file);
    INFO(what);
    CHECK(refused(file.bytes()));
  };
  const auto first = [](File& file, Kind kind) -> Record& {
    const auto found = std::find_if(file.records.begin() + 1, file.records.end(), [&](const Record& r) { return r.kind == kind; });
    REQUIRE(found != file.records.end());
    return *found;
  };
  lie("no input", [](File& f) { f.records.erase(f.records.begin()); });
  lie("no output", [](File& f) { f.records.pop_back(); });
  lie("two outputs", [](File& f) { f.records.push_back(f.records.back()); });
  lie("an input in the middle", [](File& f) { f.records.insert(f.records.begin() + 1, f.records[0]); });
  lie("four input channels", [](File& f) { f.records[0].channels = 4; });
  lie("an input of no size", [](File& f) { f.height = 0; });
  lie("a huge input", [](File& f) { f.width = 0xffff; });
  lie("reads itself", [&](File& f) { f.records[1].input = 1; });
  lie("reads what comes later", [&](File& f) { f.records[1].input = 2; });
  lie("reads nothing", [&](File& f) { f.records[1].input = 0xffff; });
  lie("a gate from nowhere", [&](File& f) { f.records[1].gate = 200; });
  lie("an addend of another shape", [&](File& f) { f.records[1].addend = 0; });
  lie("unknown kind", [&](File& f) { f.records[1].kind = static_cast<Kind>(77); });
  lie("unknown activation", [&](File& f) { f.records[1].activation = static_cast<Activation>(4); });
  lie("kernel 0", [&](File& f) { f.records[1].kernel = 0; });
  lie("kernel 255", [&](File& f) { f.records[1].kernel = 255; });
  lie("stride 0", [&](File& f) { f.records[1].stride = 0; });
  lie("stride 3", [&](File& f) { f.records[1].stride = 3; });
  lie("no channels", [&](File& f) { f.records[1].channels = 0; });
  lie("7 channels", [&](File& f) { f.records[1].channels = 7; });
  lie("65528 channels", [&](File& f) { f.records[1].channels = 65528; });
  lie("weights past the end", [&](File& f) { f.records[1].weights = static_cast<std::uint32_t>(f.weights.size()); });
  lie("weights far past the end", [&](File& f) { f.records[1].weights = 0xfffffff0; });
  lie("bias past the end", [&](File& f) { f.records[1].bias = 0xfffffffe; });
  lie("depthwise without weights", [&](File& f) { first(f, Kind::kDepthwise).weights = 0xffffffff; });
  lie("depthwise that changes the channels", [&](File& f) { first(f, Kind::kDepthwise).channels += 8; });
  lie("depthwise with kernel 4", [&](File& f) { first(f, Kind::kDepthwise).kernel = 4; });
  lie("dense without bias", [&](File& f) { first(f, Kind::kDense).bias = 0xffffffff; });
  lie("dense with two matrices", [&](File& f) { first(f, Kind::kDense).middle = 512; });
  lie("output past the end", [&](File& f) { f.records.back().weights = static_cast<std::uint32_t>(f.weights.size() - 1); });
  lie("output of another size", [&](File& f) { f.records.back().input = 0; });
  lie("an infinite weight", [](File& f) { f.weights[0] = 0x7c00; });
  lie("a weight that is not a number", [](File& f) { f.weights[0] = 0xfe00; });
}

TEST_CASE("random damage behind a right checksum never does more than be refused or run", "[segmentation]") {
  std::mt19937 random(21);
  int accepted = 0;
  for (int round = 0; round < 600; ++round) {
    auto file = sample(static_cast<unsigned>(round % 7)).bytes();
    const std::size_t header = std::min<std::size_t>(file.size(), 1000);
    for (int changes = 1 + static_cast<int>(random() % 3); changes > 0; --changes) {
      file[16 + random() % (header - 16)] = static_cast<std::byte>(random() & 0xff);
    }
    test::fixChecksum(file);
    const std::vector<std::byte> exact(file.begin(), file.end());
    auto result = Segmenter::create(exact);
    if (!result.hasValue()) {
      CHECK(result.error().code == ErrorCode::kInvalidModel);
      continue;
    }
    if (++accepted % 20 != 0) continue;
    Segmenter segmenter = std::move(result).value();
    const auto pixels = static_cast<std::size_t>(segmenter.inputResolution().pixels());
    std::vector<float> mask(pixels);
    CHECK(segmenter.run(std::vector<float>(3 * pixels, 0.25F), mask));
  }
  CHECK(accepted > 30);
}

}  // namespace
}  // namespace tessera::video::segmentation
