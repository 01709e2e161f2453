// SPDX-License-Identifier: Apache-2.0
// The fused row, sixteen pixels at a time.
#include "wasm/video/composite.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "wasm/base/simd.h"
#include "wasm/video/guided_mask.h"

namespace tessera::video {
namespace {

constexpr int kBlock = 16;
constexpr std::int8_t kMostSlack = 48;

// Where a block's pixels lie.
struct Pixels {
  const std::uint8_t* frame;
  const std::uint8_t* above;
  const std::uint8_t* below;
  const std::uint8_t* picture;
};

Wide widened(v128_t bytes) { return {wasm_u16x8_extend_low_u8x16(bytes), wasm_u16x8_extend_high_u8x16(bytes)}; }
v128_t narrowed(const Wide& words) { return wasm_u8x16_narrow_i16x8(words.low, words.high); }

template <typename Work>
TESSERA_ALWAYS_INLINE Wide each(const Wide& a, const Wide& b, Work work) {
  return {work(a.low, b.low), work(a.high, b.high)};
}

// Q6 to bytes, rounded and clamped.
v128_t bytesOf(const Wide& q6) {
  const v128_t half = wasm_i16x8_splat(32);
  return narrowed({wasm_i16x8_shr(wasm_i16x8_add_sat(q6.low, half), 6), wasm_i16x8_shr(wasm_i16x8_add_sat(q6.high, half), 6)});
}

// value / 255, rounded, for value in 0..65025.
v128_t over255(v128_t value) {
  const v128_t t = wasm_i16x8_add(value, wasm_i16x8_splat(128));
  return wasm_u16x8_shr(wasm_i16x8_add(t, wasm_u16x8_shr(t, 8)), 8);
}

// (a * b) / 255, rounded.
v128_t scaled(v128_t a, v128_t b) {
  return narrowed({over255(wasm_u16x8_extmul_low_u8x16(a, b)), over255(wasm_u16x8_extmul_high_u8x16(a, b))});
}

// (over * mask + under * (255 - mask)) / 255, rounded; exact at mask 0 and 255.
v128_t blended(v128_t over, v128_t under, v128_t mask) {
  const v128_t rest = wasm_v128_not(mask);
  return narrowed({over255(wasm_i16x8_add(wasm_u16x8_extmul_low_u8x16(over, mask), wasm_u16x8_extmul_low_u8x16(under, rest))),
                   over255(wasm_i16x8_add(wasm_u16x8_extmul_high_u8x16(over, mask), wasm_u16x8_extmul_high_u8x16(under, rest)))});
}

v128_t guideOf(const Pixels& at) {
  const v128_t around = wasm_u8x16_avgr(wasm_v128_load(at.above), wasm_v128_load(at.below));
  const v128_t column = wasm_u8x16_avgr(wasm_v128_load(at.frame), around);
  const v128_t left = wasm_i8x16_shuffle(column, column, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
  const v128_t right = wasm_i8x16_shuffle(column, column, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15);
  return wasm_u8x16_avgr(column, wasm_u8x16_avgr(left, right));
}

v128_t maskOf(const RowJob& job, v128_t luma, v128_t before, int x) {
  const v128_t middle = wasm_i16x8_splat(1020);  // 127.5 in Q3
  const v128_t gain = wasm_i16x8_splat(kSharpen);
  const Wide slope = valuesOf(job.slope, x);
  const Wide offset = valuesOf(job.offset, x);
  const auto eight = [&](v128_t luma16, v128_t slope16, v128_t offset16) {
    const v128_t line = wasm_i16x8_q15mulr_sat(slope16, wasm_i16x8_shl(luma16, 7));
    const v128_t value = wasm_i16x8_add_sat(line, offset16);
    const v128_t pushed = wasm_i16x8_q15mulr_sat(wasm_i16x8_sub_sat(value, middle), gain);
    return wasm_i16x8_shr(wasm_i16x8_add_sat(wasm_i16x8_add_sat(value, pushed), wasm_i16x8_splat(4)), 3);
  };
  const Wide wide = widened(luma);
  const v128_t now = narrowed({eight(wide.low, slope.low, offset.low), eight(wide.high, slope.high, offset.high)});
  const v128_t slacks = wasm_i16x8_splat(job.slack);
  const auto slack = [&](v128_t slope16) { return wasm_i16x8_q15mulr_sat(wasm_i16x8_abs(slope16), slacks); };
  const v128_t free = wasm_u8x16_min(narrowed({slack(slope.low), slack(slope.high)}), wasm_i8x16_splat(kMostSlack));
  const v128_t up = wasm_u8x16_sub_sat(wasm_u8x16_sub_sat(now, before), free);
  const v128_t down = wasm_u8x16_sub_sat(wasm_u8x16_sub_sat(before, now), free);
  return wasm_i8x16_sub(wasm_i8x16_add(before, up), down);
}

v128_t halved(const std::uint8_t* top, const std::uint8_t* bottom) {
  const auto eight = [&](int at) {
    const v128_t sum = wasm_i16x8_add(wasm_u16x8_extadd_pairwise_u8x16(wasm_v128_load(top + at)),
                                      wasm_u16x8_extadd_pairwise_u8x16(wasm_v128_load(bottom + at)));
    return wasm_u16x8_shr(wasm_i16x8_add(sum, wasm_i16x8_splat(2)), 2);
  };
  return narrowed({eight(0), eight(16)});
}

v128_t lit(const RowJob& job, v128_t pixels, int x) {
  const Wide wide = widened(pixels);
  const Wide amount = stretched(job.lift, x);
  if (!job.luma) {
    const v128_t grey = wasm_i16x8_splat(128);
    return narrowed(each(wide, amount, [&](v128_t value, v128_t by) {
      return wasm_i16x8_add(value, wasm_i16x8_q15mulr_sat(wasm_i16x8_sub(value, grey), wasm_i16x8_shr(by, 1)));
    }));
  }
  const v128_t above = wasm_u8x16_sub_sat(pixels, wasm_i8x16_splat(static_cast<std::int8_t>(job.black)));
  const v128_t below = wasm_u8x16_sub_sat(wasm_i8x16_splat(static_cast<std::int8_t>(job.white)), pixels);
  // Twice the product fits 15 bits, whatever the luma; what is left to divide by goes into the last factor.
  const Wide arch{wasm_u16x8_extmul_low_u8x16(above, below), wasm_u16x8_extmul_high_u8x16(above, below)};
  const v128_t divide = wasm_i16x8_splat(static_cast<std::int16_t>(32768 / (job.white - job.black)));
  const Wide gain = each(arch, amount, [&](v128_t value, v128_t by) {
    return wasm_i16x8_q15mulr_sat(wasm_i16x8_q15mulr_sat(wasm_i16x8_shl(value, 1), by), divide);
  });
  return narrowed({wasm_i16x8_add(wide.low, gain.low), wasm_i16x8_add(wide.high, gain.high)});
}

v128_t withoutRoom(const RowJob& job, v128_t pixels, v128_t mask, int x) {
  const Wide rest = widened(wasm_v128_not(mask));
  const Wide contrast = valuesOf(job.contrast, x);
  const Wide wide = widened(pixels);
  const Wide added = each(contrast, rest, [](v128_t q6, v128_t share) {
    const v128_t whole = wasm_i16x8_shr(wasm_i16x8_add(q6, wasm_i16x8_splat(32)), 6);
    return wasm_i16x8_q15mulr_sat(whole, wasm_i16x8_shl(share, 7));
  });
  return narrowed({wasm_i16x8_add(wide.low, added.low), wasm_i16x8_add(wide.high, added.high)});
}

v128_t wrapped(const RowJob& job, v128_t pixels, int x) {
  const v128_t weight = scaled(bytesOf(stretched(job.share, x)), wasm_i8x16_splat(static_cast<std::int8_t>(job.wrap)));
  const v128_t light = bytesOf(stretched(job.light, x));
  if (!job.luma) return blended(light, pixels, weight);
  return wasm_u8x16_add_sat(pixels, scaled(wasm_u8x16_sub_sat(light, pixels), weight));
}

v128_t behind(const RowJob& job, v128_t pixels, const std::uint8_t* picture, int x) {
  switch (job.under) {
    case Under::kFrame: return pixels;
    case Under::kSoft: return pixelsOf(job.soft, x);
    case Under::kRow: return wasm_v128_load(picture);
    default: return wasm_i8x16_splat(static_cast<std::int8_t>(job.color));
  }
}

v128_t mixedBlock(const RowJob& job, const Pixels& at, int block) {
  const int x = block * kBlock;
  const v128_t pixels = wasm_v128_load(at.frame);
  v128_t mask;
  if (job.luma) {
    mask = maskOf(job, guideOf(at), wasm_v128_load(job.mask + x), x);
    wasm_v128_store(job.mask + x, mask);
  } else {
    mask = halved(job.mask_top + 2 * x, job.mask_bottom + 2 * x);
  }
  if (!wasm_v128_any_true(mask)) return behind(job, pixels, at.picture, x);
  const bool wholly = !wasm_v128_any_true(wasm_v128_not(mask));
  v128_t over = pixels;
  if (job.contrast.base != nullptr && !wholly) over = withoutRoom(job, over, mask, x);
  if (job.lift.first != nullptr) over = lit(job, over, x);
  if (job.wrap > 0) over = wrapped(job, over, x);
  if (wholly) return over;
  if (job.transparent) {
    mask = wasm_u8x16_add_sat(mask, mask);
    mask = wasm_u8x16_add_sat(mask, mask);
  }
  return blended(over, behind(job, pixels, at.picture, x), mask);
}

// One block; what it reads and the result are whole.
v128_t drawBlock(const RowJob& job, std::uint8_t certainty, const Pixels& at, int block) {
  if (certainty != kPerson && certainty != kRoom) return mixedBlock(job, at, block);
  const int x = block * kBlock;
  const v128_t pixels = wasm_v128_load(at.frame);
  if (certainty == kRoom) return behind(job, pixels, at.picture, x);
  return job.lift.first != nullptr ? lit(job, pixels, x) : pixels;
}

// The last pixels lie at the very end of their memory: a block that is cut short is worked on elsewhere.
void drawLast(const RowJob& job, std::uint8_t certainty, int block) {
  std::uint8_t pixels[4][kBlock] = {};
  std::uint8_t out[kBlock];
  const int x = block * kBlock;
  const auto rest = static_cast<std::size_t>(job.count - x);
  const std::uint8_t* const sources[] = {job.frame, job.above, job.below, job.picture};
  for (std::size_t i = 0; i < 4; ++i) {
    // Filled up with the last pixel.
    std::memset(pixels[i], sources[i][job.count - 1], kBlock);
    std::memcpy(pixels[i], sources[i] + x, rest);
  }
  wasm_v128_store(out, drawBlock(job, certainty, {pixels[0], pixels[1], pixels[2], pixels[3]}, block));
  std::memcpy(job.out + x, out, rest);
}

template <typename Draw>
TESSERA_ALWAYS_INLINE void drawBlocks(std::uint8_t* out, int block, int end, Draw draw) {
  for (int x = block * kBlock; x < end * kBlock; x += kBlock) wasm_v128_store(out + x, draw(x));
}

}  // namespace

void drawRow(const RowJob& given) {
  // A copy: bytes written to memory cannot change it, and the compiler knows.
  RowJob job = given;
  // What is not read must still be there to point into.
  if (job.above == nullptr) job.above = job.frame;
  if (job.below == nullptr) job.below = job.frame;
  if (job.picture == nullptr) job.picture = job.frame;
  const int whole = job.count / kBlock;
  for (const Run& run : job.runs) {
    const int end = std::min<int>(run.end, whole);
    if (job.luma && !run.settled && run.certainty != kUnsure) {
      const v128_t all = wasm_i8x16_splat(run.certainty == kPerson ? -1 : 0);
      drawBlocks(job.mask, run.first, run.end, [&](int) TESSERA_INLINE_LAMBDA { return all; });
    }
    if (run.certainty == kRoom && job.under == Under::kSoft) {
      drawBlocks(job.out, run.first, end, [&](int x) TESSERA_INLINE_LAMBDA { return pixelsOf(job.soft, x); });
    } else if ((run.certainty == kRoom && job.under == Under::kFrame) || (run.certainty == kPerson && job.lift.first == nullptr)) {
      if (job.out != job.frame) drawBlocks(job.out, run.first, end, [&](int x) TESSERA_INLINE_LAMBDA { return wasm_v128_load(job.frame + x); });
    } else {
      for (int block = run.first; block < end; ++block) {
        const int x = block * kBlock;
        wasm_v128_store(job.out + x, drawBlock(job, run.certainty, {job.frame + x, job.above + x, job.below + x, job.picture + x}, block));
      }
    }
    if (run.end > whole) drawLast(job, run.certainty, whole);
  }
}

}  // namespace tessera::video
