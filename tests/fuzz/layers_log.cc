// SPDX-License-Identifier: Apache-2.0
// Fuzzes the reader of selection logs, and through it the selector with hostile inputs: an error or a difference, never anything worse.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "wasm/layers/selector_log.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)tessera::layers::replay(text).hasValue();
  // Behind a first line that parses, so that the rest is reached from the first input on.
  tessera::layers::SelectorLog log;
  log.begin({});
  (void)tessera::layers::replay(log.text() + std::string(text)).hasValue();
  return 0;
}
