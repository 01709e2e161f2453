// SPDX-License-Identifier: Apache-2.0
// The pipeline from frame to frame with a model that knows the answer: formats, sizes, turns, closing and allocations.
#include <catch2/catch_test_macros.hpp>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <cstring>
#include <memory>

#include "allocation_count.h"
#include "random_pixels.h"
#include "wasm/video/pipeline.h"
#include "wasm/video/pipeline_port.h"
#include "wasm/video/scale.h"

using namespace tessera;
using namespace tessera::video;

namespace {

// Calls everything bright a person.
class BrightIsPerson final : public PersonModel {
 public:
  Resolution inputResolution() const override { return {256, 144}; }
  bool run(std::span<const float> rgb, std::span<float> mask) override {
    for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = rgb[3 * i + 1] > 0.5f ? 1.0f : 0.0f;
    return !fails;
  }
  bool fails = false;
};

struct CameraFrame {
  FrameLayout layout;
  std::vector<std::uint8_t> bytes;
};

// A bright ellipse (the person, upright: taller than wide and below the middle) in a dark, striped room.
bool isPerson(double x, double y) { return std::pow((x - 0.5) / 0.2, 2) + std::pow((y - 0.7) / 0.4, 2) < 1; }

CameraFrame makeScene(PixelFormat format, Resolution size, Rotation rotation = Rotation::k0) {
  CameraFrame scene{packedLayout(format, size), {}};
  scene.layout.rotation = rotation;
  scene.bytes.assign(packedFrameSize(format, size), 128);
  const Resolution upright = turned(size, rotation);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      double ux = (x + 0.5) / size.width;
      double uy = (y + 0.5) / size.height;
      if (rotation == Rotation::k90) {
        const double was = ux;
        ux = 1 - uy;
        uy = was;
      } else if (rotation == Rotation::k180) {
        ux = 1 - ux;
        uy = 1 - uy;
      } else if (rotation == Rotation::k270) {
        const double was = ux;
        ux = uy;
        uy = 1 - was;
      }
      const std::uint8_t value = isPerson(ux, uy) ? 220 : (static_cast<int>(ux * upright.width) / 8) % 2 != 0 ? 70 : 30;
      if (isPacked(format)) {
        std::memset(scene.bytes.data() + (static_cast<std::size_t>(y) * static_cast<std::size_t>(size.width) + static_cast<std::size_t>(x)) * 4, value, 4);
      } else {
        scene.bytes[static_cast<std::size_t>(y) * static_cast<std::size_t>(size.width) + static_cast<std::size_t>(x)] = value;
      }
    }
  }
  return scene;
}

Look blurred(float strength) {
  Look look;
  look.strength = strength;
  return look;
}

Look colored(std::uint8_t grey) {
  Look look;
  look.behind = Behind::kColor;
  look.red = look.green = look.blue = grey;
  return look;
}

// RGBA of a size.
bool showPicture(Pipeline& pipeline, std::vector<std::uint8_t> rgba, Resolution size, Fit fit, float light_wrap) {
  FrameLayout layout;
  layout.format = PixelFormat::kRgba;
  layout.size = size;
  layout.planes[0] = {0, static_cast<std::size_t>(std::max(size.width, 0)) * 4};
  if (!pipeline.setPicture(rgba, layout).hasValue()) return false;
  Look look;
  look.behind = Behind::kPicture;
  look.fit = fit;
  look.light_wrap = light_wrap;
  pipeline.setLook(look);
  return true;
}

std::vector<std::uint8_t> process(Pipeline& pipeline, const CameraFrame& scene, bool segment = true) {
  const auto input = pipeline.inputBuffer(scene.bytes.size());
  std::copy(scene.bytes.begin(), scene.bytes.end(), input.begin());
  REQUIRE(pipeline.prepare(scene.layout).hasValue());
  if (segment) REQUIRE(pipeline.segment().hasValue());
  const auto out = pipeline.render();
  return {out.begin(), out.end()};
}

int lumaAt(const std::vector<std::uint8_t>& frame, Resolution size, double x, double y) {
  return frame[static_cast<std::size_t>(static_cast<int>(y * size.height) * size.width + static_cast<int>(x * size.width))];
}

}  // namespace

