// SPDX-License-Identifier: Apache-2.0
// Fuzzes the VP9 decoder: a stream of frames cut from the input, each whole, damaged or of any bytes.
#include "tests/fuzz/video_stream.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tessera::test::decodeStream(tessera::vpx::VideoCodec::kVp9, data, size);
  return 0;
}
