// SPDX-License-Identifier: Apache-2.0
// Whole mixed pictures against a plain composition, tiles that move, what is remembered between frames, and refusals.
#include <catch2/catch_test_macros.hpp>
#include <array>
#include <cstdlib>

#include "../video/allocation_count.h"
#include "../video/random_pixels.h"
#include "reference.h"
#include "wasm/video/mix/compositor_port.h"
#include "wasm/video/mix/video_mixer.h"

using namespace tessera;
using namespace tessera::video;

namespace {

constexpr Resolution kHd{1280, 720};
constexpr ColorSpace kColor{ColorMatrix::kBt601, ColorRange::kLimited};

// Gives the tile a frame and returns its bytes.
std::vector<std::uint8_t> feed(Tile& tile, Resolution size, test::Noise& noise) {
  FrameLayout layout = packedLayout(PixelFormat::kI420, size);
  layout.color = kColor;
  auto bytes = noise.bytes(packedFrameSize(PixelFormat::kI420, size));
  const auto input = tile.input(bytes.size());
  std::copy(bytes.begin(), bytes.end(), input.begin());
  REQUIRE(tile.setFrame(layout).hasValue());
  return bytes;
}

I420View viewOf(std::span<const std::uint8_t> bytes, Resolution size) { return i420View(bytes, packedLayout(PixelFormat::kI420, size)); }

std::vector<std::uint8_t> copied(std::span<const std::uint8_t> bytes) { return {bytes.begin(), bytes.end()}; }

// Whether the part of `out` that lies in `rect` is `plane` scaled to it.
bool holds(Plane out, Rect rect, Plane plane) {
  const auto expected = test::reference(plane, {0, 0, static_cast<float>(plane.width), static_cast<float>(plane.height)}, rect.width, rect.height);
  for (int y = 0; y < rect.height; ++y) {
    if (!std::equal(expected.begin() + y * rect.width, expected.begin() + (y + 1) * rect.width, out.row(rect.y + y) + rect.x)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("nine pictures in a grid are each scaled to their tile, and nothing lies between but the backdrop", "[video][mix]") {
  test::Noise noise(31);
  VideoMixer mixer;
  REQUIRE(mixer.setSize(kHd).hasValue());
  // Twice the tiles' size exactly, so that nothing is cut off.
  const auto places = layOut({LayoutKind::kGrid, kHd, 9});
  const Resolution size{places[0].width * 2, places[0].height * 2};
  std::vector<std::vector<std::uint8_t>> frames;
  for (int i = 0; i < 9; ++i) frames.push_back(feed(*mixer.add(i), size, noise));
  mixer.setLayout(LayoutKind::kGrid, -1, Duration::zero());
  const auto out = copied(mixer.compose(Timestamp::millis(1)));
  const I420View view = viewOf(out, kHd);
  const YuvColor backdrop = yuvOf(VideoMixer::kBackdrop.red, VideoMixer::kBackdrop.green, VideoMixer::kBackdrop.blue, mixer.color());
  std::vector<bool> covered(static_cast<std::size_t>(kHd.pixels()));
  for (std::size_t i = 0; i < 9; ++i) {
    CAPTURE(i);
    const Rect& rect = places[i];
    const I420View frame = viewOf(frames[i], size);
    CHECK(holds(view.y, rect, frame.y));
    const Rect half{rect.x / 2, rect.y / 2, rect.width / 2, rect.height / 2};
    CHECK(holds(view.u, half, frame.u));
    CHECK(holds(view.v, half, frame.v));
    for (int y = rect.y; y < rect.y + rect.height; ++y) {
      for (int x = rect.x; x < rect.x + rect.width; ++x) covered[static_cast<std::size_t>(y * kHd.width + x)] = true;
    }
  }
  for (int y = 0; y < kHd.height; ++y) {
    for (int x = 0; x < kHd.width; ++x) {
      if (!covered[static_cast<std::size_t>(y * kHd.width + x)]) REQUIRE(view.y.row(y)[x] == backdrop.y);
    }
  }
}

TEST_CASE("a picture is cut to its tile's shape, or shown whole beside its colour, whichever way it is turned", "[video][mix]") {
  test::Noise noise(32);
  for (const bool contain : {false, true}) {
    VideoMixer mixer;
    REQUIRE(mixer.setSize({320, 180}).hasValue());
    Tile& tile = *mixer.add(1);
    tile.contain = contain;
    tile.color = {200, 20, 20};
    const auto frame = feed(tile, {200, 200}, noise);
    const auto out = copied(mixer.compose(Timestamp::millis(1)));
    const I420View view = viewOf(out, {320, 180});
    if (contain) {
      CHECK(holds(view.y, {70, 0, 180, 180}, viewOf(frame, {200, 200}).y));
      const YuvColor beside = yuvOf(200, 20, 20, kColor);
      CHECK(view.y.row(90)[10] == beside.y);
      CHECK(view.v.row(45)[150] == beside.v);
    } else {
      // 200 x 112.5 of it, the middle.
      const auto expected = test::reference(viewOf(frame, {200, 200}).y, {0, 43.75f, 200, 112.5f}, 320, 180);
      CHECK(std::equal(expected.begin(), expected.end(), view.y.data));
    }
  }
  // A frame that is stored lying on its side.
  VideoMixer mixer;
  REQUIRE(mixer.setSize({320, 180}).hasValue());
  Tile& tile = *mixer.add(1);
  const Resolution lying{180, 320};
  const auto input = tile.input(packedFrameSize(PixelFormat::kI420, lying));
  std::fill(input.begin(), input.end(), std::uint8_t{128});
  // Its first row stands on the right after a quarter turn clockwise.
  std::fill(input.begin(), input.begin() + 180 * 20, std::uint8_t{240});
  FrameLayout layout = packedLayout(PixelFormat::kI420, lying);
  layout.rotation = Rotation::k90;
  REQUIRE(tile.setFrame(layout).hasValue());
  const auto out = copied(mixer.compose(Timestamp::millis(1)));
  CHECK(viewOf(out, {320, 180}).y.row(90)[310] == 240);
  CHECK(viewOf(out, {320, 180}).y.row(90)[290] == 128);
}

TEST_CASE("an unchanged picture is not scaled again, and a still mix allocates no memory for pictures", "[video][mix]") {
  test::Noise noise(33);
  VideoMixer mixer;
  REQUIRE(mixer.setSize({640, 360}).hasValue());
  Tile& tile = *mixer.add(1);
  feed(*mixer.add(2), {320, 180}, noise);
  FrameLayout layout = packedLayout(PixelFormat::kI420, {320, 180});
  layout.color = kColor;
  const auto input = tile.input(packedFrameSize(PixelFormat::kI420, {320, 180}));
  std::fill(input.begin(), input.end(), std::uint8_t{60});
  REQUIRE(tile.setFrame(layout).hasValue());
  const auto first = copied(mixer.compose(Timestamp::millis(1)));
  // What is written over the frame behind its back is not looked at before setFrame says that it is another one.
  std::fill(input.begin(), input.end(), std::uint8_t{100});
  const auto before = test::allocationCount();
  const auto still = mixer.compose(Timestamp::millis(40));
  // The list of places alone.
  CHECK(test::allocationCount() - before <= 4);
  CHECK(copied(still) == first);
  REQUIRE(tile.setFrame(layout).hasValue());
  CHECK(copied(mixer.compose(Timestamp::millis(80))) != first);
}

TEST_CASE("tiles move to their places within the transition and arrive exactly", "[video][mix]") {
  VideoMixer mixer;
  REQUIRE(mixer.setSize(kHd).hasValue());
  for (int i = 0; i < 4; ++i) mixer.add(i);
  mixer.setLayout(LayoutKind::kGrid, -1, Duration::millis(300));
  mixer.compose(Timestamp::millis(0));
  const Rect before = mixer.find(2)->at(Timestamp::millis(0));
  CHECK(before == layOut({LayoutKind::kGrid, kHd, 4})[2]);
  mixer.setLayout(LayoutKind::kSpeaker, 2, Duration::millis(300));
  mixer.compose(Timestamp::millis(1000));
  const Rect after = layOut({LayoutKind::kSpeaker, kHd, 4, 2})[2];
  Rect last = before;
  for (int ms = 1000; ms <= 1300; ms += 20) {
    const Rect now = mixer.find(2)->at(Timestamp::millis(ms));
    CHECK((now.x | now.y | now.width | now.height) % 2 == 0);
    CHECK((now.x >= 0 && now.y >= 0 && now.x + now.width <= kHd.width && now.y + now.height <= kHd.height));
    // It grows all the way and never jumps.
    CHECK(now.width >= last.width);
    CHECK(now.width - last.width < (after.width - before.width) / 3);
    last = now;
  }
  CHECK(last == after);
  CHECK_FALSE(mixer.find(2)->moving(Timestamp::millis(1300)));
  // Turned back half-way, it starts from where it is.
  mixer.setLayout(LayoutKind::kGrid, -1, Duration::millis(300));
  mixer.compose(Timestamp::millis(2000));
  const Rect half_way = mixer.find(2)->at(Timestamp::millis(2150));
  mixer.compose(Timestamp::millis(2150));
  mixer.setLayout(LayoutKind::kSpeaker, 2, Duration::millis(300));
  mixer.compose(Timestamp::millis(2150));
  CHECK(mixer.find(2)->at(Timestamp::millis(2150)) == half_way);
  // Every picture on the way is drawn without touching what lies outside.
  for (int ms = 2150; ms < 2500; ms += 10) mixer.compose(Timestamp::millis(ms));
  CHECK(mixer.find(2)->at(Timestamp::millis(2500)) == after);
  // Somebody new grows from the middle of the new place.
  mixer.add(9);
  mixer.compose(Timestamp::millis(3000));
  CHECK(mixer.find(9)->at(Timestamp::millis(3000)).width < mixer.find(9)->target().width);
}

TEST_CASE("names lie on their tile's lower left, marks where there is no picture", "[video][mix]") {
  CompositorPort port;
  CHECK(port.setSize(640, 360).code.empty());
  CHECK(port.setTile(7, {}).code.empty());
  const auto write = [&](int width, int height, std::uint8_t value) {
    const Bytes bytes = port.scratch(static_cast<std::size_t>(width * height * 4));
    std::fill_n(reinterpret_cast<std::uint8_t*>(bytes.address), bytes.size, value);
  };
  write(60, 20, 255);
  CHECK(port.setLabel(7, 60, 20).code.empty());
  write(100, 100, 255);
  CHECK(port.setMark(7, 100, 100).code.empty());
  const auto pixel = [&](int x, int y) {
    const Bytes bytes = port.compose(1);
    REQUIRE(bytes.size == 640 * 360 * 3 / 2);
    return reinterpret_cast<const std::uint8_t*>(bytes.address)[y * 640 + x];
  };
  CHECK(pixel(320, 180) == 235);
  CHECK(pixel(320, 100) == 16);
  CHECK(pixel(10, 340) == 235);
  CHECK(pixel(67, 332) == 235);
  CHECK(pixel(69, 340) == 16);
  CHECK(pixel(4, 340) == 16);
  CHECK(port.setMark(7, 0, 0).code.empty());
  CHECK(pixel(320, 180) == 16);
  CHECK((port.place(7) == Rect{0, 0, 640, 360}));
  port.removeTile(7);
  CHECK(pixel(10, 340) < 40);
}

TEST_CASE("what does not fit is refused and changes nothing", "[video][mix]") {
  CompositorPort port;
  CHECK(port.compose(0).size == 0);
  CHECK(port.setSize(641, 360).code == "invalid-argument");
  CHECK(port.setSize(0, 0).code == "invalid-argument");
  CHECK(port.setSize(8192, 360).code == "invalid-argument");
  REQUIRE(port.setSize(320, 180).code.empty());
  for (int key = 0; key < kMaxTiles; ++key) CHECK(port.setTile(key, {}).code.empty());
  CHECK(port.setTile(99, {}).code == "data-too-large");
  CHECK(port.input(99, 100).size == 0);
  CHECK(port.input(1, kMostBytes + 1).size == 0);
  CHECK(port.input(1, 100).size == 100);
  FrameDescription frame{PixelFormat::kI420, 64, 64};
  frame.stride0 = 64;
  frame.stride1 = frame.stride2 = 32;
  CHECK(port.takeFrame(1, frame).code == "invalid-argument");
  frame.rotation = 45;
  CHECK(port.takeFrame(1, frame).code == "invalid-argument");
  CHECK(port.setLabel(1, 1000, 1000).code == "invalid-argument");
  CHECK(port.setLabel(1, -4, 4).code == "invalid-argument");
  CHECK(port.compose(1).size == 320 * 180 * 3 / 2);
}
