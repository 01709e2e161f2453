// SPDX-License-Identifier: Apache-2.0
// Writes .tsm files for tests: any records, and random networks that are valid.
#include <algorithm>
#include <cstring>

#include "tests/native/video_segmentation/reference.h"

namespace tessera::video::segmentation::test {
namespace {

void append(std::vector<std::byte>& to, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) to.push_back(static_cast<std::byte>(value >> (8 * i) & 0xff));
}

class Generator {
 public:
  explicit Generator(std::mt19937& random) : random_(random) {}

  File make() {
    file_.height = static_cast<std::uint16_t>(8 * upTo(2, 5));
    file_.width = static_cast<std::uint16_t>(8 * upTo(1, 7));
    add({.kind = Kind::kInput, .channels = 3}, file_.height, file_.width);
    convolve(0, upTo(0, 1) == 1 ? 3 : 5, 2);
    for (int length = upTo(4, 24); length > 0; --length) step();
    // The output wants half the input's size: look for the latest such tensor.
    int from = static_cast<int>(file_.records.size()) - 1;
    while (!isRows(from) || 2 * shapes_[from].height != file_.height || 2 * shapes_[from].width != file_.width) --from;
    Record output{.kind = Kind::kOutput, .activation = Activation::kSigmoid, .kernel = 2, .stride = 2, .channels = 1};
    output.input = static_cast<std::uint16_t>(from);
    output.weights = weights(4 * depth(from), depth(from));
    output.bias = weights(1, 1);
    file_.records.push_back(output);
    return file_;
  }

 private:
  struct Shape {
    int height;
    int width;
  };

