// SPDX-License-Identifier: Apache-2.0
// Parses a .tsm file; nothing in the file is believed before it is checked.
#include "wasm/video/segmentation/model.h"

#include <bit>
#include <cstring>
#include <string>
#include <utility>

namespace tessera::video::segmentation {
namespace {

constexpr std::size_t kHeaderBytes = 28;
constexpr std::size_t kRecordBytes = 32;
constexpr std::size_t kHashedFrom = 16;
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kMaxOps = 256;
constexpr std::size_t kMaxWeights = std::size_t{1} << 22;
constexpr int kMinSide = 8;
constexpr int kMaxSide = 1024;
/** Multiply-adds of one run: forty times the landscape model's. */
constexpr std::uint64_t kMaxWork = std::uint64_t{1} << 30;
/** Values of all the operations' outputs together; the landscape model has 2 million. */
constexpr std::uint64_t kMaxValues = std::uint64_t{1} << 24;
/** Weights when every operation has its own copy. */
constexpr std::uint64_t kMaxUnpacked = std::uint64_t{1} << 22;

std::uint32_t readU16(const std::byte* p) { return std::to_integer<std::uint32_t>(p[0]) | std::to_integer<std::uint32_t>(p[1]) << 8; }
std::uint32_t readU32(const std::byte* p) { return readU16(p) | readU16(p + 2) << 16; }

std::uint32_t fnv1a(std::span<const std::byte> bytes) {
  std::uint32_t hash = 0x811c9dc5;
  for (const std::byte byte : bytes) hash = (hash ^ std::to_integer<std::uint32_t>(byte)) * 0x01000193;
  return hash;
}

/** IEEE 754 half to single precision. Infinities and NaNs have been refused. */
float halfToFloat(std::uint32_t half) {
  // Shifted into place the exponent is 112 too small; the multiplication corrects it, subnormals included.
  const float magnitude = std::bit_cast<float>((half & 0x7fffU) << 13) * 0x1p112F;
  return (half & 0x8000U) != 0 ? -magnitude : magnitude;
}

bool inRange(int height, int width) { return height >= kMinSide && width >= kMinSide && height <= kMaxSide && width <= kMaxSide; }

int opNumber(std::uint32_t field) { return field == 0xffffU ? kNoOp : static_cast<int>(field); }
std::size_t weightsPlace(std::uint32_t field) { return field == 0xffffffffU ? kNoWeights : field; }

Error invalid(const char* what) { return {ErrorCode::kInvalidModel, std::string("The segmentation model cannot be used: ").append(what)}; }

/** Checks operations one after the other; each sees only those before it. */
class Checker {
 public:
  Checker(std::vector<Op>& ops, std::size_t op_count, std::size_t weight_count)
      : ops_(ops), op_count_(op_count), weight_count_(weight_count) {}

  /** Null when the operation is good (its shape is filled in then), else what is wrong. */
  const char* check(Op& op) {
    const bool first = ops_.empty();
    const bool last = ops_.size() + 1 == op_count_;
    if (first != (op.kind == Kind::kInput)) return "the first operation must be the input, and only that";
    if (last != (op.kind == Kind::kOutput)) return "the last operation must be the output, and only that";
    if (!first && !exists(op.input)) return "an operation reads what is not there";
    if ((op.addend != kNoOp && !exists(op.addend)) || (op.gate != kNoOp && !exists(op.gate))) {
      return "an operation reads what is not there";
    }
    if (op.kind != Kind::kConvolution && op.middle != 0) return "only a convolution may have two matrices";
    op.depth = first ? 0 : ops_[op.input].channels;
    const char* wrong = nullptr;
    switch (op.kind) {
      case Kind::kInput: wrong = nullptr; break;
      case Kind::kConvolution: wrong = convolution(op); break;
      case Kind::kDepthwise: wrong = depthwise(op); break;
      case Kind::kUpsample: wrong = upsample(op); break;
      case Kind::kDense: wrong = dense(op); break;
      case Kind::kOutput: wrong = output(op); break;
    }
    return wrong == nullptr ? shape(op) : wrong;
  }

