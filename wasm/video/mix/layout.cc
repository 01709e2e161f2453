// SPDX-License-Identifier: Apache-2.0
// All layouts are made of one grid in a rectangle and one picture fitted into another.
#include "wasm/video/mix/layout.h"

#include <algorithm>
#include <cmath>

namespace tessera::video {
namespace {

constexpr double kWide = 16.0 / 9.0;

constexpr int even(int n) { return n & ~1; }
constexpr int atLeastTwo(int n) { return std::max(2, even(n)); }

Rect inset(Rect area, int by) {
  return {area.x + by, area.y + by, area.width - 2 * by, area.height - 2 * by};
}

// The largest rectangle of this shape within `area`, in its middle.
Rect fitted(Rect area, double aspect) {
  int width = area.width;
  int height = atLeastTwo(static_cast<int>(std::lround(width / aspect)));
  if (height > area.height) {
    height = area.height;
    width = std::min(area.width, atLeastTwo(static_cast<int>(std::lround(height * aspect))));
  }
  return {area.x + even((area.width - width) / 2), area.y + even((area.height - height) / 2), width, height};
}

enum class Align : std::uint8_t { kMiddle, kLowerRight };

// Equal tiles, as large as possible, a short last row in the middle (or at the right).
std::vector<Rect> gridIn(Rect area, int count, int gap, Align align) {
  int columns = 1;
  Resolution tile{};
  for (int candidate = 1; candidate <= count; ++candidate) {
    const int rows = (count + candidate - 1) / candidate;
    const int most_width = (area.width - gap * (candidate - 1)) / candidate;
    const int most_height = (area.height - gap * (rows - 1)) / rows;
    const int width = even(std::min(most_width, static_cast<int>(std::floor(most_height * kWide))));
    const int height = even(std::min(most_height, static_cast<int>(std::lround(width / kWide))));
    if (width <= tile.width || height < 2) continue;
    tile = {width, height};
    columns = candidate;
  }
  if (tile.empty()) {
    // More than there is room for: touching specks.
    return gap > 0 ? gridIn(area, count, 0, align) : std::vector<Rect>(static_cast<std::size_t>(count), Rect{area.x, area.y, 2, 2});
  }
  const int rows = (count + columns - 1) / columns;
  const auto start = [&](int room, int length) { return align == Align::kMiddle ? even((room - length) / 2) : even(room - length); };
  const int top = area.y + start(area.height, rows * tile.height + (rows - 1) * gap);
  std::vector<Rect> tiles;
  for (int i = 0; i < count; ++i) {
    const int row = i / columns;
    const int in_row = std::min(columns, count - row * columns);
    const int left = area.x + start(area.width, in_row * tile.width + (in_row - 1) * gap);
    tiles.push_back({left + i % columns * (tile.width + gap), top + row * (tile.height + gap), tile.width, tile.height});
  }
  return tiles;
}

double featuredAspect(const LayoutRequest& request) {
  const bool own_shape = request.kind == LayoutKind::kScreen && request.featured_aspect > 0.0;
  return own_shape ? std::clamp(request.featured_aspect, 0.25, 4.0) : kWide;
}

// `part` of the picture's longer side is the strip's.
std::vector<Rect> withStrip(Rect whole, int gap, const LayoutRequest& request, int part) {
  Rect main = inset(whole, gap);
  Rect strip = main;
  if (whole.width >= whole.height) {
    strip.width = even(whole.width / part);
    strip.x = main.x + main.width - strip.width;
    main.width -= strip.width + gap;
  } else {
    strip.height = even(whole.height / part);
    strip.y = main.y + main.height - strip.height;
    main.height -= strip.height + gap;
  }
  std::vector<Rect> tiles = gridIn(strip, request.count - 1, gap, Align::kMiddle);
  tiles.insert(tiles.begin() + request.featured, fitted(main, featuredAspect(request)));
  return tiles;
}

}  // namespace

std::vector<Rect> layOut(const LayoutRequest& request) {
  if (request.count <= 0) return {};
  const Rect whole{0, 0, request.size.width, request.size.height};
  const int gap = std::clamp(even(std::min(whole.width, whole.height) / 90), 2, 16);
  const bool featured = request.featured >= 0 && request.featured < request.count;
  if (request.kind == LayoutKind::kPictureInPicture && featured) {
    const int height = even(whole.height / 4);
    const Rect corner{2 * gap, whole.height - height - 2 * gap, whole.width - 4 * gap, height};
    std::vector<Rect> tiles = gridIn(corner, request.count - 1, gap, Align::kLowerRight);
    tiles.insert(tiles.begin() + request.featured, whole);
    return tiles;
  }
  if (request.count == 1) return {fitted(whole, featured ? featuredAspect(request) : kWide)};
  if (request.kind == LayoutKind::kSpeaker && featured) return withStrip(whole, gap, request, 5);
  if (request.kind == LayoutKind::kScreen && featured) return withStrip(whole, gap, request, 6);
  return gridIn(inset(whole, gap), request.count, gap, Align::kMiddle);
}

}  // namespace tessera::video
