// SPDX-License-Identifier: Apache-2.0
// RGB and NV12 to I420, sixteen pixels at a time.
#include "wasm/video/convert.h"

#include <algorithm>

#include "wasm/base/simd.h"

namespace tessera::video {
namespace {

// ITU-R BT.601-7 and BT.709-6, scaled by 256 (219/255 and 224/255 of that in limited range); the full-range
// chroma peaks are 127 so that 255 * 127 + 128 stays within 16 bits.
constexpr RgbToYuv kBt601Limited{{66, 129, 25}, {-38, -74, 112}, {112, -94, -18}, 16};
constexpr RgbToYuv kBt601Full{{77, 150, 29}, {-43, -84, 127}, {127, -106, -21}, 0};
constexpr RgbToYuv kBt709Limited{{47, 157, 16}, {-26, -86, 112}, {112, -102, -10}, 16};
constexpr RgbToYuv kBt709Full{{54, 183, 19}, {-29, -98, 127}, {127, -115, -12}, 0};

struct Rgb16 {
  v128_t r;
  v128_t g;
  v128_t b;
};

// Sixteen packed pixels to three vectors of bytes.
Rgb16 loadRgb(const std::uint8_t* p, bool blue_first) {
  const v128_t p0 = wasm_v128_load(p);
  const v128_t p1 = wasm_v128_load(p + 16);
  const v128_t p2 = wasm_v128_load(p + 32);
  const v128_t p3 = wasm_v128_load(p + 48);
  // Within each vector: 4 of channel 0, 4 of channel 1, 4 of channel 2, 4 of channel 3.
  const v128_t order = wasm_i8x16_const(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  const v128_t q0 = wasm_i8x16_swizzle(p0, order);
  const v128_t q1 = wasm_i8x16_swizzle(p1, order);
  const v128_t q2 = wasm_i8x16_swizzle(p2, order);
  const v128_t q3 = wasm_i8x16_swizzle(p3, order);
  const v128_t low01 = wasm_i32x4_shuffle(q0, q1, 0, 4, 1, 5);
  const v128_t low23 = wasm_i32x4_shuffle(q2, q3, 0, 4, 1, 5);
  const v128_t c0 = wasm_i64x2_shuffle(low01, low23, 0, 2);
  const v128_t c1 = wasm_i64x2_shuffle(low01, low23, 1, 3);
  const v128_t high01 = wasm_i32x4_shuffle(q0, q1, 2, 6, 3, 7);
  const v128_t high23 = wasm_i32x4_shuffle(q2, q3, 2, 6, 3, 7);
  const v128_t c2 = wasm_i64x2_shuffle(high01, high23, 0, 2);
  return blue_first ? Rgb16{c2, c1, c0} : Rgb16{c0, c1, c2};
}

v128_t weighted(v128_t r, v128_t g, v128_t b, const std::int16_t* k) {
  return wasm_i16x8_add(wasm_i16x8_add(wasm_i16x8_mul(r, wasm_i16x8_splat(k[0])), wasm_i16x8_mul(g, wasm_i16x8_splat(k[1]))),
                        wasm_i16x8_add(wasm_i16x8_mul(b, wasm_i16x8_splat(k[2])), wasm_i16x8_splat(128)));
}

v128_t luma8(v128_t r, v128_t g, v128_t b, const RgbToYuv& k) {
  // Unsigned: the sum may exceed 32767.
  return wasm_i16x8_add(wasm_u16x8_shr(weighted(r, g, b, k.y), 8), wasm_i16x8_splat(k.y_offset));
}

v128_t chroma8(v128_t r, v128_t g, v128_t b, const std::int16_t* k) {
  return wasm_i16x8_add(wasm_i16x8_shr(weighted(r, g, b, k), 8), wasm_i16x8_splat(128));
}

void lumaOf(const Rgb16& rgb, const RgbToYuv& k, std::uint8_t* out) {
  const v128_t low = luma8(wasm_u16x8_extend_low_u8x16(rgb.r), wasm_u16x8_extend_low_u8x16(rgb.g),
                           wasm_u16x8_extend_low_u8x16(rgb.b), k);
  const v128_t high = luma8(wasm_u16x8_extend_high_u8x16(rgb.r), wasm_u16x8_extend_high_u8x16(rgb.g),
                            wasm_u16x8_extend_high_u8x16(rgb.b), k);
  wasm_v128_store(out, wasm_u8x16_narrow_i16x8(low, high));
}

v128_t blockMean(v128_t top, v128_t bottom) {
  const v128_t sum = wasm_i16x8_add(wasm_u16x8_extadd_pairwise_u8x16(top), wasm_u16x8_extadd_pairwise_u8x16(bottom));
  return wasm_u16x8_shr(wasm_i16x8_add(sum, wasm_i16x8_splat(2)), 2);
}

std::uint8_t clampByte(int value) { return static_cast<std::uint8_t>(std::clamp(value, 0, 255)); }

int dot3(const std::int16_t* k, int r, int g, int b) { return k[0] * r + k[1] * g + k[2] * b + 128; }

}  // namespace

RgbToYuv rgbToYuv(ColorSpace color) {
  if (color.matrix == ColorMatrix::kBt601) return color.range == ColorRange::kFull ? kBt601Full : kBt601Limited;
  return color.range == ColorRange::kFull ? kBt709Full : kBt709Limited;
}

YuvToRgb yuvToRgb(ColorSpace color) {
  const bool full = color.range == ColorRange::kFull;
  const float kr = color.matrix == ColorMatrix::kBt601 ? 0.299f : 0.2126f;
  const float kb = color.matrix == ColorMatrix::kBt601 ? 0.114f : 0.0722f;
  const float kg = 1.0f - kr - kb;
  const float y_scale = 1.0f / (full ? 255.0f : 219.0f);
  const float c_scale = 1.0f / (full ? 255.0f : 224.0f);
  const float y_zero = full ? 0.0f : 16.0f;
  YuvToRgb m{};
  m.y_gain = y_scale;
  m.u_gain[1] = -2.0f * kb * (1.0f - kb) / kg * c_scale;
  m.u_gain[2] = 2.0f * (1.0f - kb) * c_scale;
  m.v_gain[0] = 2.0f * (1.0f - kr) * c_scale;
  m.v_gain[1] = -2.0f * kr * (1.0f - kr) / kg * c_scale;
  for (int i = 0; i < 3; ++i) m.bias[i] = -y_zero * y_scale - 128.0f * (m.u_gain[i] + m.v_gain[i]);
  return m;
}

YuvColor yuvOf(std::uint8_t red, std::uint8_t green, std::uint8_t blue, ColorSpace color) {
  const RgbToYuv k = rgbToYuv(color);
  return {clampByte((dot3(k.y, red, green, blue) >> 8) + k.y_offset),
          clampByte((dot3(k.u, red, green, blue) >> 8) + 128), clampByte((dot3(k.v, red, green, blue) >> 8) + 128)};
}

void packedToI420(Plane packed, bool blue_first, const MutableI420View& out) {
  const RgbToYuv k = rgbToYuv(out.color);
  const int width = out.y.width;
  const int height = out.y.height;
  const int red = blue_first ? 2 : 0;
  for (int y = 0; y < height; y += 2) {
    const bool pair = y + 1 < height;
    const std::uint8_t* top = packed.row(y);
    const std::uint8_t* bottom = pair ? packed.row(y + 1) : top;
    std::uint8_t* y_top = out.y.row(y);
    std::uint8_t* y_bottom = pair ? out.y.row(y + 1) : y_top;
    std::uint8_t* u = out.u.row(y / 2);
    std::uint8_t* v = out.v.row(y / 2);
    int x = 0;
    for (; x + 16 <= width; x += 16) {
      const Rgb16 a = loadRgb(top + 4 * x, blue_first);
      const Rgb16 b = loadRgb(bottom + 4 * x, blue_first);
      lumaOf(a, k, y_top + x);
      lumaOf(b, k, y_bottom + x);
      const v128_t r = blockMean(a.r, b.r);
      const v128_t g = blockMean(a.g, b.g);
      const v128_t bl = blockMean(a.b, b.b);
      const v128_t us = chroma8(r, g, bl, k.u);
      const v128_t vs = chroma8(r, g, bl, k.v);
      wasm_v128_store64_lane(u + x / 2, wasm_u8x16_narrow_i16x8(us, us), 0);
      wasm_v128_store64_lane(v + x / 2, wasm_u8x16_narrow_i16x8(vs, vs), 0);
    }
    for (; x < width; x += 2) {
      const int right = x + 1 < width ? x + 1 : x;
      int sum[3] = {0, 0, 0};
      const auto sample = [&](const std::uint8_t* row, int at, std::uint8_t* y_row) {
        const std::uint8_t* p = row + 4 * at;
        const int r = p[red];
        const int g = p[1];
        const int b = p[2 - red];
        y_row[at] = clampByte((dot3(k.y, r, g, b) >> 8) + k.y_offset);
        sum[0] += r;
        sum[1] += g;
        sum[2] += b;
      };
      sample(top, x, y_top);
      sample(top, right, y_top);
      sample(bottom, x, y_bottom);
      sample(bottom, right, y_bottom);
      const int r = (sum[0] + 2) >> 2;
      const int g = (sum[1] + 2) >> 2;
      const int b = (sum[2] + 2) >> 2;
      u[x / 2] = clampByte((dot3(k.u, r, g, b) >> 8) + 128);
      v[x / 2] = clampByte((dot3(k.v, r, g, b) >> 8) + 128);
    }
  }
}

void splitChroma(Plane interleaved, MutablePlane u, MutablePlane v) {
  const v128_t order = wasm_i8x16_const(0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15);
  for (int y = 0; y < u.height; ++y) {
    const std::uint8_t* in = interleaved.row(y);
    std::uint8_t* u_row = u.row(y);
    std::uint8_t* v_row = v.row(y);
    int x = 0;
    for (; x + 16 <= u.width; x += 16) {
      const v128_t a = wasm_i8x16_swizzle(wasm_v128_load(in + 2 * x), order);
      const v128_t b = wasm_i8x16_swizzle(wasm_v128_load(in + 2 * x + 16), order);
      wasm_v128_store(u_row + x, wasm_i64x2_shuffle(a, b, 0, 2));
      wasm_v128_store(v_row + x, wasm_i64x2_shuffle(a, b, 1, 3));
    }
    for (; x < u.width; ++x) {
      u_row[x] = in[2 * x];
      v_row[x] = in[2 * x + 1];
    }
  }
}

I420View toI420(std::span<const std::uint8_t> bytes, const FrameLayout& layout, std::vector<std::uint8_t>& converted) {
  I420View frame = i420View(bytes, layout);
  if (layout.format == PixelFormat::kI420) return frame;
  FrameLayout target_layout = packedLayout(PixelFormat::kI420, layout.size);
  target_layout.color = layout.color;
  converted.resize(packedFrameSize(PixelFormat::kI420, layout.size));
  const MutableI420View target = mutableI420View(converted, target_layout);
  const auto plane = [&](std::size_t index, int width, int height) {
    const PlaneLayout& at = layout.planes[index];
    return Plane{bytes.data() + at.offset, width, height, static_cast<std::ptrdiff_t>(at.stride)};
  };
  if (layout.format == PixelFormat::kNv12) {
    splitChroma(plane(1, 2 * target.u.width, target.u.height), target.u, target.v);
    frame.u = target.u;
    frame.v = target.v;
    return frame;
  }
  const bool blue_first = layout.format == PixelFormat::kBgra || layout.format == PixelFormat::kBgrx;
  packedToI420(plane(0, layout.size.width * 4, layout.size.height), blue_first, target);
  return target;
}

void recolor(const MutableI420View& frame, ColorSpace to) {
  const YuvToRgb back = yuvToRgb(frame.color);
  const bool full = to.range == ColorRange::kFull;
  const float kr = to.matrix == ColorMatrix::kBt601 ? 0.299f : 0.2126f;
  const float kb = to.matrix == ColorMatrix::kBt601 ? 0.114f : 0.0722f;
  const float luma = full ? 255.0f : 219.0f;
  const float chroma = full ? 127.5f : 112.0f;
  // The whole is a matrix and an offset in Q12: what becomes of nothing, and of one step of each component.
  std::int32_t matrix[3][4];
  float zero[3];
  for (int column = 3; column >= 0; --column) {
    float rgb[3];
    for (int i = 0; i < 3; ++i) {
      rgb[i] = back.bias[i] + (column == 0 ? back.y_gain : column == 1 ? back.u_gain[i] : column == 2 ? back.v_gain[i] : 0.0f);
    }
    const float y = kr * rgb[0] + (1.0f - kr - kb) * rgb[1] + kb * rgb[2];
    const float yuv[3] = {luma * y + (full ? 0.0f : 16.0f), chroma * (rgb[2] - y) / (1.0f - kb) + 128.0f, chroma * (rgb[0] - y) / (1.0f - kr) + 128.0f};
    for (int i = 0; i < 3; ++i) {
      if (column == 3) zero[i] = yuv[i];
      matrix[i][column] = static_cast<std::int32_t>((column == 3 ? yuv[i] + 0.5f : yuv[i] - zero[i]) * 4096.0f);
    }
  }
  const auto clamped = [](std::int32_t q12) { return static_cast<std::uint8_t>(std::clamp(q12 >> 12, 0, 255)); };
  for (int y = 0; y < frame.y.height; ++y) {
    const std::uint8_t* u = frame.u.row(y / 2);
    const std::uint8_t* v = frame.v.row(y / 2);
    std::uint8_t* row = frame.y.row(y);
    for (int x = 0; x < frame.y.width; ++x) {
      row[x] = clamped(matrix[0][0] * row[x] + matrix[0][1] * u[x / 2] + matrix[0][2] * v[x / 2] + matrix[0][3]);
    }
    // Luma of both rows needs the old chroma.
    if (y % 2 == 0 && y + 1 < frame.y.height) continue;
    std::uint8_t* us = frame.u.row(y / 2);
    std::uint8_t* vs = frame.v.row(y / 2);
    for (int x = 0; x < frame.u.width; ++x) {
      const std::int32_t from_u = us[x];
      const std::int32_t from_v = vs[x];
      us[x] = clamped(matrix[1][1] * from_u + matrix[1][2] * from_v + matrix[1][3]);
      vs[x] = clamped(matrix[2][1] * from_u + matrix[2][2] * from_v + matrix[2][3]);
    }
  }
}

}  // namespace tessera::video
