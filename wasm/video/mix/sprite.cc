// SPDX-License-Identifier: Apache-2.0
// Conversion once, when it is set; drawing is a blend of rows.
#include "wasm/video/mix/sprite.h"

#include <algorithm>

#include "wasm/base/simd.h"
#include "wasm/video/convert.h"

namespace tessera::video {
namespace {

// value / 255, rounded, for value in 0..65025.
v128_t over255(v128_t value) {
  const v128_t t = wasm_i16x8_add(value, wasm_i16x8_splat(128));
  return wasm_u16x8_shr(wasm_i16x8_add(t, wasm_u16x8_shr(t, 8)), 8);
}

// `clip` and the place in samples of the plane.
void blendPlane(Plane over, Plane alpha, MutablePlane out, int x, int y, Rect clip) {
  const int left = std::max(x, clip.x);
  const int right = std::min(x + over.width, clip.x + clip.width);
  const int top = std::max(y, clip.y);
  const int bottom = std::min(y + over.height, clip.y + clip.height);
  if (left >= right) return;
  for (int row = top; row < bottom; ++row) {
    blendRow(over.row(row - y) + (left - x), alpha.row(row - y) + (left - x), out.row(row) + left, right - left);
  }
}

}  // namespace

void blendRow(const std::uint8_t* over, const std::uint8_t* alpha, std::uint8_t* out, int count) {
  int i = 0;
  for (; i + 16 <= count; i += 16) {
    const v128_t share = wasm_v128_load(alpha + i);
    if (!wasm_v128_any_true(share)) continue;
    const v128_t rest = wasm_v128_not(share);
    const v128_t a = wasm_v128_load(over + i);
    const v128_t b = wasm_v128_load(out + i);
    const v128_t low = wasm_i16x8_add(wasm_u16x8_extmul_low_u8x16(a, share), wasm_u16x8_extmul_low_u8x16(b, rest));
    const v128_t high = wasm_i16x8_add(wasm_u16x8_extmul_high_u8x16(a, share), wasm_u16x8_extmul_high_u8x16(b, rest));
    wasm_v128_store(out + i, wasm_u8x16_narrow_i16x8(over255(low), over255(high)));
  }
  for (; i < count; ++i) out[i] = static_cast<std::uint8_t>((over[i] * alpha[i] + out[i] * (255 - alpha[i]) + 127) / 255);
}

void Sprite::set(std::span<const std::uint8_t> rgba, Resolution size, ColorSpace color) {
  const auto pixels = static_cast<std::size_t>(size.pixels());
  if (size.empty() || rgba.size() < pixels * 4) {
    size_ = {};
    return;
  }
  size_ = size;
  const Resolution half{halfUp(size.width), halfUp(size.height)};
  const std::size_t picture = packedFrameSize(PixelFormat::kI420, size);
  bytes_.resize(picture + pixels + static_cast<std::size_t>(half.pixels()));
  FrameLayout layout = packedLayout(PixelFormat::kI420, size);
  layout.color = color;
  const MutableI420View frame = mutableI420View(bytes_, layout);
  packedToI420({rgba.data(), size.width, size.height, size.width * 4}, false, frame);
  const MutablePlane alpha{bytes_.data() + picture, size.width, size.height, size.width};
  for (std::size_t i = 0; i < pixels; ++i) alpha.data[i] = rgba[4 * i + 3];
  const MutablePlane half_alpha{bytes_.data() + picture + pixels, half.width, half.height, half.width};
  for (int y = 0; y < half.height; ++y) {
    const std::uint8_t* top = alpha.row(2 * y);
    const std::uint8_t* bottom = alpha.row(std::min(2 * y + 1, size.height - 1));
    for (int x = 0; x < half.width; ++x) {
      const int right = std::min(2 * x + 1, size.width - 1);
      half_alpha.row(y)[x] = static_cast<std::uint8_t>((top[2 * x] + top[right] + bottom[2 * x] + bottom[right] + 2) / 4);
    }
  }
  frame_ = frame;
  alpha_ = alpha;
  half_alpha_ = half_alpha;
}

void Sprite::draw(const MutableI420View& out, int x, int y, Rect clip) const {
  if (empty()) return;
  blendPlane(frame_.y, alpha_, out.y, x, y, clip);
  const Rect half{clip.x / 2, clip.y / 2, clip.width / 2, clip.height / 2};
  blendPlane(frame_.u, half_alpha_, out.u, x / 2, y / 2, half);
  blendPlane(frame_.v, half_alpha_, out.v, x / 2, y / 2, half);
}

}  // namespace tessera::video
