// SPDX-License-Identifier: Apache-2.0
// What the segmentation tests compare with: a plain scalar interpreter in double precision, and a writer of .tsm files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "wasm/video/segmentation/model.h"

namespace tessera::video::segmentation::test {

/** The mask of `model` for `rgb` (height x width x 3): every operation on whole pictures, one value at a time, nothing packed. */
std::vector<double> interpret(const Model& model, const std::vector<float>& rgb);

double activate(Activation activation, double value);

/** One record of a .tsm file, as it will stand there. */
struct Record {
  Kind kind = Kind::kInput;
  Activation activation = Activation::kNone;
  std::uint8_t kernel = 0;
  std::uint8_t stride = 0;
  std::uint16_t channels = 0;
  std::uint16_t middle = 0;
  std::uint16_t input = 0xffff;
  std::uint16_t addend = 0xffff;
  std::uint16_t gate = 0xffff;
  std::uint32_t weights = 0xffffffff;
  std::uint32_t bias = 0xffffffff;
  std::uint32_t weights2 = 0xffffffff;
  std::uint32_t bias2 = 0xffffffff;
};

struct File {
  std::uint16_t height = 0;
  std::uint16_t width = 0;
  std::vector<Record> records;
  /** IEEE 754 half precision. */
  std::vector<std::uint16_t> weights;

  /** The bytes of the file, its size and checksum right. */
  [[nodiscard]] std::vector<std::byte> bytes() const;
};

/** Writes the checksum that the parser will ask for, whatever else the file holds. Needs 16 bytes or more. */
void fixChecksum(std::vector<std::byte>& file);

/** A random network that uses every kind of operation and every combination that a segmenter accepts. */
File randomFile(std::mt19937& random);

}  // namespace tessera::video::segmentation::test
