// SPDX-License-Identifier: Apache-2.0
// The complete record of a selection as lines of text, and its replay: a call that went wrong becomes a native test.
//
// First line "tessera-layers 1 …options…". Then, in order, "<microseconds> <what> …" for each input, "<microseconds> update"
// for each decision, and a line "> id kind spatial temporal reason" for each choice that it changed. All numbers are
// whole; in ids, everything but letters, digits and _ . / : @ - is percent-encoded. The same inputs give the same bytes on
// every platform.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "wasm/layers/selector.h"

namespace tessera::layers {

class SelectorLog {
 public:
  static constexpr std::size_t kDefaultMaxBytes = 8 * 1024 * 1024;

  // Beyond max_bytes nothing more is recorded and the last line is "truncated".
  explicit SelectorLog(std::size_t max_bytes = kDefaultMaxBytes) : max_bytes_(max_bytes) {}

  const std::string& text() const { return text_; }

  // For Selector.
  void begin(const SelectorOptions& options);
  void source(Timestamp now, std::string_view id, const Source& source);
  void remove(Timestamp now, std::string_view id);
  void tile(Timestamp now, std::string_view id, const Tile& tile);
  void downlink(Timestamp now, DataRate rate, int confidence);
  void quality(Timestamp now, ServerQuality quality);
  void decodeBudget(Timestamp now, std::int64_t micros);
  void audio(Timestamp now, DataRate rate);
  void restart(Timestamp now);
  void frame(Timestamp now, std::string_view id);
  void statistics(Timestamp now, std::span<const StreamSample> samples);
  void decided(Timestamp now, std::span<const Choice> choices);

 private:
  void append(std::string line);

  std::string text_;
  std::size_t max_bytes_;
  bool truncated_ = false;
};

struct ReplayDifference {
  std::size_t line = 0;  // 1-based
  std::string expected;  // what the log says
  std::string actual;    // what this build does
};

// Runs a log's inputs through a fresh Selector and gives the log that this makes. Error: the log does not parse.
Result<std::string> rerun(std::string_view log);
// Does so and compares the decisions. Error: the log does not parse.
Result<std::optional<ReplayDifference>> replay(std::string_view log);

}  // namespace tessera::layers