  /**
   * Fills in the shape of an operation whose settings are good; the input has its own.
   * @return null, or what is wrong
   */
  const char* shape(Op& op) {
    if (op.kind == Kind::kConvolution || op.kind == Kind::kDepthwise) {
      op.height = (ops_[op.input].height + op.stride - 1) / op.stride;
      op.width = (ops_[op.input].width + op.stride - 1) / op.stride;
      if (!addendFits(op)) return "an addend does not fit";
    } else if (op.kind == Kind::kUpsample) {
      op.height = 2 * ops_[op.input].height;
      op.width = 2 * ops_[op.input].width;
      if (op.height > kMaxSide || op.width > kMaxSide) return "an upsample grows too large";
    } else if (op.kind == Kind::kOutput) {
      op.height = ops_[0].height;
      op.width = ops_[0].width;
      const Op& from = ops_[op.input];
      if (2 * from.height != op.height || 2 * from.width != op.width) return "the output's size is not the input's";
    }
    const std::size_t weights = weightsOf(op);
    const auto pixels = static_cast<std::uint64_t>(area(op.height, op.width));
    unpacked_ += weights;
    work_ += pixels * (op.kind == Kind::kUpsample ? 4 * static_cast<std::size_t>(op.channels) : weights) +
             area(op.middle, op.channels) * static_cast<std::size_t>(op.depth);
    values_ += pixels * static_cast<std::uint64_t>(op.channels);
    return work_ > kMaxWork || values_ > kMaxValues || unpacked_ > kMaxUnpacked ? "it is too large" : nullptr;
  }

 private:
  bool exists(int op) const { return op >= 0 && static_cast<std::size_t>(op) < ops_.size(); }
  bool isRows(int op) const { return ops_[op].kind != Kind::kDense; }
  static bool grouped(int channels) { return channels > 0 && channels <= kMaxChannels && channels % kChannelGroup == 0; }

  bool holds(std::size_t place, std::size_t count) const {
    return place != kNoWeights && count <= weight_count_ && place <= weight_count_ - count;
  }
  static std::size_t area(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }
  /** Weights of an operation once they are unpacked: each is multiplied once for a pixel. */
  static std::size_t weightsOf(const Op& op) {
    switch (op.kind) {
      case Kind::kConvolution: return area(op.kernel, op.kernel) * area(op.depth, op.channels);
      case Kind::kDepthwise: return area(op.kernel, op.kernel) * static_cast<std::size_t>(op.channels);
      case Kind::kDense: return area(op.channels, op.depth);
      case Kind::kOutput: return static_cast<std::size_t>(op.depth);
      default: return 0;
    }
  }

  bool gateFits(const Op& op) const {
    return op.gate == kNoOp || (!isRows(op.gate) && ops_[op.gate].channels == op.depth);
  }
  bool addendFits(const Op& op) const {
    if (op.addend == kNoOp) return true;
    const Op& other = ops_[op.addend];
    return isRows(op.addend) && other.channels == op.channels && other.height == op.height && other.width == op.width;
  }

  const char* convolution(Op& op) {
    if (!isRows(op.input) || op.kernel < 1 || op.kernel > kMaxKernel || op.stride < 1 || op.stride > 2 || op.kernel < op.stride ||
        !grouped(op.channels) || op.activation == Activation::kSigmoid) {
      return "a convolution's settings are not supported";
    }
    if ((op.gate != kNoOp && op.kernel != 1) || !gateFits(op)) return "a convolution's gate does not fit";
    const int rows = op.middle == 0 ? op.channels : op.middle;
    const std::size_t patch = area(op.kernel, op.kernel) * static_cast<std::size_t>(op.depth);
    if (op.middle < 0 || op.middle > kMaxChannels || (op.middle > 0 && op.kernel != 1)) return "a convolution's middle does not fit";
    if (!holds(op.weights, patch * rows) || (op.bias != kNoWeights && !holds(op.bias, rows))) return "weights lie outside the file";
    if (op.middle > 0 && (!holds(op.weights2, area(op.middle, op.channels)) ||
                          (op.bias2 != kNoWeights && !holds(op.bias2, op.channels)))) {
      return "weights lie outside the file";
    }
    return nullptr;
  }

  const char* depthwise(Op& op) {
    if (!isRows(op.input) || (op.kernel != 3 && op.kernel != 5) || op.stride < 1 || op.stride > 2 || op.channels != op.depth ||
        !grouped(op.channels) || op.activation == Activation::kSigmoid || op.gate != kNoOp) {
      return "a depthwise convolution's settings are not supported";
    }
    const std::size_t patch = area(op.kernel, op.kernel);
    if (!holds(op.weights, patch * op.channels) || !holds(op.bias, op.channels)) return "weights lie outside the file";
    return nullptr;
  }

  const char* upsample(Op& op) {
    if (!isRows(op.input) || op.channels != op.depth || !grouped(op.channels) || op.addend != kNoOp || op.gate != kNoOp) {
      return "an upsample's settings are not supported";
    }
    return nullptr;
  }

  const char* dense(Op& op) {
    if (!grouped(op.channels) || !grouped(op.depth) || op.activation == Activation::kHardSwish) {
      return "a dense layer's settings are not supported";
    }
    if (!gateFits(op)) return "a dense layer's gate does not fit";
    if (op.addend != kNoOp && ops_[op.addend].channels != op.depth) return "a dense layer's addend does not fit";
    if (!holds(op.weights, area(op.channels, op.depth)) || !holds(op.bias, op.channels)) return "weights lie outside the file";
    return nullptr;
  }

