// SPDX-License-Identifier: Apache-2.0
// Fuzzes the reader of bandwidth traces, and walks along what it accepts.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "wasm/layers/simulator/trace.h"

using namespace tessera;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto trace = layers::Trace::parse({reinterpret_cast<const char*>(data), size});
  if (!trace) return 0;
  const Timestamp middle = Timestamp() + trace.value().duration() / 2;
  if (trace.value().leastWithin(Timestamp(), Duration::seconds(1)) > trace.value().rateAt(Timestamp())) std::abort();
  if (trace.value().finish(middle, 1000) < middle) std::abort();
  return 0;
}
