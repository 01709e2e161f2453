// SPDX-License-Identifier: Apache-2.0
// A value or an error, returned instead of thrown.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tessera {

// What went wrong, in the terms a caller can act on. toString() gives the spelling that crosses to JS.
enum class ErrorCode : std::uint8_t {
  kInvalidArgument,  // the caller broke a documented precondition
  kInvalidMessage,   // text or bytes from outside do not parse or break a limit
  kInvalidModel,     // a model file is damaged, truncated or of an unknown version
  kTooLarge,         // above a documented limit
  kUnsupported,      // well-formed, but not something this build can do
  kOutOfMemory,
  kInternal,
};

constexpr std::string_view toString(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument: return "invalid-argument";
    case ErrorCode::kInvalidMessage: return "message-invalid";
    case ErrorCode::kInvalidModel: return "model-invalid";
    case ErrorCode::kTooLarge: return "data-too-large";
    case ErrorCode::kUnsupported: return "unsupported";
    case ErrorCode::kOutOfMemory: return "out-of-memory";
    case ErrorCode::kInternal: return "internal";
  }
  return "internal";
}

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;  // one sentence in English, for developers

  bool operator==(const Error&) const = default;
};

// Holds exactly one of T and E. value() and error() on the wrong side abort: check hasValue() first.
template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}  // NOLINT: implicit by design, `return value;`
  Result(E error) : error_(std::move(error)) {}  // NOLINT: implicit by design, `return Error{...};`

  bool hasValue() const { return value_.has_value(); }
  explicit operator bool() const { return hasValue(); }

  T& value() & { return check(value_.has_value()), *value_; }
  const T& value() const& { return check(value_.has_value()), *value_; }
  T&& value() && { return check(value_.has_value()), std::move(*value_); }
  const E& error() const { return check(error_.has_value()), *error_; }

 private:
  static void check(bool ok) {
    if (!ok) std::abort();
  }

  std::optional<T> value_;
  std::optional<E> error_;
};

// Success carries nothing.
template <class E>
class [[nodiscard]] Result<void, E> {
 public:
  Result() = default;
  Result(E error) : error_(std::move(error)) {}  // NOLINT: implicit by design

  bool hasValue() const { return !error_.has_value(); }
  explicit operator bool() const { return hasValue(); }
  const E& error() const {
    if (!error_) std::abort();
    return *error_;
  }

 private:
  std::optional<E> error_;
};

}  // namespace tessera
