// SPDX-License-Identifier: Apache-2.0
// Runs a planned network: groups in order, and inside a group rows on demand.
#include "wasm/video/segmentation/segmenter.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "wasm/video/segmentation/kernels.h"
#include "wasm/video/segmentation/model.h"
#include "wasm/video/segmentation/parameters.h"
#include "wasm/video/segmentation/plan.h"

namespace tessera::video {

using namespace segmentation;

class Segmenter::Network {
 public:
  explicit Network(const Model& model) : ops_(model.ops), plan_(makePlan(ops_)), parameters_(packParameters(model, plan_)) {
    arena_.assign(plan_.arena_size, 0.0F);
  }

  [[nodiscard]] Resolution resolution() const { return {ops_[0].width, ops_[0].height}; }

  bool resize(Resolution input) {
    if (input == resolution()) return true;
    if (!segmentation::resize(ops_, input.height, input.width)) return false;
    plan_ = makePlan(ops_);
    arena_.assign(plan_.arena_size, 0.0F);
    return true;
  }

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
  const float* parameter(std::size_t place) const { return parameters_.data() + place; }
  const Node& inputOf(const Node& node) const { return plan_.nodes[node.op.input]; }

  /** Row y of an operation's output, from its first pixel on (after the margin). */
  MutableRow row(const Node& node, int y) {
    const auto slot = static_cast<std::size_t>(node.isRing() ? y % node.rows : y);
    return {arena(node.place) + slot * node.row_pitch + static_cast<std::size_t>(node.margin_left) * kBlock, static_cast<std::ptrdiff_t>(node.pitch)};
  }
  RowView readRow(const Node& node, int y) {
    const MutableRow from = row(node, y);
    return {from.data, from.pitch};
  }
  /** The row that an operation of this size adds at y, if any. */
  RowView addendRow(const Op& op, int y) { return op.addend == kNoOp ? RowView{} : readRow(plan_.nodes[op.addend], y); }
  /** Row y of the input as a window over it reads it: from its leftmost pixel on. None outside the picture. */
  RowView windowRow(const Node& node, int y) {
    const Op& op = node.op;
    const Node& from = inputOf(node);
    if (y < 0 || y >= from.op.height) return {};
    const int padding = std::max((op.width - 1) * op.stride + op.kernel - from.op.width, 0) / 2;
    const RowView whole = readRow(from, y);
    return {whole.data - static_cast<std::ptrdiff_t>(padding) * kBlock, whole.pitch};
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
      case Kind::kInput: input(node, y); break;
      case Kind::kConvolution: convolution(node, y); break;
      case Kind::kDepthwise: depthwise(node, y); break;
      case Kind::kUpsample: upsample(node, y); break;
      case Kind::kOutput: output(node, y); return;
      case Kind::kDense: return;
    }
    clearMargins(node, y);
    if (node.has_vector) {
      float* mean = arena(node.vector);
      accumulateRow(readRow(node, y), mean, node.op.width, node.op.channels);
      if (y == node.op.height - 1) {
        const float scale = 1.0F / (static_cast<float>(node.op.width) * static_cast<float>(node.op.height));
        for (int c = 0; c < node.op.channels; ++c) mean[c] *= scale;
      }
    }
  }

  /** The arena is shared, so margins hold whatever was there before. */
  void clearMargins(const Node& node, int y) {
    if (node.margin_left + node.margin_right == 0) return;
    MutableRow at = row(node, y);
    for (int block = 0; block < blocksOf(node.op.channels); ++block, at.data += at.pitch) {
      std::fill_n(at.data - static_cast<std::ptrdiff_t>(node.margin_left) * kBlock, node.margin_left * kBlock, 0.0F);
      std::fill_n(at.data + static_cast<std::ptrdiff_t>(node.op.width) * kBlock, node.margin_right * kBlock, 0.0F);
    }
  }

  void input(const Node& node, int y) {
    float* rgb = arena(node.scratch);
    source_(context_, y, rgb);
    spreadRow(rgb, row(node, y).data, node.op.width);
  }

