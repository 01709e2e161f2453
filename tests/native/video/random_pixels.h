// SPDX-License-Identifier: Apache-2.0
// Reproducible noise for kernel tests.
#pragma once

#include <cstdint>
#include <vector>

namespace tessera::video::test {

class Noise {
 public:
  explicit Noise(std::uint32_t seed = 1) : state_(seed * 2654435761u + 1) {}
  std::uint32_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return state_;
  }
  int between(int low, int high) { return low + static_cast<int>(next() % static_cast<std::uint32_t>(high - low + 1)); }
  // Bytes with the extremes well represented.
  std::vector<std::uint8_t> bytes(std::size_t count) {
    std::vector<std::uint8_t> out(count);
    for (auto& value : out) {
      const std::uint32_t r = next() >> 8;
      value = r % 8 == 0 ? 0 : r % 8 == 1 ? 255 : static_cast<std::uint8_t>(r >> 8);
    }
    return out;
  }
  std::vector<std::int16_t> words(std::size_t count, int low, int high) {
    std::vector<std::int16_t> out(count);
    for (auto& value : out) value = static_cast<std::int16_t>(between(low, high));
    return out;
  }

 private:
  std::uint32_t state_;
};

}  // namespace tessera::video::test