TEST_CASE("the person stays and the background becomes the colour, in every format and many sizes", "[video][pipeline]") {
  for (const PixelFormat format : {PixelFormat::kI420, PixelFormat::kNv12, PixelFormat::kRgba, PixelFormat::kBgrx}) {
    for (const Resolution size : {Resolution{1280, 720}, {640, 360}, {641, 363}, {480, 640}, {1919, 1079}}) {
      Pipeline pipeline(std::make_unique<BrightIsPerson>());
      pipeline.setLook(colored(255));
      const CameraFrame scene = makeScene(format, size);
      const auto out = process(pipeline, scene);
      REQUIRE(out.size() == packedFrameSize(PixelFormat::kI420, size));
      CHECK(std::abs(lumaAt(out, size, 0.5, 0.7) - (isPacked(format) ? 205 : 220)) <= 2);
      CHECK(lumaAt(out, size, 0.1, 0.2) >= 234);
      CHECK(lumaAt(out, size, 0.9, 0.9) >= 234);
      CHECK(lumaAt(out, size, 0.5, 0.1) >= 234);
    }
  }
}

TEST_CASE("tiny frames are processed without harm", "[video][pipeline]") {
  Pipeline pipeline(std::make_unique<BrightIsPerson>());
  test::Noise noise(51);
  for (int width = 1; width <= 21; ++width) {
    for (const int height : {1, 2, 3, 9, 16}) {
      for (const PixelFormat format : {PixelFormat::kI420, PixelFormat::kNv12, PixelFormat::kRgba}) {
        CameraFrame scene{packedLayout(format, {width, height}), noise.bytes(packedFrameSize(format, {width, height}))};
        pipeline.setLook(blurred(static_cast<float>(noise.between(0, 100)) / 100.0f));
        CHECK(process(pipeline, scene).size() == packedFrameSize(PixelFormat::kI420, {width, height}));
      }
    }
  }
}

TEST_CASE("before a mask is found nobody is shown, and a new size or turn starts over", "[video][pipeline]") {
  Pipeline pipeline(std::make_unique<BrightIsPerson>());
  pipeline.setLook(colored(0));
  const Resolution size{640, 360};
  const auto allBlack = [](const std::vector<std::uint8_t>& frame, Resolution at) {
    return std::all_of(frame.begin(), frame.begin() + at.pixels(), [](std::uint8_t value) { return value == 16; });
  };
  CHECK(allBlack(process(pipeline, makeScene(PixelFormat::kI420, size), false), size));
  CHECK_FALSE(allBlack(process(pipeline, makeScene(PixelFormat::kI420, size)), size));
  CHECK_FALSE(allBlack(process(pipeline, makeScene(PixelFormat::kI420, size), false), size));
  const Resolution other{360, 640};
  CHECK(allBlack(process(pipeline, makeScene(PixelFormat::kI420, other), false), other));
  CHECK_FALSE(allBlack(process(pipeline, makeScene(PixelFormat::kI420, other)), other));
  CHECK(allBlack(process(pipeline, makeScene(PixelFormat::kI420, other, Rotation::k180), false), other));
}

TEST_CASE("a failing model shows nobody and says so", "[video][pipeline]") {
  auto owned = std::make_unique<BrightIsPerson>();
  BrightIsPerson* model = owned.get();
  Pipeline pipeline(std::move(owned));
  pipeline.setLook(colored(0));
  const CameraFrame scene = makeScene(PixelFormat::kI420, {640, 360});
  process(pipeline, scene);
  model->fails = true;
  std::copy(scene.bytes.begin(), scene.bytes.end(), pipeline.inputBuffer(scene.bytes.size()).begin());
  REQUIRE(pipeline.prepare(scene.layout).hasValue());
  const auto failed = pipeline.segment();
  REQUIRE_FALSE(failed.hasValue());
  CHECK(failed.error().code == ErrorCode::kInternal);
  const auto out = pipeline.render();
  CHECK(std::all_of(out.begin(), out.begin() + 640 * 360, [](std::uint8_t value) { return value == 16; }));
}

