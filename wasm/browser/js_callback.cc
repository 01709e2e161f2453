// SPDX-License-Identifier: Apache-2.0
// JavaScript functions that call C++: the registry behind them.

#include "wasm/browser/js_callback.h"

#include <emscripten/em_js.h>
#include <emscripten/emscripten.h>

#include <map>
#include <memory>
#include <utility>

namespace {

using Registry = std::map<int, std::shared_ptr<tessera::browser::JsCallback::Function>>;

// One per module; the module is single-threaded.
Registry& registry() {
  static Registry callbacks;
  return callbacks;
}

int next_id = 1;

}  // namespace

extern "C" EMSCRIPTEN_KEEPALIVE emscripten::EM_VAL tesseraInvoke(int id, emscripten::EM_VAL arguments_handle) {
  const emscripten::val arguments = emscripten::val::take_ownership(arguments_handle);
  const auto entry = registry().find(id);
  if (entry == registry().end()) return emscripten::val::undefined().release_ownership();
  const auto function = entry->second;  // Kept alive here: the call may destroy its owner.
  return (*function)(arguments).release_ownership();
}

// clang-format off
EM_JS_DEPS(tessera_callback, "$Emval,_emval_decref");
EM_JS(emscripten::EM_VAL, tesseraMakeFunction, (int id), {
  return Emval.toHandle((...values) => {
    const handle = _tesseraInvoke(id, Emval.toHandle(values));
    const result = Emval.toValue(handle);
    __emval_decref(handle);
    return result;
  });
});
// clang-format on

namespace tessera::browser {

using emscripten::val;

JsCallback::JsCallback(Function function) : id_(next_id++) {
  registry().emplace(id_, std::make_shared<Function>(std::move(function)));
}

JsCallback::JsCallback(JsCallback&& other) noexcept : id_(std::exchange(other.id_, 0)) {}

JsCallback& JsCallback::operator=(JsCallback&& other) noexcept {
  if (this != &other) {
    reset();
    id_ = std::exchange(other.id_, 0);
  }
  return *this;
}

val JsCallback::function() const {
  if (id_ == 0) return val::undefined();
  return val::take_ownership(tesseraMakeFunction(id_));
}

void JsCallback::reset() {
  if (id_ != 0) registry().erase(std::exchange(id_, 0));
}

int JsCallback::liveCount() { return static_cast<int>(registry().size()); }

void Listeners::add(const val& target, const char* type, std::function<void(const val&)> listener) {
  JsCallback callback([listener = std::move(listener)](const val& arguments) {
    listener(arguments[0]);
    return val::undefined();
  });
  val function = callback.function();
  target.call<void>("addEventListener", val(type), function);
  entries_.push_back({target, type, std::move(function), std::move(callback)});
}

void Listeners::clear() {
  // Taken out first: a removal that runs script must not see a half-cleared list.
  for (const Entry& entry : std::exchange(entries_, {})) {
    entry.target.call<void>("removeEventListener", val(entry.type), entry.function);
  }
}

}  // namespace tessera::browser
