// SPDX-License-Identifier: Apache-2.0
// Packs weights for the kernels, and multiplies the matrices of operations that have two.
#include "wasm/video/segmentation/parameters.h"

#include <algorithm>
#include <cstddef>

#include "wasm/video/segmentation/kernels.h"

namespace tessera::video::segmentation {
namespace {

std::size_t area(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }

/** What one output channel is a weighted sum of. */
std::size_t patchOf(const Op& op) {
  switch (op.kind) {
    case Kind::kConvolution: return area(op.kernel * op.kernel, op.depth);
    case Kind::kDepthwise: return area(op.kernel, op.kernel);
    case Kind::kDense: return static_cast<std::size_t>(op.depth);
    case Kind::kOutput: return 4 * static_cast<std::size_t>(op.depth);
    default: return 0;
  }
}

/** Floats kept for the bias: whole vectors. */
std::size_t biasSize(const Op& op) { return (static_cast<std::size_t>(op.channels) + 3) / 4 * 4; }

/** A weight of the file; nothing is zero. */
float weightAt(const Model& model, std::size_t place, std::size_t i) { return place == kNoWeights ? 0.0F : model.weights[place + i]; }

/** Where weight `k` of output channel `c` goes in a matrix packed for convolveRow(). */
std::size_t packed(std::size_t c, std::size_t k, std::size_t patch) { return (c / kBlock * patch + k) * kBlock + c % kBlock; }

/** One convolution or dense operation: [out][patch] to blocks, two matrices multiplied into one. */
void packMatrix(const Model& model, const Op& op, std::size_t patch, float* weights, float* bias) {
  const auto channels = static_cast<std::size_t>(op.channels);
  const auto middle = static_cast<std::size_t>(op.middle);
  for (std::size_t c = 0; c < channels; ++c) {
    if (middle == 0) {
      bias[c] = weightAt(model, op.bias, c);
      for (std::size_t k = 0; k < patch; ++k) weights[packed(c, k, patch)] = model.weights[op.weights + c * patch + k];
      continue;
    }
    bias[c] = weightAt(model, op.bias2, c);
    for (std::size_t m = 0; m < middle; ++m) {
      const float factor = model.weights[op.weights2 + c * middle + m];
      bias[c] += factor * weightAt(model, op.bias, m);
      for (std::size_t k = 0; k < patch; ++k) weights[packed(c, k, patch)] += factor * model.weights[op.weights + m * patch + k];
    }
  }
}

}  // namespace

std::vector<float> packParameters(const Model& model, std::vector<Node>& nodes) {
  std::size_t size = 0;
  for (Node& node : nodes) {
    node.weights = size;
    node.bias = size + patchOf(node.op) * static_cast<std::size_t>(node.op.kind == Kind::kOutput ? 1 : node.op.channels);
    if (patchOf(node.op) > 0) size = node.bias + biasSize(node.op);
  }
  std::vector<float> parameters(size, 0.0F);
  for (const Node& node : nodes) {
    const Op& op = node.op;
    const std::size_t patch = patchOf(op);
    float* weights = parameters.data() + node.weights;
    float* bias = parameters.data() + node.bias;
    switch (op.kind) {
      case Kind::kConvolution:
      case Kind::kDense: packMatrix(model, op, patch, weights, bias); break;
      case Kind::kDepthwise:
        std::copy_n(model.weights.data() + op.weights, patch * static_cast<std::size_t>(op.channels), weights);
        std::copy_n(model.weights.data() + op.bias, op.channels, bias);
        break;
      case Kind::kOutput:
        // From [4][depth] to [depth][4].
        for (std::size_t i = 0; i < patch; ++i) weights[i] = model.weights[op.weights + i % 4 * (patch / 4) + i / 4];
        bias[0] = model.weights[op.bias];
        break;
      default: break;
    }
  }
  return parameters;
}

}  // namespace tessera::video::segmentation
