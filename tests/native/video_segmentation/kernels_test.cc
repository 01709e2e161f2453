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

/** A row of random pixels in the kernels' layout, with a margin on both sides; read one value at a time. */
class Row {
 public:
  Row(Source& source, int width, int channels) : pitch_(4 * (static_cast<std::ptrdiff_t>(width) + 3)), values_(source.floats(static_cast<std::size_t>(pitch_) * blocksOf(channels))) {}
  [[nodiscard]] RowView view() const { return {values_.data() + 4, pitch_}; }
  [[nodiscard]] double at(int x, int c) const { return values_[static_cast<std::size_t>(c / 4 * pitch_ + 4 * (x + 1) + c % 4)]; }

 private:
  std::ptrdiff_t pitch_;
  std::vector<float> values_;
};

/** A row to be written, which knows whether anything else was. */
class Target {
 public:
  Target(int width, int channels)
      : width_(width), channels_(channels), pitch_(4 * (static_cast<std::ptrdiff_t>(width) + 2)), values_(static_cast<std::size_t>(pitch_ * blocksOf(channels)), kUntouched) {}
  MutableRow row() { return {values_.data() + 4, pitch_}; }
  [[nodiscard]] float at(int x, int c) const { return values_[static_cast<std::size_t>(c / 4 * pitch_ + 4 * (x + 1) + c % 4)]; }
  [[nodiscard]] bool marginsIntact() const {
    for (int c = 0; c < channels_; ++c) {
      if (at(-1, c) != kUntouched || at(width_, c) != kUntouched) return false;
    }
    return true;
  }

 private:
  int width_;
  int channels_;
  std::ptrdiff_t pitch_;
  std::vector<float> values_;
};

TEST_CASE("convolveRow", "[segmentation][kernel]") {
  Source source(1);
  for (int round = 0; round < 300; ++round) {
    const int width = source.upTo(1, 40);
    const int channels = kBlock * source.upTo(1, 9);
    const int kernel = source.upTo(1, 5);
    const int rows = source.upTo(1, kernel);
    const int stride = source.upTo(1, 2);
    const int depth = source.upTo(1, 30);
    const auto activation = static_cast<Activation>(width == 1 ? source.upTo(0, 3) : source.upTo(0, 2));
    const bool has_addend = source.upTo(0, 1) == 1;

    std::vector<Row> in;
    for (int r = 0; r < rows; ++r) in.emplace_back(source, (width - 1) * stride + kernel, depth);
    const auto row_weights = static_cast<std::size_t>(kernel) * depth * kBlock;
    const auto weights = source.floats(channels / kBlock * row_weights * kernel);
    const auto bias = source.floats(channels);
    const Row addend(source, width, channels);
    Target out(width, channels);

    ConvolutionRow task{};
    for (int r = 0; r < rows; ++r) {
      task.rows[r] = in[r].view();
      task.weights[r] = weights.data() + r * row_weights;
    }
    task.row_count = rows;
    task.kernel = kernel;
    task.depth = depth;
    task.stride = stride;
    task.block_pitch = row_weights * kernel;
    task.bias = bias.data();
    task.addend = has_addend ? addend.view() : RowView{};
    task.out = out.row();
    task.width = width;
    task.channels = channels;
    task.activation = activation;
    convolveRow(task);

    bool good = out.marginsIntact();
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < channels; ++c) {
        double sum = bias[c];
        for (int r = 0; r < rows; ++r) {
          for (int k = 0; k < kernel; ++k) {
            for (int i = 0; i < depth; ++i) {
              const std::size_t w = c / kBlock * task.block_pitch + r * row_weights + static_cast<std::size_t>(k * depth + i) * kBlock;
              sum += in[r].at(x * stride + k, i) * weights[w + c % kBlock];
            }
          }
        }
        good = good && near(activate(activation, sum + (has_addend ? addend.at(x, c) : 0.0)), out.at(x, c));
      }
    }
    INFO("width " << width << " channels " << channels << " kernel " << kernel << " rows " << rows << " stride " << stride << " depth " << depth);
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
    const bool has_addend = source.upTo(0, 1) == 1;

    std::vector<Row> in;
    std::vector<bool> there;
    for (int r = 0; r < kernel; ++r) {
      in.emplace_back(source, (width - 1) * stride + kernel, channels);
      there.push_back(source.upTo(0, 4) != 0);
    }
    const auto weights = source.floats(static_cast<std::size_t>(kernel) * kernel * channels);
    const auto bias = source.floats(channels);
    const Row addend(source, width, channels);
    Target out(width, channels);

    DepthwiseRow task{};
    for (int r = 0; r < kernel; ++r) task.rows[r] = there[r] ? in[r].view() : RowView{};
    task.weights = weights.data();
    task.bias = bias.data();
    task.addend = has_addend ? addend.view() : RowView{};
    task.out = out.row();
    task.width = width;
    task.channels = channels;
    task.kernel = kernel;
    task.stride = stride;
    task.activation = activation;
    depthwiseRow(task);

    bool good = out.marginsIntact();
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < channels; ++c) {
        double sum = bias[c];
        for (int ky = 0; ky < kernel; ++ky) {
          if (!there[ky]) continue;
          for (int kx = 0; kx < kernel; ++kx) {
            sum += in[ky].at(x * stride + kx, c) * weights[static_cast<std::size_t>((c / 4 * kernel + ky) * kernel + kx) * 4 + c % 4];
          }
        }
        good = good && near(activate(activation, sum) + (has_addend ? addend.at(x, c) : 0.0), out.at(x, c));
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
    const Row close(source, width, channels);
    const Row far(source, width, channels);
    Target out(2 * width, channels);
    upsampleRow(close.view(), far.view(), out.row(), width, channels);
    bool good = out.marginsIntact();
    for (int x = 0; x < 2 * width; ++x) {
      const int here = x / 2;
      const int beside = std::clamp(x % 2 == 0 ? here - 1 : here + 1, 0, width - 1);
      for (int c = 0; c < channels; ++c) {
        const auto down = [&](int at) { return 0.75 * close.at(at, c) + 0.25 * far.at(at, c); };
        good = good && near(0.75 * down(here) + 0.25 * down(beside), out.at(x, c));
      }
    }
    CHECK(good);
  }
}

