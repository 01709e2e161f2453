// SPDX-License-Identifier: Apache-2.0
// Searching for people in a smaller picture, to save time: the pipeline changes the model's input without losing anybody.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <memory>
#include <vector>

#include "wasm/video/pipeline.h"

namespace tessera::video {
namespace {

/** Calls the left half of the picture a person, at any size, and remembers the sizes it was run at. */
class LeftIsPerson final : public PersonModel {
 public:
  LeftIsPerson(std::vector<Resolution>& runs, bool resizable) : runs_(runs), resizable_(resizable) {}
  Resolution inputResolution() const override { return size_; }
  bool run(std::span<const float>, std::span<float> mask) override {
    runs_.push_back(size_);
    for (int i = 0; i < size_.pixels(); ++i) mask[static_cast<std::size_t>(i)] = i % size_.width < size_.width / 2 ? 1.0F : 0.0F;
    return true;
  }
  bool resize(Resolution size) override {
    if (resizable_) size_ = size;
    return resizable_;
  }

 private:
  std::vector<Resolution>& runs_;
  bool resizable_;
  Resolution size_{256, 144};
};

constexpr Resolution kFrame{640, 360};

/** Bright on the left, dark on the right. */
std::vector<std::uint8_t> frame() {
  std::vector<std::uint8_t> bytes(packedFrameSize(PixelFormat::kI420, kFrame), 128);
  for (int y = 0; y < kFrame.height; ++y) {
    for (int x = 0; x < kFrame.width; ++x) bytes[static_cast<std::size_t>(y * kFrame.width + x)] = x < kFrame.width / 2 ? 220 : 40;
  }
  return bytes;
}

/** The person over black: how bright the middle of the left and of the right half come out. */
std::pair<int, int> draw(Pipeline& pipeline, bool segment) {
  const auto bytes = frame();
  const auto input = pipeline.inputBuffer(bytes.size());
  std::copy(bytes.begin(), bytes.end(), input.begin());
  REQUIRE(pipeline.prepare(packedLayout(PixelFormat::kI420, kFrame)).hasValue());
  if (segment) REQUIRE(pipeline.segment().hasValue());
  const auto out = pipeline.render();
  REQUIRE(out.size() == bytes.size());
  const auto row = static_cast<std::size_t>(kFrame.height / 2 * kFrame.width);
  return {out[row + kFrame.width / 4], out[row + 3 * kFrame.width / 4]};
}

TEST_CASE("less detail takes effect with the next search, and nobody vanishes until then", "[video][detail]") {
  std::vector<Resolution> runs;
  Pipeline pipeline(std::make_unique<LeftIsPerson>(runs, true));
  pipeline.setLook({.behind = Behind::kColor});
  const std::pair shown{220, 16};
  CHECK(draw(pipeline, true) == shown);
  for (const int detail : {1, 2, 0}) {
    pipeline.setDetail(detail);
    CHECK(draw(pipeline, false) == shown);
    CHECK(draw(pipeline, true) == shown);
    CHECK(draw(pipeline, false) == shown);
  }
  CHECK(runs == std::vector<Resolution>{{256, 144}, {192, 112}, {160, 96}, {256, 144}});
}

TEST_CASE("a model of a fixed size goes on as it is", "[video][detail]") {
  std::vector<Resolution> runs;
  Pipeline pipeline(std::make_unique<LeftIsPerson>(runs, false));
  pipeline.setLook({.behind = Behind::kColor});
  for (const int detail : {0, 2, -7, 99}) {
    pipeline.setDetail(detail);
    CHECK(draw(pipeline, true) == std::pair{220, 16});
  }
  CHECK(runs == std::vector<Resolution>(4, {256, 144}));
}

}  // namespace
}  // namespace tessera::video
