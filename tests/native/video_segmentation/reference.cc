// SPDX-License-Identifier: Apache-2.0
// The scalar interpreter of segmentation networks.
#include "tests/native/video_segmentation/reference.h"

#include <algorithm>
#include <cmath>

namespace tessera::video::segmentation::test {
namespace {

/** A whole picture (height x width x channels), or a vector (1 x 1 x channels). */
struct Tensor {
  int height = 0;
  int width = 0;
  int channels = 0;
  std::vector<double> values;

  Tensor() = default;
  Tensor(int h, int w, int c) : height(h), width(w), channels(c), values(static_cast<std::size_t>(h) * w * c, 0.0) {}
  double& at(int y, int x, int c) { return values[(static_cast<std::size_t>(y) * width + x) * channels + c]; }
  [[nodiscard]] double at(int y, int x, int c) const { return values[(static_cast<std::size_t>(y) * width + x) * channels + c]; }
  [[nodiscard]] double padded(int y, int x, int c) const {
    return y < 0 || x < 0 || y >= height || x >= width ? 0.0 : at(y, x, c);
  }
  [[nodiscard]] double mean(int c) const {
    double sum = 0;
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) sum += at(y, x, c);
    }
    return sum / (static_cast<double>(height) * width);
  }
};

class Interpreter {
 public:
  Interpreter(const Model& model, const std::vector<float>& rgb) : model_(model), rgb_(rgb) {}

  std::vector<double> run() {
    for (const Op& op : model_.ops) done_.push_back(step(op));
    return done_.back().values;
  }

 private:
  [[nodiscard]] double weight(std::size_t place, std::size_t i) const { return place == kNoWeights ? 0.0 : model_.weights[place + i]; }
  [[nodiscard]] double vectorValue(int op, int c) const {
    return model_.ops[op].kind == Kind::kDense ? done_[op].values[c] : done_[op].mean(c);
  }

  Tensor step(const Op& op) {
    Tensor out(op.height, op.width, op.channels);
    switch (op.kind) {
      case Kind::kInput: std::copy_n(rgb_.begin(), out.values.size(), out.values.begin()); break;
      case Kind::kConvolution: op.middle > 0 ? twoMatrices(op, out) : convolution(op, out); break;
      case Kind::kDepthwise: depthwise(op, out); break;
      case Kind::kUpsample: upsample(op, out); break;
      case Kind::kDense: dense(op, out); break;
      case Kind::kOutput: output(op, out); break;
    }
    return out;
  }

  static int padding(const Op& op, int in, int out) { return std::max((out - 1) * op.stride + op.kernel - in, 0) / 2; }

  [[nodiscard]] Tensor gated(const Op& op) const {
    Tensor in = done_[op.input];
    if (op.gate == kNoOp) return in;
    for (int y = 0; y < in.height; ++y) {
      for (int x = 0; x < in.width; ++x) {
        for (int c = 0; c < in.channels; ++c) in.at(y, x, c) *= done_[op.gate].values[c];
      }
    }
    return in;
  }

  [[nodiscard]] double addend(const Op& op, int y, int x, int c) const {
    return op.addend == kNoOp ? 0.0 : done_[op.addend].at(y, x, c);
  }

  void convolution(const Op& op, Tensor& out) const {
    const Tensor in = gated(op);
    const int top = padding(op, in.height, out.height);
    const int left = padding(op, in.width, out.width);
    for (int y = 0; y < out.height; ++y) {
      for (int x = 0; x < out.width; ++x) {
        for (int c = 0; c < out.channels; ++c) {
          double sum = weight(op.bias, c);
          std::size_t w = static_cast<std::size_t>(c) * op.kernel * op.kernel * op.depth;
          for (int ky = 0; ky < op.kernel; ++ky) {
            for (int kx = 0; kx < op.kernel; ++kx) {
              for (int i = 0; i < op.depth; ++i) {
                sum += in.padded(y * op.stride - top + ky, x * op.stride - left + kx, i) * weight(op.weights, w++);
              }
            }
          }
          out.at(y, x, c) = activate(op.activation, sum + addend(op, y, x, c));
        }
      }
    }
  }

