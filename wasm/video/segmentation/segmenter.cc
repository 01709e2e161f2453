// SPDX-License-Identifier: Apache-2.0
// Runs a planned network: groups in order, and inside a group rows on demand.
#include "wasm/video/segmentation/segmenter.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "wasm/video/segmentation/kernels.h"
#include "wasm/video/segmentation/model.h"
#include "wasm/video/segmentation/plan.h"

namespace tessera::video {

using namespace segmentation;

class Segmenter::Network {
 public:
  explicit Network(Plan plan) : plan_(std::move(plan)), arena_(plan_.arena_size, 0.0F) {}

  [[nodiscard]] Resolution resolution() const { return {plan_.nodes[0].op.width, plan_.nodes[0].op.height}; }

  void run(RowSource source, void* context, float* mask) {
    source_ = source;
    context_ = context;
    mask_ = mask;
    std::vector<Node>& nodes = plan_.nodes;
    for (std::size_t begin = 0; begin < nodes.size();) {
      std::size_t end = begin;
      while (end < nodes.size() && nodes[end].group == nodes[begin].group) ++end;
      for (std::size_t i = begin; i < end; ++i) prepare(nodes[i]);
      // Latest first: what the last operation needs is made row by row on its behalf, and what it does not need follows.
      for (std::size_t i = end; i-- > begin;) {
        if (nodes[i].op.kind != Kind::kDense && !nodes[i].isRing()) produce(nodes[i], lastStep(nodes[i]));
      }
      for (std::size_t i = begin; i < end; ++i) {
        if (nodes[i].op.kind == Kind::kDense) runDense(nodes[i]);
      }
      begin = end;
    }
  }

 private:
  float* arena(std::size_t place) { return arena_.data() + place; }
  const float* parameter(std::size_t place) const { return plan_.parameters.data() + place; }
  const Node& inputOf(const Node& node) const { return plan_.nodes[node.op.input]; }

  /** Where row y of an operation's output starts (its first pixel, after the margin). */
  float* row(const Node& node, int y) {
    const auto slot = static_cast<std::size_t>(node.isRing() ? y % node.rows : y);
    return arena(node.place) + slot * node.row_pitch + static_cast<std::size_t>(node.margin_left * node.op.channels);
  }

  /** The output operation makes two rows of the mask at each step. */
  static int lastStep(const Node& node) { return (node.op.kind == Kind::kOutput ? node.op.height / 2 : node.op.height) - 1; }

  void prepare(Node& node) {
    node.next_row = 0;
    if (node.op.kind == Kind::kDense) return;
    if (node.has_vector) std::fill_n(arena(node.vector), node.op.channels, 0.0F);
    if (node.op.kind == Kind::kConvolution && node.op.gate != kNoOp) {
      scaleWeights(parameter(node.weights), arena(plan_.nodes[node.op.gate].vector), arena(node.scratch), node.op.depth,
                   node.op.channels);
    }
  }

  /** Makes rows up to and including `last`, and first the rows of this group that they need. */
  void produce(Node& node, int last) {
    for (; node.next_row <= last; ++node.next_row) {
      const int y = node.next_row;
      if (node.op.input != kNoOp) need(node, node.op.input, std::min(lastInputRow(node, y), inputOf(node).op.height - 1));
      if (node.op.addend != kNoOp) need(node, node.op.addend, y);
      makeRow(node, y);
    }
  }

  void need(const Node& reader, int op, int y) {
    Node& node = plan_.nodes[op];
    if (node.group == reader.group) produce(node, y);
  }

  static int lastInputRow(const Node& node, int y) {
    switch (node.op.kind) {
      case Kind::kConvolution:
      case Kind::kDepthwise: return y * node.op.stride - node.pad_top + node.op.kernel - 1;
      case Kind::kUpsample: return (y + 1) / 2;
      default: return y;
    }
  }

  void makeRow(Node& node, int y) {
    switch (node.op.kind) {
      case Kind::kInput: source_(context_, y, row(node, y)); break;
      case Kind::kConvolution: convolution(node, y); break;
      case Kind::kDepthwise: depthwise(node, y); break;
      case Kind::kUpsample: upsample(node, y); break;
      case Kind::kOutput: output(node, y); return;
      case Kind::kDense: return;
    }
    const int channels = node.op.channels;
    float* out = row(node, y);
    // The arena is shared, so margins hold whatever was there before.
    std::fill(out - static_cast<std::ptrdiff_t>(node.margin_left) * channels, out, 0.0F);
    std::fill_n(out + static_cast<std::ptrdiff_t>(node.op.width) * channels, node.margin_right * channels, 0.0F);
    if (node.has_vector) {
      float* mean = arena(node.vector);
      accumulateRow(out, mean, node.op.width, channels);
      if (y == node.op.height - 1) {
        const float scale = 1.0F / (static_cast<float>(node.op.width) * static_cast<float>(node.op.height));
        for (int c = 0; c < channels; ++c) mean[c] *= scale;
      }
    }
  }

  /** Floats that the first output pixel reads before the row's first pixel. */
  std::ptrdiff_t padLeft(const Node& node) const {
    const Node& from = inputOf(node);
    const int total = std::max((node.op.width - 1) * node.op.stride + node.op.kernel - from.op.width, 0);
    return static_cast<std::ptrdiff_t>(total / 2) * from.op.channels;
  }

