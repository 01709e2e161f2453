// SPDX-License-Identifier: Apache-2.0
// The .tsm model file: its format, and the parser that turns untrusted bytes into a checked list of operations.
//
// A .tsm file holds a segmentation network as fused operations. Everything is little-endian:
//
//   offset  type      meaning
//   0       u8[4]     "TSM1"
//   4       u32       format version, 1
//   8       u32       size of the whole file in bytes
//   12      u32       FNV-1a (32 bits) of everything from offset 16 on
//   16      u16, u16  input height, input width, in pixels
//   20      u32       number of operations
//   24      u32       number of weights
//   28      Record[]  the operations, 32 bytes each, in execution order
//   then    f16[]     the weights
//
//   Record  u8 kind, u8 activation, u8 kernel, u8 stride, u16 channels (of the output), u16 middle,
//           u16 input, u16 addend, u16 gate, u16 0, u32 weights, u32 bias, u32 weights2, u32 bias2
//
// input, addend and gate name earlier operations by number, 65535 is none; weights..bias2 are the first element's place among
// the weights, 4294967295 is none. Weights may be shared. Shapes follow from the operations (SAME padding as TensorFlow's).
//
//   kind  name         out =
//   0     input        the picture, 3 channels; first operation, and only there
//   1     convolution  act(conv(input * gate) + bias + addend); kernel 1..5 square, weights [out][y][x][in]. With middle > 0
//                      (kernel 1 only) the matrix is weights2 [out][middle] * weights [middle][in], the bias weights2 * bias + bias2
//   2     depthwise    act(conv(input) + bias) + addend; kernel 3 or 5, weights [y][x][channel]
//   3     upsample     input at twice the size, bilinear with half-pixel centres
//   4     dense        a vector: act(weights [out][in] * (input * gate + addend) + bias); a row operation named here stands for
//                      the mean of its output over all pixels
//   5     output       sigmoid(transposed 2x2 convolution of stride 2 to one channel); last operation, and only there
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "wasm/base/result.h"

namespace tessera::video::segmentation {

enum class Kind : std::uint8_t { kInput, kConvolution, kDepthwise, kUpsample, kDense, kOutput };
enum class Activation : std::uint8_t { kNone, kRelu, kHardSwish, kSigmoid };

inline constexpr int kMaxKernel = 5;
inline constexpr int kMaxChannels = 512;
/** Channel counts are multiples of this everywhere but in the input and the output. */
inline constexpr int kChannelGroup = 8;
/** "No operation" in Op::input, addend and gate. */
inline constexpr int kNoOp = -1;
/** "No weights" in Op::weights and its like. */
inline constexpr std::size_t kNoWeights = static_cast<std::size_t>(-1);

/** One operation, checked: what it names exists, comes earlier, and has the right shape. */
struct Op {
  Kind kind = Kind::kInput;
  Activation activation = Activation::kNone;
  int kernel = 0;
  int stride = 1;
  int channels = 0;
  int middle = 0;
  int input = kNoOp;
  int addend = kNoOp;
  int gate = kNoOp;
  std::size_t weights = kNoWeights;
  std::size_t bias = kNoWeights;
  std::size_t weights2 = kNoWeights;
  std::size_t bias2 = kNoWeights;
  /** Output size in pixels; 1 x 1 for dense. */
  int height = 1;
  int width = 1;
  /** Channels of `input`; 0 for the input operation. */
  int depth = 0;
};

struct Model {
  std::vector<Op> ops;
  std::vector<float> weights;
};

/**
 * Parses and checks a .tsm file.
 * @param file may hold anything; read only during the call.
 * @return the model, or ErrorCode::kInvalidModel with what is wrong. Never reads out of bounds, never aborts; bounded in time
 *   and memory whatever the file says.
 */
Result<Model> parseModel(std::span<const std::byte> file);

/**
 * Gives a model's operations the shapes they have with an input of another size.
 * @param ops as parseModel() gave them
 * @return false, with nothing changed, when the network cannot take that size: outside 8..1024, larger than a model may be,
 *   or such that what is halved does not meet what is doubled.
 */
bool resize(std::vector<Op>& ops, int height, int width);

}  // namespace tessera::video::segmentation
