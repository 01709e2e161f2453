// SPDX-License-Identifier: Apache-2.0
// Fuzzes the Opus decoder: packets, losses and recoveries in any order.
#include "tests/fuzz/packet_stream.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tessera::test::decodePackets(data, size);
  return 0;
}