  void convolution(Node& node, int y) {
    const Op& op = node.op;
    const Node& from = inputOf(node);
    const float* weights = op.gate == kNoOp ? parameter(node.weights) : arena(node.scratch);
    ConvolutionRow task{};
    task.depth = op.kernel * op.depth;
    for (int k = 0; k < op.kernel; ++k) {
      const int at = y * op.stride - node.pad_top + k;
      if (at < 0 || at >= from.op.height) continue;
      task.rows[task.row_count] = row(from, at) - padLeft(node);
      task.weights[task.row_count] = weights + static_cast<std::ptrdiff_t>(k) * task.depth * kBlock;
      ++task.row_count;
    }
    task.pitch = op.stride * op.depth;
    task.block_pitch = static_cast<std::size_t>(op.kernel) * static_cast<std::size_t>(task.depth) * kBlock;
    task.bias = parameter(node.bias);
    task.addend = op.addend == kNoOp ? nullptr : row(plan_.nodes[op.addend], y);
    task.out = row(node, y);
    task.width = op.width;
    task.channels = op.channels;
    task.activation = op.activation;
    convolveRow(task);
  }

  void depthwise(Node& node, int y) {
    const Op& op = node.op;
    const Node& from = inputOf(node);
    DepthwiseRow task{};
    for (int k = 0; k < op.kernel; ++k) {
      const int at = y * op.stride - node.pad_top + k;
      task.rows[k] = at < 0 || at >= from.op.height ? nullptr : row(from, at) - padLeft(node);
    }
    task.weights = parameter(node.weights);
    task.bias = parameter(node.bias);
    task.addend = op.addend == kNoOp ? nullptr : row(plan_.nodes[op.addend], y);
    task.out = row(node, y);
    task.width = op.width;
    task.channels = op.channels;
    task.kernel = op.kernel;
    task.stride = op.stride;
    task.activation = op.activation;
    depthwiseRow(task);
  }

  void upsample(Node& node, int y) {
    const Node& from = inputOf(node);
    const int near = y / 2;
    const int far = std::clamp(y % 2 == 0 ? near - 1 : near + 1, 0, from.op.height - 1);
    upsampleRow(row(from, near), row(from, far), row(node, y), from.op.width, node.op.channels);
  }

  void output(Node& node, int y) {
    const Node& from = inputOf(node);
    float* top = mask_ + static_cast<std::ptrdiff_t>(2 * y) * node.op.width;
    outputRow(row(from, y), parameter(node.weights), *parameter(node.bias), top, top + node.op.width, from.op.width, node.op.depth);
  }

  void runDense(Node& node) {
    const Op& op = node.op;
    float* in = arena(node.scratch);
    const float* input = arena(inputOf(node).vector);
    const float* gate = op.gate == kNoOp ? nullptr : arena(plan_.nodes[op.gate].vector);
    const float* addend = op.addend == kNoOp ? nullptr : arena(plan_.nodes[op.addend].vector);
    for (int k = 0; k < op.depth; ++k) {
      in[k] = input[k] * (gate == nullptr ? 1.0F : gate[k]) + (addend == nullptr ? 0.0F : addend[k]);
    }
    ConvolutionRow task{};
    task.rows[0] = in;
    task.weights[0] = parameter(node.weights);
    task.row_count = 1;
    task.depth = op.depth;
    task.block_pitch = static_cast<std::size_t>(op.depth) * kBlock;
    task.bias = parameter(node.bias);
    task.out = arena(node.vector);
    task.width = 1;
    task.channels = op.channels;
    task.activation = op.activation;
    convolveRow(task);
  }

  Plan plan_;
  std::vector<float> arena_;
  RowSource source_ = nullptr;
  void* context_ = nullptr;
  float* mask_ = nullptr;
};

Segmenter::Segmenter(std::unique_ptr<Network> network) : network_(std::move(network)) {}
Segmenter::Segmenter(Segmenter&&) noexcept = default;
Segmenter& Segmenter::operator=(Segmenter&&) noexcept = default;
Segmenter::~Segmenter() = default;

Result<Segmenter> Segmenter::create(std::span<const std::byte> model) {
  Result<Model> parsed = parseModel(model);
  if (!parsed.hasValue()) return parsed.error();
  return Segmenter(std::make_unique<Network>(makePlan(parsed.value())));
}

Resolution Segmenter::inputResolution() const { return network_->resolution(); }

bool Segmenter::run(RowSource source, void* context, std::span<float> mask) {
  if (static_cast<std::int64_t>(mask.size()) < inputResolution().pixels()) return false;
  network_->run(source, context, mask.data());
  return true;
}

bool Segmenter::run(std::span<const float> rgb, std::span<float> mask) {
  struct Picture {
    const float* rgb;
    std::size_t row_size;
  };
  Picture picture{rgb.data(), static_cast<std::size_t>(inputResolution().width) * 3};
  if (static_cast<std::int64_t>(rgb.size()) < inputResolution().pixels() * 3) return false;
  const RowSource copyRow = [](void* context, int y, float* to) {
    const auto* from = static_cast<const Picture*>(context);
    std::copy_n(from->rgb + static_cast<std::size_t>(y) * from->row_size, from->row_size, to);
  };
  return run(copyRow, &picture, mask);
}

}  // namespace tessera::video
