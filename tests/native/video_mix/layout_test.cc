// SPDX-License-Identifier: Apache-2.0
// Properties of every layout at every size and number: inside, apart, even, in shape, none larger than the featured one.
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdlib>

#include "wasm/video/mix/layout.h"

using namespace tessera;
using namespace tessera::video;

namespace {

constexpr LayoutKind kKinds[] = {LayoutKind::kGrid, LayoutKind::kSpeaker, LayoutKind::kScreen, LayoutKind::kPictureInPicture};
constexpr Resolution kSizes[] = {{64, 64}, {160, 90}, {320, 180}, {640, 360}, {640, 480}, {1280, 720}, {720, 1280}, {1920, 1080}, {4096, 64}};

bool apart(const Rect& a, const Rect& b) {
  return a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
}

// Even sides of a rectangle of this shape differ from the exact ones by up to 2 pixels each.
bool shaped(const Rect& rect, double aspect) {
  return std::fabs(rect.width - rect.height * aspect) <= 2.0 * aspect + 2.0;
}

}  // namespace

TEST_CASE("tiles lie inside the picture, on even places, apart from each other, and keep their shape", "[video][mix]") {
  for (const LayoutKind kind : kKinds) {
    for (const Resolution size : kSizes) {
      for (const int count : {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 16, 25, kMaxTiles}) {
        for (const int featured : {0, count / 2, count - 1, -1}) {
          for (const double aspect : {0.0, 4.0 / 3.0, 9.0 / 16.0, 100.0}) {
            CAPTURE(static_cast<int>(kind), size.width, size.height, count, featured, aspect);
            const auto tiles = layOut({kind, size, count, featured, aspect});
            REQUIRE(tiles.size() == static_cast<std::size_t>(count));
            bool inside = true;
            bool on_even_places = true;
            bool in_shape = true;
            bool alike = true;
            bool all_apart = true;
            const bool has_featured = kind != LayoutKind::kGrid && featured >= 0 && featured < count;
            for (int i = 0; i < count; ++i) {
              const Rect& tile = tiles[static_cast<std::size_t>(i)];
              const bool large = has_featured && i == featured;
              on_even_places &= (tile.x | tile.y | tile.width | tile.height) % 2 == 0;
              inside &= tile.x >= 0 && tile.y >= 0 && tile.width >= 2 && tile.height >= 2 && tile.x + tile.width <= size.width && tile.y + tile.height <= size.height;
              if (large && kind == LayoutKind::kPictureInPicture) {
                in_shape &= tile == Rect{0, 0, size.width, size.height};
                continue;
              }
              if (tile.width > 2 && (!large || kind == LayoutKind::kSpeaker)) in_shape &= shaped(tile, 16.0 / 9.0);
              for (int j = 0; j < i; ++j) {
                const Rect& other = tiles[static_cast<std::size_t>(j)];
                const bool other_large = has_featured && j == featured;
                if (other_large && kind == LayoutKind::kPictureInPicture) continue;
                // What there is no room for lies in one speck.
                if (tile.width > 2 || tile.height > 2) all_apart &= apart(tile, other);
                if (!large && !other_large) alike &= tile.width == other.width && tile.height == other.height;
              }
            }
            CHECK((inside && on_even_places && in_shape && alike && all_apart));
          }
        }
      }
    }
  }
}

TEST_CASE("at 720p the featured tile is larger than the others, and a grid uses the picture well", "[video][mix]") {
  const Resolution hd{1280, 720};
  for (const LayoutKind kind : {LayoutKind::kSpeaker, LayoutKind::kScreen, LayoutKind::kPictureInPicture}) {
    for (int count = 2; count <= kMaxTiles; ++count) {
      const auto tiles = layOut({kind, hd, count, 1, 16.0 / 9.0});
      for (int i = 0; i < count; ++i) {
        if (i != 1) REQUIRE(tiles[static_cast<std::size_t>(i)].width * 2 < tiles[1].width);
      }
    }
  }
  for (int count = 1; count <= kMaxTiles; ++count) {
    int covered = 0;
    for (const Rect& tile : layOut({LayoutKind::kGrid, hd, count})) covered += tile.width * tile.height;
    CAPTURE(count);
    // Two 16:9 tiles cover half of a 16:9 picture at best.
    CHECK(covered > hd.pixels() * 45 / 100);
  }
  CHECK(layOut({LayoutKind::kGrid, hd, 1}).front() == Rect{0, 0, 1280, 720});
  const auto nine = layOut({LayoutKind::kGrid, hd, 9});
  CHECK((nine[0].y == nine[2].y && nine[3].y > nine[0].y && nine[0].x == nine[3].x));
  // A short last row stands in the middle.
  const auto five = layOut({LayoutKind::kGrid, hd, 5});
  CHECK(std::abs((five[3].x + five[4].x + five[4].width) - 1280) <= 2);
}

TEST_CASE("a shared screen keeps its own proportions", "[video][mix]") {
  const auto tall = layOut({LayoutKind::kScreen, {1280, 720}, 3, 0, 3.0 / 4.0});
  CHECK(shaped(tall[0], 3.0 / 4.0));
  CHECK(tall[0].height > 650);
  const auto wide = layOut({LayoutKind::kScreen, {1280, 720}, 3, 0, 21.0 / 9.0});
  CHECK(shaped(wide[0], 21.0 / 9.0));
}
