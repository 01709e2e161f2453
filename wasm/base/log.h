// SPDX-License-Identifier: Apache-2.0
// Where the core's own remarks go: a sink that the embedder sets, silent by default.
#pragma once

#include <cstdint>
#include <string_view>

namespace tessera {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarning, kError };

constexpr std::string_view toString(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return "debug";
    case LogLevel::kInfo: return "info";
    case LogLevel::kWarning: return "warning";
    case LogLevel::kError: return "error";
  }
  return "error";
}

// `message` lives only for the call. The sink must not log in turn.
using LogSink = void (*)(LogLevel level, std::string_view message);

namespace internal {
inline LogSink log_sink = nullptr;
}

// Not synchronised: set it once per module, before anything else runs. nullptr silences.
inline void setLogSink(LogSink sink) { internal::log_sink = sink; }

inline void log(LogLevel level, std::string_view message) {
  if (internal::log_sink != nullptr) internal::log_sink(level, message);
}

}  // namespace tessera
