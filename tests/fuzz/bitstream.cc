// SPDX-License-Identifier: Apache-2.0
// Fuzzes the readers of frame headers and superframes, which see bytes before any decoder does.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "codecs/vpx/bitstream.h"

using namespace tessera::vpx;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const VideoCodec codec : {VideoCodec::kVp8, VideoCodec::kVp9}) {
    auto header = inspectFrame(codec, {data, size});
    if (header && header.value().is_key && (header.value().resolution.width > kMaxDimension || header.value().resolution.empty())) std::abort();
  }
  auto split = splitSuperframe({data, size});
  if (!split) return 0;
  volatile unsigned sum = 0;
  for (const auto& frame : split.value()) {
    if (frame.data() < data || frame.data() + frame.size() > data + size) std::abort();
    for (const std::uint8_t byte : frame) sum = sum + byte;
  }
  // Joined again, the same frames come apart. A lone frame whose end looks like an index is told apart by nothing.
  if (split.value().size() < 2) return 0;
  const auto joined = joinSuperframe(split.value());
  auto again = splitSuperframe(joined);
  if (!again || again.value().size() != split.value().size()) std::abort();
  for (std::size_t i = 0; i < again.value().size(); ++i) {
    if (!std::ranges::equal(again.value()[i], split.value()[i])) std::abort();
  }
  return 0;
}
