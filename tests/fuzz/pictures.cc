// SPDX-License-Identifier: Apache-2.0
// Fuzzes what pictures go through before they are encoded: conversion from every format at every size, and halving for simulcast.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "codecs/vpx/import.h"
#include "codecs/vpx/scale.h"

using namespace tessera::vpx;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const auto format = static_cast<PixelFormat>(data[0] % 4);
  const tessera::Resolution resolution{1 + data[1] % 80, 1 + data[2] % 80};
  std::vector<std::uint8_t> in(pictureSize(format, resolution));
  for (std::size_t i = 0; i < in.size(); ++i) in[i] = size > 3 ? data[3 + i % (size - 3)] : 0;
  std::vector<std::uint8_t> out(i420Size(resolution));
  toI420(format, in, resolution, out);
  // RGB becomes limited range: nothing outside may come out.
  if (format == PixelFormat::kRgba || format == PixelFormat::kBgra) {
    for (std::int64_t i = 0; i < resolution.pixels(); ++i) {
      if (out[static_cast<std::size_t>(i)] < 16 || out[static_cast<std::size_t>(i)] > 235) std::abort();
    }
  }
  if (halved(resolution).empty()) return 0;
  std::vector<std::uint8_t> half(i420Size(halved(resolution)));
  halve(packedI420(out, resolution), half);
  return 0;
}
