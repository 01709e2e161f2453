// SPDX-License-Identifier: Apache-2.0
// The row loops of compositing; everything a row needs stays in a few small buffers.
#include "wasm/video/compositor.h"

#include <algorithm>
#include <cstring>

#include "wasm/video/composite.h"

namespace tessera::video {
namespace {

// Mask values are pushed away from the middle by 1 + 19660 / 32768 = 1.6.
constexpr std::int16_t kSharpen = 19660;

}  // namespace

void Compositor::prepare(int width) {
  const auto room = static_cast<std::size_t>((width + 15) / 16 * 16 + 32);
  if (room <= mixed_.size()) return;
  mixed_.assign(room, 0);
  wide_a_.assign(room, 0);
  wide_b_.assign(room, 0);
  mask_top_.assign(room, 0);
  mask_bottom_.assign(room, 0);
  mask_chroma_.assign(room, 0);
  under_.assign(room, 0);
  over_.assign(room, 0);
  weight_.assign(room, 0);
}

void Compositor::stretched(const SmallPlane& plane, int factor, int y, std::int16_t* out, int count) {
  // The row's place among the small rows, in 2 * factor parts of a small row.
  const int place = std::max(0, 2 * y + 1 - factor);
  const int first = std::min(place / (2 * factor), plane.height - 1);
  const int second = std::min(first + 1, plane.height - 1);
  const auto weight = static_cast<std::int16_t>(place % (2 * factor) * 32768 / (2 * factor));
  // Padding included, so that stretching across finds its neighbours.
  mixRows(plane.row(first) - 1, plane.row(second) - 1, weight, mixed_.data(), plane.stride);
  stretchRow(mixed_.data() + 1, factor, out, count);
}

void Compositor::maskAt(const I420View& frame, const GuidedMask& mask, int factor, int y, std::uint8_t* out) {
  stretched(mask.slope(), factor, y, wide_a_.data(), frame.y.width);
  stretched(mask.offset(), factor, y, wide_b_.data(), frame.y.width);
  maskRow(frame.y.row(y), wide_a_.data(), wide_b_.data(), kSharpen, out, frame.y.width);
  out[frame.y.width] = out[frame.y.width - 1];
}

void Compositor::masksAt(const I420View& frame, const GuidedMask& mask, int factor, int y) {
  maskAt(frame, mask, factor, y, mask_top_.data());
  const bool pair = y + 1 < frame.y.height;
  if (pair) maskAt(frame, mask, factor, y + 1, mask_bottom_.data());
  halveMaskRows(mask_top_.data(), pair ? mask_bottom_.data() : mask_top_.data(), mask_chroma_.data(), frame.u.width);
}

void Compositor::overSoft(const I420View& frame, const GuidedMask& mask, int factor, const SoftPicture& room,
                          const MutableI420View& out) {
  const auto put = [&](Plane from, const SmallPlane& small, int small_factor, int y, const std::uint8_t* row_mask, MutablePlane to) {
    stretched(small, small_factor, y, wide_a_.data(), from.width);
    narrowRow(wide_a_.data(), under_.data(), from.width);
    blendRow(from.row(y), under_.data(), row_mask, to.row(y), from.width);
  };
  for (int y = 0; y < frame.y.height; y += 2) {
    masksAt(frame, mask, factor, y);
    put(frame.y, room.y, room.factor, y, mask_top_.data(), out.y);
    if (y + 1 < frame.y.height) put(frame.y, room.y, room.factor, y + 1, mask_bottom_.data(), out.y);
    put(frame.u, room.u, room.factor / 2, y / 2, mask_chroma_.data(), out.u);
    put(frame.v, room.v, room.factor / 2, y / 2, mask_chroma_.data(), out.v);
  }
}

void Compositor::overPicture(const I420View& frame, const GuidedMask& mask, int factor, const I420View& picture,
                             const LightWrap& wrap, const MutableI420View& out) {
  const auto put = [&](Plane from, Plane under, const SmallPlane* light, int light_factor, int share_factor, bool luma, int y,
                       const std::uint8_t* row_mask, MutablePlane to) {
    const std::uint8_t* over = from.row(y);
    if (light != nullptr && wrap.amount > 0) {
      stretched(*wrap.share, share_factor, y, wide_a_.data(), from.width);
      narrowRow(wide_a_.data(), weight_.data(), from.width);
      scaleRow(weight_.data(), wrap.amount, weight_.data(), from.width);
      stretched(*light, light_factor, y, wide_a_.data(), from.width);
      narrowRow(wide_a_.data(), under_.data(), from.width);
      if (luma) {
        lightenRow(over, under_.data(), weight_.data(), over_.data(), from.width);
      } else {
        blendRow(under_.data(), over, weight_.data(), over_.data(), from.width);
      }
      over = over_.data();
    }
    blendRow(over, under.row(y), row_mask, to.row(y), from.width);
  };
  const SoftPicture* light = wrap.light;
  const int lit = light != nullptr ? light->factor : 2;
  for (int y = 0; y < frame.y.height; y += 2) {
    masksAt(frame, mask, factor, y);
    const SmallPlane* ly = light != nullptr ? &light->y : nullptr;
    put(frame.y, picture.y, ly, lit, factor, true, y, mask_top_.data(), out.y);
    if (y + 1 < frame.y.height) put(frame.y, picture.y, ly, lit, factor, true, y + 1, mask_bottom_.data(), out.y);
    put(frame.u, picture.u, light != nullptr ? &light->u : nullptr, lit / 2, factor / 2, false, y / 2, mask_chroma_.data(), out.u);
    put(frame.v, picture.v, light != nullptr ? &light->v : nullptr, lit / 2, factor / 2, false, y / 2, mask_chroma_.data(), out.v);
  }
}

void Compositor::overColor(const I420View& frame, const GuidedMask& mask, int factor, YuvColor color, const MutableI420View& out) {
  const auto put = [&](Plane from, std::uint8_t value, int y, const std::uint8_t* row_mask, MutablePlane to) {
    std::memset(under_.data(), value, static_cast<std::size_t>(from.width));
    blendRow(from.row(y), under_.data(), row_mask, to.row(y), from.width);
  };
  for (int y = 0; y < frame.y.height; y += 2) {
    masksAt(frame, mask, factor, y);
    put(frame.y, color.y, y, mask_top_.data(), out.y);
    if (y + 1 < frame.y.height) put(frame.y, color.y, y + 1, mask_bottom_.data(), out.y);
    put(frame.u, color.u, y / 2, mask_chroma_.data(), out.u);
    put(frame.v, color.v, y / 2, mask_chroma_.data(), out.v);
  }
}

}  // namespace tessera::video
