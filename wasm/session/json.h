// SPDX-License-Identifier: Apache-2.0
// JSON for the session's own use: a writer that gives the same bytes everywhere, and checked reading of untrusted text.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#ifndef JSON_NOEXCEPTION
#define JSON_NOEXCEPTION 1
#endif
#ifndef JSON_NO_IO
#define JSON_NO_IO 1
#endif
#ifndef JSON_USE_IMPLICIT_CONVERSIONS
#define JSON_USE_IMPLICIT_CONVERSIONS 0
#endif
#include <nlohmann/json.hpp>

#include "wasm/base/units.h"
#include "wasm/session/types.h"

namespace tessera::session {

using Json = nlohmann::json;

inline constexpr std::size_t kMaxJsonDepth = 16;

// nullopt: not JSON, not UTF-8, longer than max_bytes, or deeper than kMaxJsonDepth.
std::optional<Json> parseJson(std::string_view text, std::size_t max_bytes);

// The member, or nullptr when `object` is no object or has none of that name.
const Json* findMember(const Json& object, const char* name);
// nullptr unless the member is a string of at most max_bytes bytes.
const std::string* findString(const Json& object, const char* name, std::size_t max_bytes);
std::optional<bool> findBool(const Json& object, const char* name);
// nullopt unless it is an integer within [min, max].
std::optional<std::int64_t> findInteger(const Json& object, const char* name, std::int64_t min, std::int64_t max);
std::optional<std::int64_t> toInteger(const Json& value, std::int64_t min, std::int64_t max);

std::string encodeBase64(const Bytes& bytes);
std::optional<Bytes> decodeBase64(std::string_view text);
bool isValidUtf8(const std::uint8_t* data, std::size_t size);

// Writes members in call order. Strings must be UTF-8; integers only, no fractions.
class JsonWriter {
 public:
  void beginObject() { open('{'); }
  void endObject() { close('}'); }
  void beginArray() { open('['); }
  void endArray() { close(']'); }
  void key(std::string_view name) {
    string(name);
    out_ += ':';
    fresh_ = true;
  }
  void string(std::string_view text);
  void integer(std::int64_t value);
  void boolean(bool value) { raw(value ? "true" : "false"); }
  // Already JSON.
  void raw(std::string_view json) {
    separate();
    out_ += json;
  }
  std::string take() { return std::move(out_); }

 private:
  void separate() {
    if (!fresh_) out_ += ',';
    fresh_ = false;
  }
  void open(char c) {
    separate();
    out_ += c;
    fresh_ = true;
  }
  void close(char c) {
    out_ += c;
    fresh_ = false;
  }

  std::string out_;
  bool fresh_ = true;  // nothing precedes in this array or object
};

}  // namespace tessera::session