TEST_CASE("a model that answers with no numbers shows nobody, and is forgotten with its next good answer", "[video][pipeline]") {
  class Lost final : public PersonModel {
   public:
    Resolution inputResolution() const override { return {256, 144}; }
    bool run(std::span<const float> rgb, std::span<float> mask) override {
      for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = lost ? std::numeric_limits<float>::quiet_NaN() : rgb[3 * i + 1] > 0.5f ? 1.0f : 0.0f;
      return true;
    }
    bool lost = false;
  };
  const Resolution size{640, 360};
  auto owned = std::make_unique<Lost>();
  Lost* model = owned.get();
  Pipeline pipeline(std::move(owned));
  pipeline.setLook(colored(0));
  const CameraFrame scene = makeScene(PixelFormat::kI420, size);
  model->lost = true;
  const auto out = process(pipeline, scene);
  CHECK(std::all_of(out.begin(), out.begin() + size.pixels(), [](std::uint8_t value) { return value == 16; }));
  model->lost = false;
  process(pipeline, scene);
  CHECK(lumaAt(process(pipeline, scene), size, 0.5, 0.7) == 220);
}

TEST_CASE("turned cameras are segmented upright, and pictures stand upright behind them", "[video][pipeline]") {
  // A picture whose upper half is white and whose lower half is black.
  std::vector<std::uint8_t> rgba(64 * 36 * 4, 255);
  std::fill(rgba.begin() + 64 * 18 * 4, rgba.end(), std::uint8_t{0});
  for (const Rotation rotation : {Rotation::k0, Rotation::k90, Rotation::k180, Rotation::k270}) {
    const Resolution size{640, 360};
    Pipeline pipeline(std::make_unique<BrightIsPerson>());
    REQUIRE(showPicture(pipeline, rgba, {64, 36}, Fit::kCover, 0.0f));
    const auto out = process(pipeline, makeScene(PixelFormat::kI420, size, rotation));
    const Resolution upright = turned(size, rotation);
    std::vector<std::uint8_t> turned_out(static_cast<std::size_t>(size.pixels()));
    rotatePlane({out.data(), size.width, size.height, size.width}, rotation, {turned_out.data(), upright.width, upright.height, upright.width});
    CHECK(lumaAt(turned_out, upright, 0.1, 0.1) > 230);
    CHECK(lumaAt(turned_out, upright, 0.9, 0.1) > 230);
    CHECK(lumaAt(turned_out, upright, 0.1, 0.9) < 20);
    CHECK(lumaAt(turned_out, upright, 0.9, 0.9) < 20);
    CHECK(std::abs(lumaAt(turned_out, upright, 0.5, 0.7) - 220) <= 2);
  }
}

TEST_CASE("cover fills the frame, contain leaves black bars", "[video][pipeline]") {
  const std::vector<std::uint8_t> white(40 * 40 * 4, 255);
  const Resolution size{640, 360};
  Pipeline pipeline(std::make_unique<BrightIsPerson>());
  const CameraFrame scene = makeScene(PixelFormat::kI420, size);
  REQUIRE(showPicture(pipeline, white, {40, 40}, Fit::kCover, 0.0f));
  auto out = process(pipeline, scene);
  CHECK(lumaAt(out, size, 0.01, 0.5) > 230);
  CHECK(lumaAt(out, size, 0.25, 0.05) > 230);
  REQUIRE(showPicture(pipeline, white, {40, 40}, Fit::kContain, 0.0f));
  out = process(pipeline, scene);
  CHECK(lumaAt(out, size, 0.01, 0.5) == 16);
  CHECK(lumaAt(out, size, 0.25, 0.05) > 230);
  CHECK_FALSE(showPicture(pipeline, white, {41, 40}, Fit::kCover, 0.0f));
  CHECK_FALSE(showPicture(pipeline, white, {0, 40}, Fit::kCover, 0.0f));
  out = process(pipeline, scene);
  CHECK(lumaAt(out, size, 0.25, 0.05) > 230);
}

