// SPDX-License-Identifier: Apache-2.0
// Every segmentation kernel against a plain scalar loop, with random shapes and values.
#include "wasm/video/segmentation/kernels.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <random>
#include <vector>

#include "tests/native/video_segmentation/reference.h"
#include "wasm/video/segmentation/simd_math.h"

namespace tessera::video::segmentation {
namespace {

using test::activate;

class Source {
 public:
  explicit Source(unsigned seed) : random_(seed) {}
  int upTo(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  std::vector<float> floats(std::size_t count) {
    std::uniform_real_distribution<float> value(-2.0F, 2.0F);
    std::vector<float> out(count);
    for (float& v : out) v = value(random_);
    return out;
  }

 private:
  std::mt19937 random_;
};

/** Written around outputs, to see that nothing else is touched. */
constexpr float kUntouched = 12345.0F;
constexpr std::size_t kGuard = 16;

bool guardIntact(const std::vector<float>& out) {
  return std::all_of(out.end() - kGuard, out.end(), [](float v) { return v == kUntouched; });
}

bool near(double expected, float got) { return std::abs(expected - got) <= 1e-4 * std::max(1.0, std::abs(expected)); }

TEST_CASE("convolveRow", "[segmentation][kernel]") {
  Source source(1);
  for (int round = 0; round < 300; ++round) {
    const int width = source.upTo(1, 40);
    const int channels = kBlock * source.upTo(1, 5);
    const int rows = source.upTo(1, 5);
    const int depth = source.upTo(1, 70);
    const int pitch = source.upTo(1, 80);
    const auto activation = static_cast<Activation>(width == 1 ? source.upTo(0, 3) : source.upTo(0, 2));
    const bool has_addend = source.upTo(0, 1) == 1;
    const auto size = static_cast<std::size_t>(width) * channels;

    std::vector<std::vector<float>> in;
    for (int r = 0; r < rows; ++r) in.push_back(source.floats(static_cast<std::size_t>(width - 1) * pitch + depth));
    const auto weights = source.floats(static_cast<std::size_t>(channels) * rows * depth);
    const auto bias = source.floats(channels);
    const auto addend = source.floats(size);
    std::vector<float> out(size + kGuard, kUntouched);

    ConvolutionRow task{};
    for (int r = 0; r < rows; ++r) {
      task.rows[r] = in[r].data();
      task.weights[r] = weights.data() + static_cast<std::size_t>(r) * depth * kBlock;
    }
    task.row_count = rows;
    task.depth = depth;
    task.pitch = pitch;
    task.block_pitch = static_cast<std::size_t>(rows) * depth * kBlock;
    task.bias = bias.data();
    task.addend = has_addend ? addend.data() : nullptr;
    task.out = out.data();
    task.width = width;
    task.channels = channels;
    task.activation = activation;
    convolveRow(task);

    bool good = guardIntact(out);
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < channels; ++c) {
        double sum = bias[c];
        for (int r = 0; r < rows; ++r) {
          for (int k = 0; k < depth; ++k) {
            const std::size_t w = (static_cast<std::size_t>(c / kBlock) * rows * depth + static_cast<std::size_t>(r) * depth + k) * kBlock;
            sum += static_cast<double>(in[r][static_cast<std::size_t>(x) * pitch + k]) * weights[w + c % kBlock];
          }
        }
        const std::size_t at = static_cast<std::size_t>(x) * channels + c;
        good = good && near(activate(activation, sum + (has_addend ? addend[at] : 0.0)), out[at]);
      }
    }
    INFO("width " << width << " channels " << channels << " rows " << rows << " depth " << depth << " pitch " << pitch);
    CHECK(good);
  }
}

TEST_CASE("depthwiseRow", "[segmentation][kernel]") {
  Source source(2);
  for (int round = 0; round < 300; ++round) {
    const int kernel = 2 * source.upTo(1, 2) + 1;
    const int stride = source.upTo(1, 2);
    const int width = source.upTo(1, 21);
    const int channels = 4 * source.upTo(1, 9);
    const auto activation = static_cast<Activation>(source.upTo(0, 2));
    const auto in_width = static_cast<std::size_t>(width - 1) * stride + kernel;
    const bool has_addend = source.upTo(0, 1) == 1;

    std::vector<std::vector<float>> in(kernel);
    for (auto& row : in) {
      if (source.upTo(0, 4) != 0) row = source.floats(in_width * channels);
    }
    const auto weights = source.floats(static_cast<std::size_t>(kernel) * kernel * channels);
    const auto bias = source.floats(channels);
    const auto addend = source.floats(static_cast<std::size_t>(width) * channels);
    std::vector<float> out(static_cast<std::size_t>(width) * channels + kGuard, kUntouched);

    DepthwiseRow task{};
    for (int r = 0; r < kernel; ++r) task.rows[r] = in[r].empty() ? nullptr : in[r].data();
    task.weights = weights.data();
    task.bias = bias.data();
    task.addend = has_addend ? addend.data() : nullptr;
    task.out = out.data();
    task.width = width;
    task.channels = channels;
    task.kernel = kernel;
    task.stride = stride;
    task.activation = activation;
    depthwiseRow(task);

    bool good = guardIntact(out);
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < channels; ++c) {
        double sum = bias[c];
        for (int ky = 0; ky < kernel; ++ky) {
          if (in[ky].empty()) continue;
          for (int kx = 0; kx < kernel; ++kx) {
            sum += static_cast<double>(in[ky][static_cast<std::size_t>(x * stride + kx) * channels + c]) *
                   weights[static_cast<std::size_t>(ky * kernel + kx) * channels + c];
          }
        }
        const std::size_t at = static_cast<std::size_t>(x) * channels + c;
        good = good && near(activate(activation, sum) + (has_addend ? addend[at] : 0.0), out[at]);
      }
    }
    INFO("kernel " << kernel << " stride " << stride << " width " << width << " channels " << channels);
    CHECK(good);
  }
}

