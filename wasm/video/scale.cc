// SPDX-License-Identifier: Apache-2.0
// Separable resampling through weight tables, and quarter turns.
#include "wasm/video/scale.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace tessera::video {
namespace {

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