TEST_CASE("light wrap brightens the outline and leaves the middle alone", "[video][pipeline]") {
  const std::vector<std::uint8_t> white(40 * 40 * 4, 255);
  const Resolution size{1280, 720};
  CameraFrame scene = makeScene(PixelFormat::kI420, size);
  for (auto& value : scene.bytes) value = value == 220 ? 160 : value;
  Pipeline pipeline(std::make_unique<BrightIsPerson>());
  REQUIRE(showPicture(pipeline, white, {40, 40}, Fit::kCover, 0.0f));
  const auto plain = process(pipeline, scene);
  REQUIRE(showPicture(pipeline, white, {40, 40}, Fit::kCover, 1.0f));
  const auto wrapped = process(pipeline, scene);
  CHECK(lumaAt(plain, size, 0.31, 0.7) <= 165);
  CHECK(lumaAt(wrapped, size, 0.31, 0.7) > lumaAt(plain, size, 0.31, 0.7) + 10);
  CHECK(std::abs(lumaAt(wrapped, size, 0.5, 0.7) - lumaAt(plain, size, 0.5, 0.7)) <= 1);
}

TEST_CASE("a colour's light wraps around the person as a picture's does, over the whole width", "[video][pipeline]") {
  const Resolution size{1280, 720};
  CameraFrame scene = makeScene(PixelFormat::kI420, size);
  for (auto& value : scene.bytes) value = value == 220 ? 160 : value;
  Pipeline pipeline(std::make_unique<BrightIsPerson>());
  Look look = colored(255);
  pipeline.setLook(look);
  const auto plain = process(pipeline, scene);
  look.light_wrap = 1.0f;
  pipeline.setLook(look);
  const auto wrapped = process(pipeline, scene);
  for (const double x : {0.31, 0.69}) CHECK(lumaAt(wrapped, size, x, 0.7) > lumaAt(plain, size, x, 0.7) + 10);
  CHECK(std::abs(lumaAt(wrapped, size, 0.5, 0.7) - lumaAt(plain, size, 0.5, 0.7)) <= 1);
  CHECK(lumaAt(wrapped, size, 0.05, 0.2) == lumaAt(plain, size, 0.05, 0.2));
}

TEST_CASE("blur removes the room's stripes and keeps the person's edge", "[video][pipeline]") {
  const Resolution size{1280, 720};
  Pipeline pipeline(std::make_unique<BrightIsPerson>());
  pipeline.setLook(blurred(0.6f));
  const auto out = process(pipeline, makeScene(PixelFormat::kI420, size));
  int least = 255;
  int most = 0;
  for (int x = 40; x < 300; ++x) {
    const int value = out[static_cast<std::size_t>(200 * 1280 + x)];
    least = std::min(least, value);
    most = std::max(most, value);
  }
  CHECK(most - least <= 4);
  CHECK(least > 40);
  CHECK(most < 60);
  // Across the person's left edge on row 504: from room to person within a few pixels.
  int edge = 0;
  for (int x = 300; x < 480; ++x) {
    const int value = out[static_cast<std::size_t>(504 * 1280 + x)];
    if (value > 75 && value < 200) ++edge;
  }
  CHECK(edge <= 6);
}

TEST_CASE("a transparent background is an alpha plane, with black under what is not there", "[video][pipeline]") {
  const Resolution size{640, 360};
  Pipeline pipeline(std::make_unique<BrightIsPerson>());
  Look look;
  look.behind = Behind::kTransparent;
  pipeline.setLook(look);
  const auto out = process(pipeline, makeScene(PixelFormat::kI420, size));
  const auto colors = packedFrameSize(PixelFormat::kI420, size);
  REQUIRE(out.size() == colors + static_cast<std::size_t>(size.pixels()));
  const std::vector<std::uint8_t> alpha(out.begin() + static_cast<std::ptrdiff_t>(colors), out.end());
  CHECK(lumaAt(alpha, size, 0.5, 0.7) == 255);
  CHECK(lumaAt(out, size, 0.5, 0.7) == 220);
  CHECK(lumaAt(alpha, size, 0.1, 0.2) == 0);
  // Nothing of the room, not even where it cannot be seen.
  for (std::size_t i = 0; i < alpha.size(); ++i) {
    if (alpha[i] == 0) REQUIRE(out[i] == 16);
  }
}