TEST_CASE("upsampleRow", "[segmentation][kernel]") {
  Source source(3);
  for (int round = 0; round < 100; ++round) {
    const int width = source.upTo(1, 20);
    const int channels = 4 * source.upTo(1, 6);
    const auto size = static_cast<std::size_t>(width) * channels;
    const auto close = source.floats(size);
    const auto far = source.floats(size);
    std::vector<float> out(2 * size + kGuard, kUntouched);
    upsampleRow(close.data(), far.data(), out.data(), width, channels);
    bool good = guardIntact(out);
    for (int x = 0; x < 2 * width; ++x) {
      const int here = x / 2;
      const int beside = std::clamp(x % 2 == 0 ? here - 1 : here + 1, 0, width - 1);
      for (int c = 0; c < channels; ++c) {
        const auto down = [&](int at) {
          return 0.75 * close[static_cast<std::size_t>(at) * channels + c] + 0.25 * far[static_cast<std::size_t>(at) * channels + c];
        };
        good = good && near(0.75 * down(here) + 0.25 * down(beside), out[static_cast<std::size_t>(x) * channels + c]);
      }
    }
    CHECK(good);
  }
}

TEST_CASE("outputRow", "[segmentation][kernel]") {
  Source source(4);
  for (int round = 0; round < 100; ++round) {
    const int width = source.upTo(1, 40);
    const int depth = source.upTo(1, 40);
    const auto in = source.floats(static_cast<std::size_t>(width) * depth);
    const auto weights = source.floats(static_cast<std::size_t>(depth) * 4);
    const float bias = source.floats(1)[0];
    std::vector<float> top(2 * static_cast<std::size_t>(width) + kGuard, kUntouched);
    std::vector<float> bottom = top;
    outputRow(in.data(), weights.data(), bias, top.data(), bottom.data(), width, depth);
    bool good = guardIntact(top) && guardIntact(bottom);
    for (int x = 0; x < width; ++x) {
      for (int corner = 0; corner < 4; ++corner) {
        double sum = bias;
        for (int k = 0; k < depth; ++k) sum += static_cast<double>(in[static_cast<std::size_t>(x) * depth + k]) * weights[4 * k + corner];
        good = good && near(activate(Activation::kSigmoid, sum), (corner < 2 ? top : bottom)[2 * x + corner % 2]);
      }
    }
    CHECK(good);
  }
}

TEST_CASE("accumulateRow and scaleWeights", "[segmentation][kernel]") {
  Source source(5);
  for (int round = 0; round < 50; ++round) {
    const int width = source.upTo(1, 33);
    const int channels = kBlock * source.upTo(1, 6);
    const auto row = source.floats(static_cast<std::size_t>(width) * channels);
    const auto before = source.floats(channels);
    auto sums = before;
    accumulateRow(row.data(), sums.data(), width, channels);
    bool good = true;
    for (int c = 0; c < channels; ++c) {
      double sum = before[c];
      for (int x = 0; x < width; ++x) sum += row[static_cast<std::size_t>(x) * channels + c];
      good = good && near(sum, sums[c]);
    }
    CHECK(good);

    const int depth = source.upTo(1, 50);
    const auto packed = source.floats(static_cast<std::size_t>(depth) * channels);
    const auto gate = source.floats(depth);
    std::vector<float> scaled(packed.size() + kGuard, kUntouched);
    scaleWeights(packed.data(), gate.data(), scaled.data(), depth, channels);
    good = guardIntact(scaled);
    for (std::size_t i = 0; i < packed.size(); ++i) good = good && scaled[i] == packed[i] * gate[i / kBlock % depth];
    CHECK(good);
  }
}

TEST_CASE("the logistic function holds over its whole range, infinities included", "[segmentation][kernel]") {
  const auto one = [](float x) {
    float out[4];
    wasm_v128_store(out, sigmoid(wasm_f32x4_splat(x)));
    return out[0];
  };
  for (double x = -90; x <= 90; x += 0.037) {
    const double expected = activate(Activation::kSigmoid, std::max(x, -87.0));
    CHECK(std::abs(one(static_cast<float>(x)) - expected) <= 1e-6 * expected + 1e-7 * std::abs(x) * expected);
  }
  CHECK(one(INFINITY) == 1.0F);
  CHECK(one(-INFINITY) < 1e-37F);
  const float nan = one(NAN);
  CHECK((nan >= 0.0F && nan <= 1.0F));
}

}  // namespace
}  // namespace tessera::video::segmentation
