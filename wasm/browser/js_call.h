// SPDX-License-Identifier: Apache-2.0
// Calls into JavaScript that may throw or reject, with the outcome as a value: C++ is built without exceptions.

#pragma once

#include <emscripten/val.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "wasm/browser/js_callback.h"

namespace tessera::browser {

// `name` is the DOMException or Error name ("NotAllowedError"), `constraint` an OverconstrainedError's.
struct JsError {
  std::string name;
  std::string message;
  std::string constraint;

  static JsError from(const emscripten::val& thrown);
};

struct JsOutcome {
  bool ok = false;
  emscripten::val value;  // The returned value, undefined unless ok.
  JsError error;          // Empty if ok.
};

// object[method](...arguments). A missing method is a TypeError like any other.
JsOutcome tryCall(const emscripten::val& object, const char* method, std::initializer_list<emscripten::val> arguments = {});
// new globalThis[constructor](...arguments).
JsOutcome tryNew(const char* constructor, std::initializer_list<emscripten::val> arguments = {});
// object[property] = value, for setters that throw.
bool trySet(const emscripten::val& object, const char* property, const emscripten::val& value);

// Continuations of promises. Destroying the object (or cancel()) drops those still waiting: they never run.
//
// Not C++20 coroutines: under -fno-exceptions a rejected promise destroys the awaiting coroutine's frame, so
// a coroutine could not turn a rejection into an error value.
class Continuations {
 public:
  using Resolved = std::function<void(const emscripten::val& value)>;
  using Rejected = std::function<void(const JsError& error)>;

  Continuations() = default;
  Continuations(const Continuations&) = delete;
  Continuations& operator=(const Continuations&) = delete;

  // Runs exactly one of the two, never before returning.
  void then(const emscripten::val& promise, Resolved resolved, Rejected rejected);
  // The same for a call: a synchronous throw arrives through `rejected` as well.
  void then(const JsOutcome& call, Resolved resolved, Rejected rejected);
  void cancel() { waiting_.clear(); }

 private:
  std::map<int, JsCallback> waiting_;
  int next_ = 1;
};

// object[key], and the like. Of these, as opposed to val's own templates, there is one copy for all keys and types.
emscripten::val member(const emscripten::val& object, const char* key);
void setMember(const emscripten::val& object, const char* key, const emscripten::val& value);
int lengthOf(const emscripten::val& array);
void push(const emscripten::val& array, const emscripten::val& value);
// A JavaScript string property, or "" where it is absent or not a string.
std::string stringAt(const emscripten::val& object, const char* key);
// A number property, or `otherwise`.
double numberAt(const emscripten::val& object, const char* key, double otherwise = 0);
bool isNullish(const emscripten::val& value);

// An object literal: object({{"kind", val("audio")}}).
emscripten::val object(std::initializer_list<std::pair<const char*, emscripten::val>> members);
// Copies those members of `from` that are not undefined; `keys` are separated by single spaces.
void copyMembers(emscripten::val& to, const emscripten::val& from, const char* keys);
// Copies of bytes in either direction.
std::vector<std::uint8_t> bytesFrom(const emscripten::val& array_buffer_or_view);
emscripten::val toUint8Array(const std::uint8_t* data, std::size_t size);

}  // namespace tessera::browser