TEST_CASE("the room stays as it is but for the person's light, and a well-lit person hardly changes", "[video][pipeline]") {
  const Resolution size{640, 360};
  const auto lifted = [&](std::uint8_t person) {
    CameraFrame scene = makeScene(PixelFormat::kI420, size);
    // The model sees who is bright; the light sees how bright.
    Pipeline pipeline(std::make_unique<BrightIsPerson>());
    Look look;
    look.behind = Behind::kRoom;
    look.portrait_light = 1.0f;
    pipeline.setLook(look);
    for (std::size_t i = 0; i < static_cast<std::size_t>(size.pixels()); ++i) scene.bytes[i] = scene.bytes[i] == 220 ? person : scene.bytes[i];
    const auto out = process(pipeline, scene);
    for (const double x : {0.05, 0.15, 0.9}) CHECK(lumaAt(out, size, x, 0.2) == lumaAt(scene.bytes, size, x, 0.2));
    return lumaAt(out, size, 0.5, 0.5) - person;
  };
  // Half of white is 126: 130 is the darkest whom this model sees.
  const int dark = lifted(130);
  const int bright = lifted(225);
  CHECK(dark > 8);
  CHECK(dark < 45);
  CHECK(bright >= 0);
  CHECK(bright <= 6);
}

TEST_CASE("a film's frames replace one another, whatever their format, and black stands in until the first", "[video][pipeline]") {
  const Resolution size{640, 360};
  Pipeline pipeline(std::make_unique<BrightIsPerson>());
  Look look;
  look.behind = Behind::kPicture;
  pipeline.setLook(look);
  const CameraFrame scene = makeScene(PixelFormat::kI420, size);
  CHECK(lumaAt(process(pipeline, scene), size, 0.1, 0.2) == 16);
  std::vector<std::uint8_t> bytes;
  for (const auto& [format, value] : {std::pair{PixelFormat::kI420, 90}, {PixelFormat::kNv12, 140}, {PixelFormat::kI420, 200}}) {
    const Resolution film{320, 240};
    bytes.assign(packedFrameSize(format, film), 128);
    std::fill_n(bytes.begin(), film.pixels(), static_cast<std::uint8_t>(value));
    FrameLayout layout = packedLayout(format, film);
    layout.color = scene.layout.color;
    REQUIRE(pipeline.setPicture(bytes, layout).hasValue());
    CHECK(lumaAt(process(pipeline, scene), size, 0.1, 0.2) == value);
  }
  // Full-range white of the film is white in the camera's limited range.
  bytes.assign(packedFrameSize(PixelFormat::kI420, {64, 48}), 128);
  std::fill_n(bytes.begin(), 64 * 48, std::uint8_t{255});
  FrameLayout layout = packedLayout(PixelFormat::kI420, {64, 48});
  layout.color = {ColorMatrix::kBt601, ColorRange::kFull};
  REQUIRE(pipeline.setPicture(bytes, layout).hasValue());
  CHECK(std::abs(lumaAt(process(pipeline, scene), size, 0.1, 0.2) - 235) <= 2);
}

TEST_CASE("framing zooms in on the person smoothly, stays when they stay, and widens when they leave", "[video][pipeline]") {
  const Resolution size{640, 360};
  Pipeline pipeline(std::make_unique<BrightIsPerson>());
  Look look;
  look.behind = Behind::kColor;
  look.auto_framing = true;
  pipeline.setLook(look);
  // A small person on the left.
  CameraFrame scene{packedLayout(PixelFormat::kI420, size), std::vector<std::uint8_t>(packedFrameSize(PixelFormat::kI420, size), 128)};
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) scene.bytes[static_cast<std::size_t>(y * size.width + x)] = std::pow((x - 160) / 60.0, 2) + std::pow((y - 220) / 140.0, 2) < 1 ? 220 : 40;
  }
  const auto shareOf = [&](const std::vector<std::uint8_t>& out) {
    return static_cast<double>(std::count_if(out.begin(), out.begin() + size.pixels(), [](std::uint8_t value) { return value > 150; })) / static_cast<double>(size.pixels());
  };
  double last = shareOf(process(pipeline, scene));
  const double first = last;
  double largest_step = 0;
  for (int frame = 0; frame < 90; ++frame) {
    const double share = shareOf(process(pipeline, scene));
    largest_step = std::max(largest_step, std::fabs(share - last));
    last = share;
  }
  // Zoomed by two, and no frame took more than a small part of the way.
  CHECK(last > 2.2 * first);
  CHECK(largest_step < 0.12 * (last - first));
  CHECK(std::fabs(shareOf(process(pipeline, scene)) - last) < 0.002);
  // The person leaves; after a while all of the room is in the picture again.
  CameraFrame empty = scene;
  std::fill_n(empty.bytes.begin(), size.pixels(), std::uint8_t{40});
  for (int frame = 0; frame < 150; ++frame) process(pipeline, empty);
  CHECK(std::fabs(shareOf(process(pipeline, scene)) - first) < 0.02);
}

