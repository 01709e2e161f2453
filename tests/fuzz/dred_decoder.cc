// SPDX-License-Identifier: Apache-2.0
// Fuzzes the Opus decoder that has DRED and deep concealment: linked with that build of Opus, it reads redundancy out of any bytes.
#include "tests/fuzz/packet_stream.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tessera::test::decodePackets(data, size);
  return 0;
}