  const char* output(Op& op) {
    if (!isRows(op.input) || !grouped(op.depth) || op.channels != 1 || op.kernel != 2 || op.stride != 2 ||
        op.activation != Activation::kSigmoid || op.addend != kNoOp || op.gate != kNoOp) {
      return "the output's settings are not supported";
    }
    if (!holds(op.weights, 4 * static_cast<std::size_t>(op.depth)) || !holds(op.bias, 1)) return "weights lie outside the file";
    return nullptr;
  }

  std::vector<Op>& ops_;
  std::size_t op_count_;
  std::size_t weight_count_;
  std::uint64_t work_ = 0;
  std::uint64_t values_ = 0;
  std::uint64_t unpacked_ = 0;
};

}  // namespace

Result<Model> parseModel(std::span<const std::byte> file) {
  if (file.size() < kHeaderBytes || std::memcmp(file.data(), "TSM1", 4) != 0) return invalid("it is not a .tsm file");
  const std::byte* header = file.data();
  if (readU32(header + 4) != kVersion) return invalid("its version is not 1");
  if (readU32(header + 8) != file.size()) return invalid("it is cut short or has grown");
  if (readU32(header + 12) != fnv1a(file.subspan(kHashedFrom))) return invalid("its checksum is wrong");

  const int height = static_cast<int>(readU16(header + 16));
  const int width = static_cast<int>(readU16(header + 18));
  if (!inRange(height, width)) return invalid("its input size is out of range");
  const std::size_t op_count = readU32(header + 20);
  const std::size_t weight_count = readU32(header + 24);
  if (op_count < 2 || op_count > kMaxOps || weight_count > kMaxWeights ||
      file.size() != kHeaderBytes + kRecordBytes * op_count + 2 * weight_count) {
    return invalid("its parts do not add up to its size");
  }

  Model model;
  model.ops.reserve(op_count);
  Checker checker(model.ops, op_count, weight_count);
  for (std::size_t i = 0; i < op_count; ++i) {
    const std::byte* record = header + kHeaderBytes + kRecordBytes * i;
    const auto kind = std::to_integer<std::uint8_t>(record[0]);
    const auto activation = std::to_integer<std::uint8_t>(record[1]);
    if (readU16(record + 14) != 0) return invalid("a field that must be zero is not");
    if (kind > static_cast<std::uint8_t>(Kind::kOutput) || activation > static_cast<std::uint8_t>(Activation::kSigmoid)) {
      return invalid("an operation is of an unknown kind");
    }
    Op op;
    op.kind = static_cast<Kind>(kind);
    op.activation = static_cast<Activation>(activation);
    op.kernel = std::to_integer<int>(record[2]);
    op.stride = std::to_integer<int>(record[3]);
    op.channels = static_cast<int>(readU16(record + 4));
    op.middle = static_cast<int>(readU16(record + 6));
    op.input = opNumber(readU16(record + 8));
    op.addend = opNumber(readU16(record + 10));
    op.gate = opNumber(readU16(record + 12));
    op.weights = weightsPlace(readU32(record + 16));
    op.bias = weightsPlace(readU32(record + 20));
    op.weights2 = weightsPlace(readU32(record + 24));
    op.bias2 = weightsPlace(readU32(record + 28));
    if (op.kind == Kind::kInput) {
      op.height = height;
      op.width = width;
      if (op.channels != 3 || op.input != kNoOp || op.addend != kNoOp || op.gate != kNoOp) return invalid("its input is not a picture");
    }
    if (const char* wrong = checker.check(op)) return invalid(wrong);
    model.ops.push_back(op);
  }

  model.weights.reserve(weight_count);
  const std::byte* halves = header + kHeaderBytes + kRecordBytes * op_count;
  for (std::size_t i = 0; i < weight_count; ++i) {
    const std::uint32_t half = readU16(halves + 2 * i);
    if ((half & 0x7c00U) == 0x7c00U) return invalid("a weight is not a number");
    model.weights.push_back(halfToFloat(half));
  }
  return model;
}

bool resize(std::vector<Op>& ops, int height, int width) {
  if (ops.empty() || !inRange(height, width)) return false;
  std::vector<Op> resized;
  resized.reserve(ops.size());
  Checker checker(resized, ops.size(), 0);
  for (Op op : ops) {
    if (op.kind == Kind::kInput) {
      op.height = height;
      op.width = width;
    }
    if (checker.shape(op) != nullptr) return false;
    resized.push_back(op);
  }
  ops = std::move(resized);
  return true;
}

}  // namespace tessera::video::segmentation
