// SPDX-License-Identifier: Apache-2.0
// JavaScript functions that call C++: made, counted, and dead as soon as their owner is destroyed.

#pragma once

#include <emscripten/val.h>

#include <functional>
#include <string>
#include <vector>

namespace tessera::browser {

// Owns one JavaScript function. Calling the function runs `function` with the JavaScript arguments as an
// array and returns its result. Once the owner is destroyed the function stays callable, does nothing and
// returns undefined. The owner may be destroyed while its function runs: the call finishes.
class JsCallback {
 public:
  using Function = std::function<emscripten::val(const emscripten::val& arguments)>;

  JsCallback() = default;
  explicit JsCallback(Function function);
  ~JsCallback() { reset(); }
  JsCallback(JsCallback&& other) noexcept;
  JsCallback& operator=(JsCallback&& other) noexcept;
  JsCallback(const JsCallback&) = delete;
  JsCallback& operator=(const JsCallback&) = delete;

  // A JavaScript function, a new one at each call; undefined for a default-constructed or reset callback.
  emscripten::val function() const;
  void reset();

  // How many live in the module at this moment. Zero once everything is closed.
  static int liveCount();

 private:
  int id_ = 0;
};

// The listeners that one object has put on event targets. All are removed by clear() and by the destructor.
class Listeners {
 public:
  Listeners() = default;
  ~Listeners() { clear(); }
  Listeners(const Listeners&) = delete;
  Listeners& operator=(const Listeners&) = delete;

  // Calls `listener` with the Event object.
  void add(const emscripten::val& target, const char* type, std::function<void(const emscripten::val& event)> listener);
  void clear();

 private:
  struct Entry {
    emscripten::val target;
    const char* type;
    emscripten::val function;
    JsCallback callback;
  };
  std::vector<Entry> entries_;
};

}  // namespace tessera::browser
