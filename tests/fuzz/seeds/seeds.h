// SPDX-License-Identifier: Apache-2.0
// What the makers of seeds share: writing one input into a folder.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <span>
#include <string>
#include <vector>

namespace tessera::test {

using Bytes = std::vector<std::uint8_t>;

inline void append(Bytes& bytes, std::span<const std::uint8_t> more) { bytes.insert(bytes.end(), more.begin(), more.end()); }

// Ends the program when the file cannot be written.
inline void writeSeed(const std::string& path, const Bytes& bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (out) return;
  std::fprintf(stderr, "%s could not be written\n", path.c_str());
  std::exit(1);
}

}  // namespace tessera::test
