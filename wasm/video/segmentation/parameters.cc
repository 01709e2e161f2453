// SPDX-License-Identifier: Apache-2.0
// Packs weights for the kernels, and multiplies the matrices of operations that have two.
#include "wasm/video/segmentation/parameters.h"

#include <cstddef>

#include "wasm/video/segmentation/kernels.h"

namespace tessera::video::segmentation {
namespace {

/** An affine map: `weights` is [out][in], `bias` [out]. */
struct Matrix {
  std::vector<float> weights;
  std::vector<float> bias;
};

std::vector<float> slice(const Model& model, std::size_t place, std::size_t count) {
  if (place == kNoWeights) return std::vector<float>(count, 0.0F);
  const auto begin = model.weights.begin() + static_cast<std::ptrdiff_t>(place);
  return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}

/** What a convolution or dense operation multiplies each patch of `patch` inputs with. */
Matrix matrixOf(const Model& model, const Op& op, std::size_t patch) {
  const auto channels = static_cast<std::size_t>(op.channels);
  if (op.middle == 0) return {slice(model, op.weights, patch * channels), slice(model, op.bias, channels)};

  const auto middle = static_cast<std::size_t>(op.middle);
  const Matrix inner{slice(model, op.weights, patch * middle), slice(model, op.bias, middle)};
  const std::vector<float> outer = slice(model, op.weights2, middle * channels);
  Matrix product{std::vector<float>(patch * channels, 0.0F), slice(model, op.bias2, channels)};
  for (std::size_t out = 0; out < channels; ++out) {
    for (std::size_t m = 0; m < middle; ++m) {
      const float factor = outer[out * middle + m];
      product.bias[out] += factor * inner.bias[m];
      for (std::size_t in = 0; in < patch; ++in) product.weights[out * patch + in] += factor * inner.weights[m * patch + in];
    }
  }
  return product;
}

void append(std::vector<float>& to, const std::vector<float>& from) { to.insert(to.end(), from.begin(), from.end()); }

}  // namespace

std::vector<float> packParameters(const Model& model, std::vector<Node>& nodes) {
  std::vector<float> parameters;
  for (Node& node : nodes) {
    const Op& op = node.op;
    if (op.kind == Kind::kInput || op.kind == Kind::kUpsample) continue;
    const auto depth = static_cast<std::size_t>(op.depth);
    const auto channels = static_cast<std::size_t>(op.channels);
    node.weights = parameters.size();
    if (op.kind == Kind::kDepthwise) {
      append(parameters, slice(model, op.weights, static_cast<std::size_t>(op.kernel * op.kernel) * channels));
      node.bias = parameters.size();
      append(parameters, slice(model, op.bias, channels));
      continue;
    }
    if (op.kind == Kind::kOutput) {
      // From [4][depth] to [depth][4].
      for (std::size_t k = 0; k < depth; ++k) {
        for (std::size_t corner = 0; corner < 4; ++corner) parameters.push_back(model.weights[op.weights + corner * depth + k]);
      }
      node.bias = parameters.size();
      append(parameters, {model.weights[op.bias], 0.0F, 0.0F, 0.0F});
      continue;
    }
    const std::size_t patch = op.kind == Kind::kDense ? depth : static_cast<std::size_t>(op.kernel * op.kernel) * depth;
    const Matrix matrix = matrixOf(model, op, patch);
    for (std::size_t block = 0; block < channels; block += kBlock) {
      for (std::size_t k = 0; k < patch; ++k) {
        for (std::size_t lane = 0; lane < kBlock; ++lane) parameters.push_back(matrix.weights[(block + lane) * patch + k]);
      }
    }
    node.bias = parameters.size();
    append(parameters, matrix.bias);
  }
  return parameters;
}

}  // namespace tessera::video::segmentation
