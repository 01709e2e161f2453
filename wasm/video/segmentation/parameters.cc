// SPDX-License-Identifier: Apache-2.0
// Packs weights for the kernels, and multiplies the matrices of operations that have two.
#include "wasm/video/segmentation/parameters.h"

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
    case Kind::kDense:
    case Kind::kOutput: return static_cast<std::size_t>(op.depth);
    default: return 0;
  }
}

/** Output channels of the matrix: the output operation makes the four corners of a doubled pixel. */
std::size_t channelsOf(const Op& op) { return static_cast<std::size_t>(op.kind == Kind::kOutput ? 4 : op.channels); }

/** A weight of the file; nothing is zero. */
float weightAt(const Model& model, std::size_t place, std::size_t i) { return place == kNoWeights ? 0.0F : model.weights[place + i]; }

/** Where weight `k` of output channel `c` goes in a matrix packed for convolveRow(). */
std::size_t packed(std::size_t c, std::size_t k, std::size_t patch) { return (c / kBlock * patch + k) * kBlock + c % kBlock; }

/** One matrix: [out][patch] to blocks, two matrices multiplied into one. */
void packMatrix(const Model& model, const Op& op, std::size_t patch, float* weights, float* bias) {
  const std::size_t channels = channelsOf(op);
  const auto middle = static_cast<std::size_t>(op.middle);
  for (std::size_t c = 0; c < channels; ++c) {
    if (middle == 0) {
      bias[c] = weightAt(model, op.bias, op.kind == Kind::kOutput ? 0 : c);
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

/** One depthwise operation: [patch][channel] to [channel / 4][patch][4]. */
void packDepthwise(const Model& model, const Op& op, std::size_t patch, float* weights, float* bias) {
  const auto channels = static_cast<std::size_t>(op.channels);
  for (std::size_t c = 0; c < channels; ++c) {
    bias[c] = model.weights[op.bias + c];
    for (std::size_t k = 0; k < patch; ++k) weights[packed(c, k, patch)] = model.weights[op.weights + k * channels + c];
  }
}

}  // namespace

std::size_t placeParameters(std::vector<Node>& nodes) {
  std::size_t size = 0;
  for (Node& node : nodes) {
    const std::size_t patch = patchOf(node.op);
    if (patch == 0) continue;
    node.weights = size;
    node.bias = size + patch * channelsOf(node.op);
    size = node.bias + channelsOf(node.op);
  }
  return size;
}

std::vector<float> packParameters(const Model& model, const Plan& plan) {
  std::vector<float> parameters(plan.parameter_count, 0.0F);
  for (const Node& node : plan.nodes) {
    const std::size_t patch = patchOf(node.op);
    if (patch == 0) continue;
    const auto pack = node.op.kind == Kind::kDepthwise ? packDepthwise : packMatrix;
    pack(model, node.op, patch, parameters.data() + node.weights, parameters.data() + node.bias);
  }
  return parameters;
}

}  // namespace tessera::video::segmentation