TEST_CASE("maskRows and spreadRow", "[segmentation][kernel]") {
  Source source(4);
  for (int round = 0; round < 100; ++round) {
    const int width = source.upTo(1, 40);
    const auto corners = source.floats(static_cast<std::size_t>(width) * 4);
    std::vector<float> top(2 * static_cast<std::size_t>(width) + kGuard, kUntouched);
    std::vector<float> bottom = top;
    maskRows(corners.data(), top.data(), bottom.data(), width);
    bool good = guardIntact(top) && guardIntact(bottom);
    for (int x = 0; x < width; ++x) {
      for (int corner = 0; corner < 4; ++corner) {
        good = good && near(activate(Activation::kSigmoid, corners[4 * x + corner]), (corner < 2 ? top : bottom)[2 * x + corner % 2]);
      }
    }
    CHECK(good);

    const auto rgb = source.floats(static_cast<std::size_t>(width) * 3 + 1);
    std::vector<float> spread(static_cast<std::size_t>(width) * 4 + kGuard, kUntouched);
    spreadRow(rgb.data(), spread.data(), width);
    good = guardIntact(spread);
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) good = good && spread[4 * x + c] == rgb[3 * x + c];
    }
    CHECK(good);
  }
}

TEST_CASE("accumulateRow and scaleWeights", "[segmentation][kernel]") {
  Source source(5);
  for (int round = 0; round < 50; ++round) {
    const int width = source.upTo(1, 33);
    const int channels = kBlock * source.upTo(1, 12);
    const Row row(source, width, channels);
    const auto before = source.floats(channels);
    auto sums = before;
    accumulateRow(row.view(), sums.data(), width, channels);
    bool good = true;
    for (int c = 0; c < channels; ++c) {
      double sum = before[c];
      for (int x = 0; x < width; ++x) sum += row.at(x, c);
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