  void convolution(const Node& node, int y) {
    const Op& op = node.op;
    const float* weights = op.gate == kNoOp ? parameter(node.weights) : arena(node.scratch);
    ConvolutionRow task = matrix(node, op.kernel);
    for (int k = 0; k < op.kernel; ++k) {
      const RowView at = windowRow(node, y * op.stride - node.pad_top + k);
      if (at.data == nullptr) continue;
      task.rows[task.row_count] = at;
      task.weights[task.row_count] = weights + static_cast<std::ptrdiff_t>(k) * op.kernel * op.depth * kBlock;
      ++task.row_count;
    }
    task.stride = op.stride;
    task.addend = addendRow(op, y);
    task.out = row(node, y);
    task.width = op.width;
    convolveRow(task);
  }

  /** What all matrices have in common. */
  ConvolutionRow matrix(const Node& node, int kernel) const {
    ConvolutionRow task{};
    task.kernel = kernel;
    task.depth = node.op.depth;
    task.stride = 1;
    task.block_pitch = static_cast<std::size_t>(kernel * kernel) * static_cast<std::size_t>(node.op.depth) * kBlock;
    task.bias = parameter(node.bias);
    task.width = 1;
    task.channels = node.op.channels;
    task.activation = node.op.activation;
    return task;
  }

  void depthwise(const Node& node, int y) {
    const Op& op = node.op;
    DepthwiseRow task{};
    for (int k = 0; k < op.kernel; ++k) task.rows[k] = windowRow(node, y * op.stride - node.pad_top + k);
    task.weights = parameter(node.weights);
    task.bias = parameter(node.bias);
    task.addend = addendRow(op, y);
    task.out = row(node, y);
    task.width = op.width;
    task.channels = op.channels;
    task.kernel = op.kernel;
    task.stride = op.stride;
    task.activation = op.activation;
    depthwiseRow(task);
  }

  void upsample(const Node& node, int y) {
    const Node& from = inputOf(node);
    const int near = y / 2;
    const int far = std::clamp(y % 2 == 0 ? near - 1 : near + 1, 0, from.op.height - 1);
    upsampleRow(readRow(from, near), readRow(from, far), row(node, y), from.op.width, node.op.channels);
  }

  void output(const Node& node, int y) {
    const int width = inputOf(node).op.width;
    float* corners = arena(node.scratch);
    ConvolutionRow task = matrix(node, 1);
    task.rows[0] = readRow(inputOf(node), y);
    task.weights[0] = parameter(node.weights);
    task.row_count = 1;
    task.out = {corners, 0};
    task.width = width;
    task.channels = kBlock;
    task.activation = Activation::kNone;
    convolveRow(task);
    float* top = mask_ + static_cast<std::ptrdiff_t>(2 * y) * node.op.width;
    maskRows(corners, top, top + node.op.width, width);
  }

  void runDense(const Node& node) {
    const Op& op = node.op;
    float* in = arena(node.scratch);
    const float* input = arena(inputOf(node).vector);
    const float* gate = op.gate == kNoOp ? nullptr : arena(plan_.nodes[op.gate].vector);
    const float* addend = op.addend == kNoOp ? nullptr : arena(plan_.nodes[op.addend].vector);
    for (int k = 0; k < op.depth; ++k) {
      in[k] = input[k] * (gate == nullptr ? 1.0F : gate[k]) + (addend == nullptr ? 0.0F : addend[k]);
    }
    ConvolutionRow task = matrix(node, 1);
    task.rows[0] = {in, kBlock};
    task.weights[0] = parameter(node.weights);
    task.row_count = 1;
    task.out = {arena(node.vector), kBlock};
    convolveRow(task);
  }

  std::vector<Op> ops_;
  Plan plan_;
  std::vector<float> parameters_;
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
  return Segmenter(std::make_unique<Network>(parsed.value()));
}

Resolution Segmenter::inputResolution() const { return network_->resolution(); }

bool Segmenter::resize(Resolution input) { return network_->resize(input); }

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