  void twoMatrices(const Op& op, Tensor& out) const {
    const Tensor in = gated(op);
    for (int y = 0; y < out.height; ++y) {
      for (int x = 0; x < out.width; ++x) {
        std::vector<double> middle(op.middle);
        for (int m = 0; m < op.middle; ++m) {
          middle[m] = weight(op.bias, m);
          for (int i = 0; i < op.depth; ++i) {
            middle[m] += in.at(y * op.stride, x * op.stride, i) * weight(op.weights, static_cast<std::size_t>(m) * op.depth + i);
          }
        }
        for (int c = 0; c < out.channels; ++c) {
          double sum = weight(op.bias2, c);
          for (int m = 0; m < op.middle; ++m) sum += middle[m] * weight(op.weights2, static_cast<std::size_t>(c) * op.middle + m);
          out.at(y, x, c) = activate(op.activation, sum + addend(op, y, x, c));
        }
      }
    }
  }

  void depthwise(const Op& op, Tensor& out) const {
    const Tensor& in = done_[op.input];
    const int top = padding(op, in.height, out.height);
    const int left = padding(op, in.width, out.width);
    for (int y = 0; y < out.height; ++y) {
      for (int x = 0; x < out.width; ++x) {
        for (int c = 0; c < out.channels; ++c) {
          double sum = weight(op.bias, c);
          for (int ky = 0; ky < op.kernel; ++ky) {
            for (int kx = 0; kx < op.kernel; ++kx) {
              sum += in.padded(y * op.stride - top + ky, x * op.stride - left + kx, c) *
                     weight(op.weights, static_cast<std::size_t>(ky * op.kernel + kx) * op.channels + c);
            }
          }
          out.at(y, x, c) = activate(op.activation, sum) + addend(op, y, x, c);
        }
      }
    }
  }

  void upsample(const Op& op, Tensor& out) const {
    const Tensor& in = done_[op.input];
    // Half-pixel centres, as TensorFlow defines them: source = (destination + 0.5) / 2 - 0.5, clamped.
    const auto place = [](int to, int size, int& low, int& high) {
      const double source = std::max((to + 0.5) / 2 - 0.5, 0.0);
      low = std::min(static_cast<int>(source), size - 1);
      high = std::min(low + 1, size - 1);
      return source - low;
    };
    for (int y = 0; y < out.height; ++y) {
      for (int x = 0; x < out.width; ++x) {
        int top = 0, bottom = 0, left = 0, right = 0;
        const double down = place(y, in.height, top, bottom);
        const double across = place(x, in.width, left, right);
        for (int c = 0; c < op.channels; ++c) {
          out.at(y, x, c) = (1 - down) * ((1 - across) * in.at(top, left, c) + across * in.at(top, right, c)) +
                            down * ((1 - across) * in.at(bottom, left, c) + across * in.at(bottom, right, c));
        }
      }
    }
  }

  void dense(const Op& op, Tensor& out) const {
    for (int c = 0; c < op.channels; ++c) {
      double sum = weight(op.bias, c);
      for (int i = 0; i < op.depth; ++i) {
        const double gate = op.gate == kNoOp ? 1.0 : done_[op.gate].values[i];
        const double more = op.addend == kNoOp ? 0.0 : vectorValue(op.addend, i);
        sum += (vectorValue(op.input, i) * gate + more) * weight(op.weights, static_cast<std::size_t>(c) * op.depth + i);
      }
      out.values[c] = activate(op.activation, sum);
    }
  }

  void output(const Op& op, Tensor& out) const {
    const Tensor& in = done_[op.input];
    for (int y = 0; y < out.height; ++y) {
      for (int x = 0; x < out.width; ++x) {
        double sum = weight(op.bias, 0);
        for (int i = 0; i < op.depth; ++i) {
          sum += in.at(y / 2, x / 2, i) * weight(op.weights, static_cast<std::size_t>(y % 2 * 2 + x % 2) * op.depth + i);
        }
        out.at(y, x, 0) = activate(op.activation, sum);
      }
    }
  }

  const Model& model_;
  const std::vector<float>& rgb_;
  std::vector<Tensor> done_;
};

}  // namespace

double activate(Activation activation, double value) {
  switch (activation) {
    case Activation::kNone: return value;
    case Activation::kRelu: return std::max(value, 0.0);
    case Activation::kHardSwish: return value * std::clamp(value + 3, 0.0, 6.0) / 6;
    case Activation::kSigmoid: return 1 / (1 + std::exp(-value));
  }
  return value;
}

std::vector<double> interpret(const Model& model, const std::vector<float>& rgb) { return Interpreter(model, rgb).run(); }

}  // namespace tessera::video::segmentation::test
