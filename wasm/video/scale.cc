// SPDX-License-Identifier: Apache-2.0
// Box reduction with SIMD, separable resampling through weight tables, and quarter turns.
#include "wasm/video/scale.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "wasm/base/simd.h"

namespace tessera::video {
namespace {

// The mean of a block that may stick out over the right or bottom edge.
std::uint8_t blockMean(Plane in, int factor, int x, int y) {
  const int x_end = std::min(x + factor, in.width);
  const int y_end = std::min(y + factor, in.height);
  int sum = 0;
  for (int row = y; row < y_end; ++row) {
    for (int column = x; column < x_end; ++column) sum += in.row(row)[column];
  }
  const int count = (x_end - x) * (y_end - y);
  return static_cast<std::uint8_t>((sum + count / 2) / count);
}

// The sums of `kFactor` rows, added up in pairs of columns: eight of them for sixteen columns.
template <int kFactor>
v128_t columnPairs(const std::uint8_t* p, std::ptrdiff_t stride) {
  v128_t sum = wasm_u16x8_extadd_pairwise_u8x16(wasm_v128_load(p));
  for (int row = 1; row < kFactor; ++row) {
    sum = wasm_i16x8_add(sum, wasm_u16x8_extadd_pairwise_u8x16(wasm_v128_load(p + row * stride)));
  }
  return sum;
}

// Sums of neighbouring 16-bit lanes of two vectors, as eight 16-bit lanes. Sums stay below 32768 here.
v128_t pairSums(v128_t a, v128_t b) {
  return wasm_i16x8_add(wasm_i16x8_shuffle(a, b, 0, 2, 4, 6, 8, 10, 12, 14),
                        wasm_i16x8_shuffle(a, b, 1, 3, 5, 7, 9, 11, 13, 15));
}

v128_t rounded(v128_t sums, int shift) {
  return wasm_u16x8_shr(wasm_i16x8_add(sums, wasm_i16x8_splat(static_cast<std::int16_t>(1 << (shift - 1)))), shift);
}

// Eight outputs from 8 * kFactor columns.
template <int kFactor>
void reduceEight(const std::uint8_t* p, std::ptrdiff_t stride, std::uint8_t* out) {
  v128_t sums;
  if constexpr (kFactor == 2) {
    sums = rounded(columnPairs<2>(p, stride), 2);
  } else if constexpr (kFactor == 4) {
    sums = rounded(pairSums(columnPairs<4>(p, stride), columnPairs<4>(p + 16, stride)), 4);
  } else {
    const v128_t left = pairSums(columnPairs<8>(p, stride), columnPairs<8>(p + 16, stride));
    const v128_t right = pairSums(columnPairs<8>(p + 32, stride), columnPairs<8>(p + 48, stride));
    sums = rounded(pairSums(left, right), 6);
  }
  wasm_v128_store64_lane(out, wasm_u8x16_narrow_i16x8(sums, sums), 0);
}

template <int kFactor>
void reduceBy(Plane in, MutablePlane out) {
  for (int y = 0; y < out.height; ++y) {
    std::uint8_t* row = out.row(y);
    int x = 0;
    if ((y + 1) * kFactor <= in.height) {
      const std::uint8_t* source = in.row(y * kFactor);
      for (; (x + 8) * kFactor <= in.width; x += 8) reduceEight<kFactor>(source + x * kFactor, in.stride, row + x);
    }
    for (; x < out.width; ++x) row[x] = blockMean(in, kFactor, x * kFactor, y * kFactor);
  }
}

// For each output position, the first input sample and the weights of it and its followers.
struct Taps {
  std::vector<int> first;
  std::vector<int> count;
  std::vector<float> weights;  // `longest` a position
  int longest = 0;
};

Taps tapsFor(int input, float start, float length, int output) {
  Taps taps;
  const float step = length / static_cast<float>(output);
  taps.longest = step > 1.0f ? static_cast<int>(std::ceil(step)) + 2 : 2;
  taps.first.resize(static_cast<std::size_t>(output));
  taps.count.resize(static_cast<std::size_t>(output));
  taps.weights.resize(static_cast<std::size_t>(output) * static_cast<std::size_t>(taps.longest));
  for (int i = 0; i < output; ++i) {
    float* weights = taps.weights.data() + static_cast<std::ptrdiff_t>(i) * taps.longest;
    int first;
    int count;
    if (step > 1.0f) {
      const float from = start + step * static_cast<float>(i);
      const float to = from + step;
      first = std::clamp(static_cast<int>(std::floor(from)), 0, input - 1);
      const int last = std::clamp(static_cast<int>(std::ceil(to)) - 1, first, input - 1);
      count = std::min(last - first + 1, taps.longest);
      float total = 0.0f;
      for (int k = 0; k < count; ++k) {
        const float left = static_cast<float>(first + k);
        weights[k] = std::max(0.0f, std::min(to, left + 1.0f) - std::max(from, left));
        total += weights[k];
      }
      if (total <= 0.0f) weights[0] = total = 1.0f;
      for (int k = 0; k < count; ++k) weights[k] /= total;
    } else {
      const float centre =
          std::clamp(start + step * (static_cast<float>(i) + 0.5f) - 0.5f, 0.0f, static_cast<float>(input - 1));
      first = static_cast<int>(centre);
      count = first + 1 < input ? 2 : 1;
      weights[1] = count == 2 ? centre - static_cast<float>(first) : 0.0f;
      weights[0] = 1.0f - weights[1];
    }
    taps.first[static_cast<std::size_t>(i)] = first;
    taps.count[static_cast<std::size_t>(i)] = count;
  }
  return taps;
}

// Calls put(in_index, out_index) for every sample of a quarter turn.
template <typename Put>
void forEachTurned(int width, int height, Rotation rotation, Put put) {
  const int out_width = rotation == Rotation::k90 || rotation == Rotation::k270 ? height : width;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      int out_x = x;
      int out_y = y;
      if (rotation == Rotation::k90) {
        out_x = height - 1 - y;
        out_y = x;
      } else if (rotation == Rotation::k180) {
        out_x = width - 1 - x;
        out_y = height - 1 - y;
      } else if (rotation == Rotation::k270) {
        out_x = y;
        out_y = width - 1 - x;
      }
      put(x, y, out_x, out_y, out_width);
    }
  }
}

}  // namespace

