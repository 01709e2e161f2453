// SPDX-License-Identifier: Apache-2.0
// Row kernels that put the person over the background: stretching, the full-size mask, and blending.
// Each handles any `count` >= 0; pointers need no alignment; outputs must not overlap inputs unless said so.
#pragma once

#include <cstdint>

namespace tessera::video {

// out[i] = a[i] + ((b[i] - a[i]) * weight + 2^14 >> 15), weight 0..32767. Differences must fit 16 bits.
void mixRows(const std::int16_t* a, const std::int16_t* b, std::int16_t weight, std::int16_t* out, int count);

// Stretches a row of a SmallPlane to `count` samples by `factor` (1, 2, 4 or 8), bilinear with centred samples.
// `in` has a sample at -1 and at least sixteen spare ones after its end (see SmallPlane). `out` has room for
// `count` rounded up to 8.
void stretchRow(const std::int16_t* in, int factor, std::int16_t* out, int count);

// The full-size mask: out[i] = clamp(sharpen(slope[i] * luma[i] + offset[i])), 0..255. slope Q11; offset Q3 of 0..255.
// sharpen pushes values away from 127.5 by 1 + gain / 32768.
void maskRow(const std::uint8_t* luma, const std::int16_t* slope, const std::int16_t* offset, std::int16_t gain,
             std::uint8_t* out, int count);

// out[i] = (over[i] * mask[i] + under[i] * (255 - mask[i])) / 255, rounded; exact at mask 0 and 255.
// out may be over or under.
void blendRow(const std::uint8_t* over, const std::uint8_t* under, const std::uint8_t* mask, std::uint8_t* out, int count);

// Q6 to bytes, rounded: out[i] = clamp((in[i] + 32) >> 6).
void narrowRow(const std::int16_t* in, std::uint8_t* out, int count);

// The mask of chroma samples: the mean of 2x2 mask values. `count` outputs read 2 * count of each row.
void halveMaskRows(const std::uint8_t* top, const std::uint8_t* bottom, std::uint8_t* out, int count);

// out[i] = in[i] * amount / 255, rounded.
void scaleRow(const std::uint8_t* in, std::uint8_t amount, std::uint8_t* out, int count);

// Adds light: out[i] = row[i] + max(0, light[i] - row[i]) * weight[i] / 255. out may be row.
void lightenRow(const std::uint8_t* row, const std::uint8_t* light, const std::uint8_t* weight, std::uint8_t* out, int count);

}  // namespace tessera::video