  int upTo(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  int channels() { return 8 * upTo(1, 5); }
  [[nodiscard]] bool isRows(int op) const { return file_.records[op].kind != Kind::kDense; }
  [[nodiscard]] int depth(int op) const { return file_.records[op].channels; }

  void add(Record record, int height, int width) {
    file_.records.push_back(record);
    shapes_.push_back({height, width});
  }

  /** `count` numbers of either sign, small enough that sums of `terms` of them stay near 1; as half precision. */
  std::uint32_t weights(int count, int terms) {
    const auto place = static_cast<std::uint32_t>(file_.weights.size());
    int exponent = 14;
    for (int t = terms; t > 1; t /= 4) --exponent;
    for (int i = 0; i < count; ++i) {
      file_.weights.push_back(static_cast<std::uint16_t>(upTo(0, 1) << 15 | (exponent - upTo(0, 2)) << 10 | upTo(0, 1023)));
    }
    return place;
  }

  /** A row operation other than the input. The later, the likelier. */
  int anyRows() {
    const int last = static_cast<int>(file_.records.size()) - 1;
    for (;;) {
      const int op = std::max(upTo(1, last), upTo(1, last));
      if (isRows(op)) return op;
    }
  }

  /** An operation whose output may be added to one of this shape, or none. */
  std::uint16_t addend(int height, int width, int count) {
    if (upTo(0, 2) == 0) return 0xffff;
    for (int op = static_cast<int>(file_.records.size()) - 1; op > 0; --op) {
      const Shape& shape = shapes_[op];
      if (isRows(op) && shape.height == height && shape.width == width && depth(op) == count && upTo(0, 1) == 0) {
        return static_cast<std::uint16_t>(op);
      }
    }
    return 0xffff;
  }

  Activation activation() { return static_cast<Activation>(upTo(0, 2)); }

  int dense(int from, int count, Activation act) {
    Record record{.kind = Kind::kDense, .activation = act, .channels = static_cast<std::uint16_t>(count)};
    record.input = static_cast<std::uint16_t>(from);
    for (int op = 1; op < static_cast<int>(file_.records.size()); ++op) {
      if (depth(op) == depth(from) && upTo(0, 5) == 0) record.addend = static_cast<std::uint16_t>(op);
      if (depth(op) == depth(from) && !isRows(op) && upTo(0, 3) == 0) record.gate = static_cast<std::uint16_t>(op);
    }
    record.weights = weights(count * depth(from), depth(from));
    record.bias = weights(count, 1);
    add(record, 1, 1);
    return static_cast<int>(file_.records.size()) - 1;
  }

  void convolve(int from, int kernel, int stride) {
    const int count = channels();
    const Shape in = shapes_[from];
    const int height = (in.height + stride - 1) / stride;
    const int width = (in.width + stride - 1) / stride;
    Record record{.kind = Kind::kConvolution, .activation = activation()};
    if (kernel == 1 && upTo(0, 1) == 0) {
      record.gate = static_cast<std::uint16_t>(dense(dense(from, channels(), Activation::kRelu), depth(from), Activation::kSigmoid));
    }
    record.kernel = static_cast<std::uint8_t>(kernel);
    record.stride = static_cast<std::uint8_t>(stride);
    record.channels = static_cast<std::uint16_t>(count);
    record.input = static_cast<std::uint16_t>(from);
    const int terms = kernel * kernel * depth(from);
    if (kernel == 1 && upTo(0, 3) == 0) {
      const int middle = channels();
      record.middle = static_cast<std::uint16_t>(middle);
      record.weights = weights(middle * terms, terms);
      record.bias = weights(middle, 1);
      record.weights2 = weights(count * middle, middle);
      if (upTo(0, 1) == 0) record.bias2 = weights(count, 1);
    } else {
      record.weights = weights(count * terms, terms);
      if (upTo(0, 3) != 0) record.bias = weights(count, 1);
    }
    record.addend = addend(height, width, count);
    add(record, height, width);
  }

  void depthwise(int from) {
    const Shape in = shapes_[from];
    const int stride = in.height >= 4 && in.width >= 4 ? upTo(1, 2) : 1;
    const int height = (in.height + stride - 1) / stride;
    const int width = (in.width + stride - 1) / stride;
    const int kernel = 2 * upTo(1, 2) + 1;
    Record record{.kind = Kind::kDepthwise, .activation = activation()};
    record.kernel = static_cast<std::uint8_t>(kernel);
    record.stride = static_cast<std::uint8_t>(stride);
    record.channels = static_cast<std::uint16_t>(depth(from));
    record.input = static_cast<std::uint16_t>(from);
    record.weights = weights(kernel * kernel * depth(from), kernel * kernel);
    record.bias = weights(depth(from), 1);
    record.addend = addend(height, width, depth(from));
    add(record, height, width);
  }

  void step() {
    const int from = anyRows();
    switch (upTo(0, 5)) {
      case 0:
      case 1: depthwise(from); break;
      case 2:
        if (2 * shapes_[from].height <= file_.height && 2 * shapes_[from].width <= file_.width) {
          Record record{.kind = Kind::kUpsample, .channels = static_cast<std::uint16_t>(depth(from))};
          record.input = static_cast<std::uint16_t>(from);
          add(record, 2 * shapes_[from].height, 2 * shapes_[from].width);
          break;
        }
        [[fallthrough]];
      case 3: convolve(from, upTo(2, 4), upTo(1, 2)); break;
      default: convolve(from, 1, 1); break;
    }
  }

  std::mt19937& random_;
  File file_;
  std::vector<Shape> shapes_;
};

}  // namespace

void fixChecksum(std::vector<std::byte>& file) {
  std::uint32_t hash = 0x811c9dc5;
  for (std::size_t i = 16; i < file.size(); ++i) hash = (hash ^ std::to_integer<std::uint32_t>(file[i])) * 0x01000193;
  for (std::size_t i = 0; i < 4; ++i) file[12 + i] = static_cast<std::byte>(hash >> (8 * i) & 0xff);
}

std::vector<std::byte> File::bytes() const {
  std::vector<std::byte> out(4);
  std::memcpy(out.data(), "TSM1", 4);
  append(out, 1, 4);
  append(out, 28 + 32 * records.size() + 2 * weights.size(), 4);
  append(out, 0, 4);
  append(out, height, 2);
  append(out, width, 2);
  append(out, records.size(), 4);
  append(out, weights.size(), 4);
  for (const Record& record : records) {
    for (const auto value : {static_cast<std::uint8_t>(record.kind), static_cast<std::uint8_t>(record.activation), record.kernel,
                             record.stride}) {
      append(out, value, 1);
    }
    for (const auto value : {record.channels, record.middle, record.input, record.addend, record.gate, std::uint16_t{0}}) {
      append(out, value, 2);
    }
    for (const auto value : {record.weights, record.bias, record.weights2, record.bias2}) append(out, value, 4);
  }
  for (const std::uint16_t half : weights) append(out, half, 2);
  fixChecksum(out);
  return out;
}

File randomFile(std::mt19937& random) { return Generator(random).make(); }

}  // namespace tessera::video::segmentation::test
