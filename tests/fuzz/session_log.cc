// SPDX-License-Identifier: Apache-2.0
// Fuzzes the reader of session logs: a damaged log gives an error or a difference, never anything worse.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wasm/session/session_log.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)tessera::session::replay(text).hasValue();
  (void)tessera::session::eventFromJson(text).hasValue();
  (void)tessera::session::actionFromJson(text).hasValue();
  return 0;
}