TEST_CASE("frames that are none are refused, and nothing is drawn for them", "[video][pipeline]") {
  Pipeline pipeline(std::make_unique<BrightIsPerson>());
  const CameraFrame scene = makeScene(PixelFormat::kI420, {64, 64});
  process(pipeline, scene);
  FrameLayout bad = scene.layout;
  bad.planes[0].stride = 1u << 30;
  pipeline.inputBuffer(scene.bytes.size());
  CHECK_FALSE(pipeline.prepare(bad).hasValue());
  CHECK(pipeline.render().empty());
  CHECK_FALSE(pipeline.segment().hasValue());
  pipeline.inputBuffer(16);
  CHECK_FALSE(pipeline.prepare(scene.layout).hasValue());
}

TEST_CASE("once warm, frames allocate nothing", "[video][pipeline]") {
  const std::vector<std::uint8_t> white(40 * 40 * 4, 255);
  Pipeline pipeline(std::make_unique<BrightIsPerson>());
  for (int background = 0; background < 5; ++background) {
    if (background == 0) pipeline.setLook(blurred(0.6f));
    if (background == 1) REQUIRE(showPicture(pipeline, white, {40, 40}, Fit::kCover, 0.5f));
    if (background == 2) pipeline.setLook(colored(2));
    if (background >= 3) {
      Look look;
      look.behind = background == 3 ? Behind::kTransparent : Behind::kBlur;
      look.portrait_light = 1.0f;
      look.auto_framing = background == 4;
      pipeline.setLook(look);
    }
    for (const PixelFormat format : {PixelFormat::kI420, PixelFormat::kNv12, PixelFormat::kBgra}) {
      const CameraFrame scene = makeScene(format, {640, 360}, Rotation::k90);
      // The crop takes some frames to begin.
      for (int frame = 0; frame < (background == 4 ? 40 : 1); ++frame) process(pipeline, scene);
      const long before = test::allocationCount();
      for (int frame = 0; frame < 3; ++frame) {
        const auto input = pipeline.inputBuffer(scene.bytes.size());
        std::memcpy(input.data(), scene.bytes.data(), scene.bytes.size());
        const bool good = pipeline.prepare(scene.layout).hasValue() && pipeline.segment().hasValue() && !pipeline.render().empty();
        if (!good) std::abort();
      }
      const long after = test::allocationCount();
      CHECK(after == before);
    }
  }
}

TEST_CASE("the port refuses everything until a model is loaded, and bad values after", "[video][pipeline]") {
  PipelinePort port;
  CHECK(port.setLook({}).code == "invalid-argument");
  CHECK(port.setPicture({}).code == "invalid-argument");
  CHECK(port.segment().code == "invalid-argument");
  CHECK(port.prepare({}).code == "invalid-argument");
  CHECK(port.render().size == 0);
  CHECK(port.input(100).size == 0);
  const Bytes scratch = port.scratch(100);
  CHECK(scratch.size == 100);
  CHECK(port.load(101).code == "invalid-argument");
  CHECK(port.load(100).code == "model-invalid");
  CHECK(port.scratch(std::numeric_limits<std::size_t>::max() / 2).size == 0);
}