void reducePlane(Plane in, int factor, MutablePlane out) {
  switch (factor) {
    case 2: return reduceBy<2>(in, out);
    case 4: return reduceBy<4>(in, out);
    case 8: return reduceBy<8>(in, out);
    default:
      for (int y = 0; y < out.height; ++y) std::memcpy(out.row(y), in.row(y), static_cast<std::size_t>(out.width));
  }
}

void resamplePlane(Plane in, const SourceRect& rect, MutablePlane out) {
  const Taps across = tapsFor(in.width, rect.x, rect.width, out.width);
  const Taps down = tapsFor(in.height, rect.y, rect.height, out.height);
  // Rows are shrunk first; only the input rows that are needed are touched, each once.
  const int top = down.first.front();
  const int bottom = down.first.back() + down.count.back();
  const auto out_width = static_cast<std::size_t>(out.width);
  std::vector<float> rows(out_width * static_cast<std::size_t>(bottom - top));
  for (int y = top; y < bottom; ++y) {
    const std::uint8_t* source = in.row(y);
    float* target = rows.data() + static_cast<std::size_t>(y - top) * out_width;
    for (std::size_t x = 0; x < out_width; ++x) {
      const float* weights = across.weights.data() + x * static_cast<std::size_t>(across.longest);
      float sum = 0.0f;
      for (int k = 0; k < across.count[x]; ++k) sum += weights[k] * source[across.first[x] + k];
      target[x] = sum;
    }
  }
  std::vector<float> sums(out_width);
  for (int y = 0; y < out.height; ++y) {
    const auto index = static_cast<std::size_t>(y);
    std::fill(sums.begin(), sums.end(), 0.5f);
    for (int k = 0; k < down.count[index]; ++k) {
      const float weight = down.weights[index * static_cast<std::size_t>(down.longest) + static_cast<std::size_t>(k)];
      const float* source = rows.data() + static_cast<std::size_t>(down.first[index] + k - top) * out_width;
      for (std::size_t x = 0; x < out_width; ++x) sums[x] += weight * source[x];
    }
    std::uint8_t* target = out.row(y);
    for (std::size_t x = 0; x < out_width; ++x) target[x] = static_cast<std::uint8_t>(std::clamp(sums[x], 0.0f, 255.0f));
  }
}

void rotatePlane(Plane in, Rotation rotation, MutablePlane out) {
  forEachTurned(in.width, in.height, rotation,
                [&](int x, int y, int out_x, int out_y, int) { out.row(out_y)[out_x] = in.row(y)[x]; });
}

void rotateQuads(const float* in, int in_width, int in_height, Rotation rotation, float* out) {
  forEachTurned(in_width, in_height, rotation, [&](int x, int y, int out_x, int out_y, int out_width) {
    std::memcpy(out + (static_cast<std::ptrdiff_t>(out_y) * out_width + out_x) * 4,
                in + (static_cast<std::ptrdiff_t>(y) * in_width + x) * 4, 4 * sizeof(float));
  });
}

void rotateFloats(const float* in, int in_width, int in_height, Rotation rotation, float* out) {
  forEachTurned(in_width, in_height, rotation, [&](int x, int y, int out_x, int out_y, int out_width) {
    out[static_cast<std::ptrdiff_t>(out_y) * out_width + out_x] = in[static_cast<std::ptrdiff_t>(y) * in_width + x];
  });
}

}  // namespace tessera::video
