// SPDX-License-Identifier: Apache-2.0
// Fuzzes the .tsm parser and what it accepts: any bytes must be refused or run, within bounds.
#include <cstdint>
#include <vector>

#include "wasm/video/segmentation/segmenter.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::byte> file(reinterpret_cast<const std::byte*>(data), reinterpret_cast<const std::byte*>(data) + size);
  // The first byte says whether to mend what a fuzzer cannot guess: magic, version, size and checksum.
  if (size > 29 && data[0] != 'T') {
    file.erase(file.begin());
    const auto put = [&](std::size_t at, std::uint32_t value) {
      for (std::size_t i = 0; i < 4; ++i) file[at + i] = static_cast<std::byte>(value >> (8 * i) & 0xff);
    };
    put(0, 0x314d5354);
    put(4, 1);
    put(8, static_cast<std::uint32_t>(file.size()));
    std::uint32_t hash = 0x811c9dc5;
    for (std::size_t i = 16; i < file.size(); ++i) hash = (hash ^ std::to_integer<std::uint32_t>(file[i])) * 0x01000193;
    put(12, hash);
  }
  auto created = tessera::video::Segmenter::create(file);
  if (!created.hasValue()) return 0;
  tessera::video::Segmenter segmenter = std::move(created).value();
  const auto pixels = segmenter.inputResolution().pixels();
  if (pixels > 4096) return 0;
  std::vector<float> mask(static_cast<std::size_t>(pixels));
  const std::vector<float> rgb(static_cast<std::size_t>(pixels) * 3, 0.5F);
  segmenter.run(rgb, mask);
  return 0;
}
